"""What in a reply is a name and no word: fields of log lines, the host that speaks, other hosts and links.

Each is blanked by as many spaces, so that places hold.
"""

from __future__ import annotations

import re
from typing import Final

#: Fields of log lines of Postfix, Sendmail and Exim whose value is a name or a number. `stat=` and `status=`
#: carry the reply itself, and `spf=fail` is a word.
_FIELD: Final = re.compile(
    r"(?<![^\s,;(\[<])(?:orig to|to|from|relay|client|helo|proto|mailer|ctladdr|daemon|delays?|xdelay"
    r"|dsn|msgid|message-id|r?ip|lip|sasl username|sasl method|uid|[cfhirtx])=$"
)
_LONGEST_FIELD: Final = 14
_VALUE: Final = re.compile(
    r"(?!fail|pass|reject|none|quar)"
    r"(?:<[^<>]{0,320}>|\[[^\[\]]{0,60}\]|[^\s,;\"]{1,320})(?: \[[0-9a-f:.]{3,45}\])?"
)
#: "host mx.example.com[192.0.2.1] said:", "connect to mx.example.com[192.0.2.1]:25:" — the name alone.
_SPEAKER: Final = re.compile(
    r"[hsmtfwrb](?<!\w.)(?:(?<=h)ost|(?<=s)erver|(?<=m)x|(?<=t)o|(?<=f)rom|(?<=w)ith|(?<=r)elay|(?<=b)y)"
    r" ([a-z0-9][a-z0-9.-]{3,253})(?=[\[(][0-9a-f])"
)
_NAME_AND_IP: Final = re.compile(r"[\[(](?<=[a-z].)[0-9a-f]")
_SAID: Final = re.compile(
    r"[hsm](?<!\w.)(?:(?<=h)ost|(?<=s)erver|(?<=m)x) ([a-z0-9][a-z0-9.-]{3,253})(?= said\b)"
)
#: What leads to the words of another host, and is none of them: "Remote host said:", "the server responded:".
_FRAME: Final = re.compile(
    r"\b(?:(?:the|remote|receiving|destination|mail|smtp|other) ){0,4}(?:host|server|mta|system|site)"
    r"(?: [^\s:]{1,253})? (?:said|says|answered|answers|responded|responds|replied|replies|returned)\b"
    r"(?: with)?(?=:| (?:error |code )?[\"'<(\[]?[45]\d\d\b)"
)
#: How it ends: looked for first.
_FRAMING: Final = re.compile(
    r" (?:sa(?:id|ys)|answer(?:s|ed)|respond(?:s|ed)|repli(?:es|ed)|returned)\b(?: with)?"
    r"(?=:| (?:error |code )?[\"'<(\[]?[45]\d\d\b)"
)
#: How Postfix begins the reason for which it did not even try; the reason stands behind.
_NOT_TRIED: Final = "delivery temporarily suspended:"
_LINK: Final = re.compile(r"(?:://|w(?<!\w.)ww\.)[^\s<>\"]{1,1000}")
#: What a host name is made of (RFC 1123 section 2.1); at most so long (RFC 1035 section 2.3.4).
_IN_NAMES: Final = "abcdefghijklmnopqrstuvwxyz0123456789.-"
_NAME: Final = re.compile(r"[a-z0-9.-]{1,255}")
#: With one dot alone, endings that are seldom the first word of a sentence.
_ENDINGS: Final = frozenset(
    "com net org edu gov info biz example invalid test co de ru cn jp fr uk nl pl br eu io cz sk ch".split()
)
#: Where a host name may be: a dot between its labels, the one behind it beginning with a letter.
_DOT: Final = re.compile(r"\.(?<=[a-z0-9].)(?=[a-z])")


def without_fields(low: str) -> str:
    """`low` without the values of log fields, the name of the host that speaks, and Postfix's prefix."""
    if low.startswith(_NOT_TRIED):
        low = " " * len(_NOT_TRIED) + low[len(_NOT_TRIED) :]
    if "=" in low:
        low = _without_values(low)
    if ("[" in low or "(" in low) and _NAME_AND_IP.search(low) is not None:
        low = _SPEAKER.sub(_blank_name, low)
    if " said" in low:
        low = _SAID.sub(_blank_name, low)
    return low


def _without_values(low: str) -> str:
    """`low` without log fields and their values; a field is looked for where its sign is."""
    kept: list[str] = []
    done = 0
    at = low.find("=")
    while at >= 0:
        field = _FIELD.search(low, max(done, at + 1 - _LONGEST_FIELD), at + 1)
        value = _VALUE.match(low, at + 1) if field is not None else None
        if field is not None and value is not None:
            kept += (low[done : field.start()], " " * (value.end() - field.start()))
            done = value.end()
        at = low.find("=", max(done, at + 1))
    return "".join([*kept, low[done:]])


def without_names(low: str) -> str:
    """`low` without links and host names: the reply's own sentences, in which the `not` of a rule looks."""
    if ":" in low and _FRAMING.search(low) is not None:
        low = _FRAME.sub(_blank, low)
    if "." not in low:
        return low
    if "://" in low or "www." in low:
        low = _LINK.sub(_blank_link, low)
    done = 0
    for dot in _DOT.finditer(low):
        start = dot.start()
        if start < done:
            continue
        start = done + len(low[done:start].rstrip(_IN_NAMES))
        found = _NAME.match(low, start)
        name = found[0].rstrip(".-") if found is not None else ""
        done = start + max(len(name), 1)
        if _is_host(name):
            low = low[:start] + " " * len(name) + low[done:]
    return low


def with_whole_links(low: str, shown: str) -> str:
    """`low` with the "_" of the links of `shown`, which are blanks in it: a link is one word."""
    for found in _LINK.finditer(shown):
        start, end = found.span()
        low = low[:start] + low[start:end].replace(" ", "_") + low[end:]
    return low


def _is_host(name: str) -> bool:
    labels = name.split(".")
    ending = labels[-1]
    return ending in _ENDINGS or (len(labels) > 2 and len(ending) > 1 and ending[0].isalpha())


def _blank(found: re.Match[str]) -> str:
    return " " * (found.end() - found.start())


def _blank_link(found: re.Match[str]) -> str:
    start = "://" if found[0][0] == ":" else ""
    return start + " " * (found.end() - found.start() - len(start))


def _blank_name(found: re.Match[str]) -> str:
    name = found[1]
    return found[0][: -len(name)] + " " * len(name)
