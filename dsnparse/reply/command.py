"""Which SMTP command was refused, and by which host, as far as a text says."""

from __future__ import annotations

import re

#: A class of letters comes first: `re` goes to these in one step. In lower case.
_COMMAND = re.compile(
    r"[iafro:(](?:(?<=i)n reply to|(?<=a)fter|(?<=f)ollowing|(?<=r)esponse to|(?<=r)eply to|(?<=o)ur|(?<=f)or"
    r"|(?<=[:(]))\s{0,3}(?:the |pipelined |initial )?"
    r"(rcpt|mail|end of data|data|helo|ehlo|lhlo|bdat|starttls|auth|text|connection)\b"
)
#: Looked for first: most texts have none of them, and the whole pattern is slow to say so.
_COMMAND_WORD = re.compile(
    "RCPT|DATA|MAIL |HELO|EHLO|LHLO|STARTTLS|AUTH|TEXT|BDAT|connection|rcpt|data|mail "
)
#: The same for the host.
_HOST_WORDS = ("ost ", "erver ", "alking to", "onnected to", "mx ", "MX ", "OST ", "ERVER ")
_COMMANDS = {"END OF DATA": "DATA", "TEXT": "DATA", "CONNECTION": "CONN", "BDAT": "DATA"}
_HOST = re.compile(
    r"[hstcm](?<!\w.)(?:(?<=h)ost|(?<=s)erver|(?<=t)alking to|(?<=c)onnected to|(?<=m)x)\s{1,3}"
    r"[<(]?([a-z0-9][a-z0-9.-]{2,200}\.[a-z]{2,24})\b",
    re.IGNORECASE,
)


def command_in(text: str) -> str | None:
    """The SMTP command that `text` says was refused: "RCPT", "MAIL", "DATA", "CONN", …"""
    if _COMMAND_WORD.search(text) is None:
        return None
    found = _COMMAND.search(text.lower())
    if found is None:
        return None
    name = found[1].upper()
    return _COMMANDS.get(name, name)


def host_in(text: str) -> str | None:
    """The name of the host that `text` says it was told by: "host mx.example.com[192.0.2.1] said: …"."""
    for word in _HOST_WORDS:
        if word in text:
            found = _HOST.search(text)
            return found[1].rstrip(".") if found is not None else None
    return None
