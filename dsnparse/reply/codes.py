"""The reply code (RFC 5321 section 4.2) and the enhanced status code (RFC 2034, RFC 3463) within a text.

Facts:

* RFC 5321 section 4.2 puts the reply code first, RFC 2034 section 4 the enhanced code right behind it; each
  line of a reply of several lines begins with both.
* Systems that quote a reply within a sentence keep the two together; qmail writes "(#5.1.1)" at the end.
* Replies count things ("more than 500 messages per hour"), name ports, versions, times and telephone numbers.
* Some servers answer "550 2.1.5 …": a code of success beside a refusal says nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

#: RFC 5321 has 2 to 5 and then 0 to 5; servers also send 471 and 571, so the second digit goes up to 7.
#: What may not stand before it is looked at behind its first digit: `re` goes to a digit in one step.
_CODE: Final = re.compile(
    r"([245](?<![\w.,+@/-].)(?<![\d\]]:.)[0-7]\d)"
    r"(?:(?: |-|: ?)[(\['\"]?#?([245]\.\d{1,3}\.\d{1,3})(?![\w.]\w))?"
    r"(?![\w@%]|[.,/]\w|:[0-9a-f]{0,4}:|[ -]\d{4}\b)"
)
#: The usual case: a reply begins with both.
_BOTH: Final = re.compile(r"([45][0-7]\d)[ -]([45]\.\d{1,3}\.\d{1,3})(?![\w.])")
#: The codes that a reply begins with, of whatever class.
_FIRST: Final = re.compile(r"([2-5]\d\d)[ -]+(?:([245]\.\d{1,3}\.\d{1,3})\b)?", re.ASCII)
#: An enhanced code behind its class, which is found in one step by the dot.
_STATUS: Final = re.compile(
    r"\.(?<=[245].)(?<![\w.]..)(?<![a-zA-Z]/..)\d{1,3}\.\d{1,3}(?![a-zA-Z0-9/]|\.\d|-\d)"
)
#: What follows a number that only looks like a reply code.
_UNITS: Final = ("kb", "mb", "gb", "k ", "m ", "bytes", "octets", "messages", "mails", "recipients",
                 "connections", "seconds", "minutes", "hours", "days", "char", "lines", "per ", "times",
                 "addresses")  # fmt: skip
#: What stands before a number that is no reply code, and before one that is no status code.
_COUNTED: Final = ("port", "line")
_VERSION: Final = ("version", "exim", "postfix", "sendmail", "release", "ver", "v", "build", "qmail")
#: Texts whose codes are remembered: a notice asks about the same line several times.
_REMEMBERED: Final = 512
#: Characters of a text in which codes are looked for: an SMTP reply line has at most 512 octets (RFC 5321
#: section 4.5.3.1.5), and Sendmail and Postfix keep a few KB of a multiline reply.
MAX_TEXT: Final = 4096


class Codes:
    """The codes that a text states; None for what it does not."""

    __slots__ = (
        "reply_code",
        "status",
        "statuses",
    )

    def __init__(
        self,
        reply_code: int | None,
        status: str | None,
        statuses: tuple[tuple[int, str], ...],
    ) -> None:
        self.reply_code = reply_code
        self.status = status
        #: Every enhanced code of a failure or delay in the text: where it starts, and the code.
        self.statuses = statuses


@lru_cache(maxsize=_REMEMBERED)
def find_codes(text: str) -> Codes:
    """The codes of a failure or delay in `text` (white space collapsed); codes of success are passed over."""
    statuses = _statuses_in(text)
    both = _BOTH.match(text)
    if both is not None:
        return Codes(int(both[1]), both[2], statuses)
    for found in _CODE.finditer(text, 0, MAX_TEXT):
        code, status = found.groups()
        if code[0] == "2" or (status is None and _is_amount(text, found.start(), found.end())):
            continue
        if status is None or status[0] == "2":
            status = next((one for _, one in statuses if one[0] == code[0]), None)
        return Codes(int(code), status, statuses)
    return Codes(None, statuses[0][1] if statuses else None, statuses)


def _statuses_in(text: str) -> tuple[tuple[int, str], ...]:
    statuses = []
    for found in _STATUS.finditer(text, 0, MAX_TEXT):
        start = found.start() - 1
        if text[start] != "2" and not _stands_behind(_VERSION, text, start):
            statuses.append((start, text[start : found.end()]))
    return tuple(statuses)


def first_codes(text: str) -> tuple[int | None, str | None]:
    """The reply code and the enhanced code that `text` begins with, of success too ("250 2.0.0 ok")."""
    found = _FIRST.match(text)
    return (int(found[1]), found[2]) if found is not None else (None, None)


def states_code(text: str) -> bool:
    """Whether `text` states a reply code or an enhanced status code of a failure or delay."""
    found = find_codes(text)
    return found.reply_code is not None or found.status is not None


def _is_amount(text: str, start: int, end: int) -> bool:
    """Whether a number within a sentence counts or numbers something ("more than 500 messages per hour")."""
    if not text[max(0, start - 2) : start - 1].isalnum():
        return False
    following = text[end : end + 12].lstrip(" -").lower()
    return following.startswith(_UNITS) or _stands_behind(_COUNTED, text, start)


def _stands_behind(words: tuple[str, ...], text: str, at: int) -> bool:
    if not at or text[at - 2 : at - 1].isdigit():  # the words have no digits: "550 5.1.1"
        return False
    before = text[max(0, at - 12) : at].lower().split()
    return bool(before) and before[-1].strip("(/#-") in words
