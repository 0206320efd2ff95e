"""Which SMTP command was refused, and by which host, as far as a text says."""

from __future__ import annotations

import re
from typing import Final

#: In lower case. `str.find` finds each of them many times as fast as a pattern finds all.
_NAMES: Final = ("rcpt", "mail", "end of data", "data", "helo", "ehlo", "lhlo", "bdat", "starttls", "auth",
                 "text", "connection")  # fmt: skip
#: What leads to the command that was refused, and what may stand between the two. In lower case.
_LEADING: Final = ("in reply to", "after", "following", "response to", "reply to", "our", "for", ":", "(")
_BETWEEN: Final = ("the ", "pipelined ", "initial ")
#: "mail" is a word of any text; the command has one of these before it and one of those behind it.
_BEFORE_MAIL: Final = ("in reply to", "after", "following", "response to", "reply to")
_BEHIND_MAIL: Final = (" from", " command")
_LONGEST: Final = 32
#: Behind AUTH these need nothing before it: "AUTH PLAIN failed: …".
_MECHANISMS: Final = ("plain", "login", "cram-md5", "xoauth2", "oauthbearer", "ntlm", "scram-")
#: One of these is in a text that names a command: looked for first, since most have none.
_COMMAND_WORDS: Final = tuple(
    "RCPT|DATA|MAIL |HELO|EHLO|LHLO|STARTTLS|AUTH|TEXT|BDAT|connection|rcpt|data|mail ".split("|")
)
#: The same for the host.
_HOST_WORDS: Final = ("ost ", "erver ", "alking to", "onnected to", "mx ", "MX ", "OST ", "ERVER ")
_COMMANDS: Final = {"END OF DATA": "DATA", "TEXT": "DATA", "CONNECTION": "CONN", "BDAT": "DATA"}
_HOST: Final = re.compile(
    r"[hstcm](?<!\w.)(?:(?<=h)ost|(?<=s)erver|(?<=t)alking to|(?<=c)onnected to|(?<=m)x)\s{1,3}"
    r"[<(]?([a-z0-9][a-z0-9.-]{2,200}\.[a-z]{2,24})\b",
    re.IGNORECASE,
)


def command_in(text: str) -> str | None:
    """The SMTP command that `text` says was refused: "RCPT", "MAIL", "DATA", "CONN", …"""
    for word in _COMMAND_WORDS:
        if word in text:
            return _named_in(text.lower())
    return None


def _named_in(low: str) -> str | None:
    first, named = len(low), None
    for name in _NAMES:
        at = low.find(name, 0, first)
        while at >= 0:
            following = low[at + len(name) : at + len(name) + 1]
            is_login = name == "auth" and low.startswith(_MECHANISMS, at + len("auth "))
            leading: tuple[str, ...] = _LEADING
            if name == "mail":
                leading = _BEFORE_MAIL if low.startswith(_BEHIND_MAIL, at + len(name)) else ()
            if not following.isalnum() and following != "_" and (is_login or _is_led_to(low, at, leading)):
                first, named = at, name.upper()
                break
            at = low.find(name, at + 1, first)
    return _COMMANDS.get(named, named) if named is not None else None


def _is_led_to(low: str, at: int, leading: tuple[str, ...]) -> bool:
    """Whether one of `leading` stands before `at`, and so leads to a command that was refused."""
    before = low[max(0, at - _LONGEST) : at]
    for words in _BETWEEN:
        if before.endswith(words):
            before = before.removesuffix(words)
            break
    return before.rstrip().endswith(leading)


def host_in(text: str) -> str | None:
    """The name of the host that `text` says it was told by: "host mx.example.com[192.0.2.1] said: …"."""
    for word in _HOST_WORDS:
        if word in text:
            found = _HOST.search(text)
            return found[1].rstrip(".") if found is not None else None
    return None
