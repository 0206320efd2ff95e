"""Whose address, account or host are words about, and do they say it or deny it?

"Does not exist" is said of a recipient, of a sender, of a host in HELO and of a link in the message. Asked
for words that would mean the recipient's address; the answer is in the sentence that they stand in, before
them, and it is what stands nearest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from dsnparse.classify.objection import Objection
from dsnparse.data import load
from dsnparse.vocabulary import Reason

#: How far before and behind the words is looked, within their sentence.
BEFORE = 240
BEHIND = 80

#: Reasons that are said of an address, and of whom else the same words may be said.
ADDRESS_REASONS = frozenset(
    {
        Reason.USER_UNKNOWN,
        Reason.HOST_UNKNOWN,
        Reason.NO_MAIL_SERVICE,
        Reason.MAILBOX_MOVED,
        Reason.MAILBOX_DISABLED,
        Reason.BAD_ADDRESS_SYNTAX,
        Reason.MAILBOX_FULL,
    }
)

#: Where a sentence begins: behind the end of another, and behind a code, with which a reply begins.
_START = re.compile(r"[.;!?)] |(?:^|[ :;('\"-])[245]\d\d(?: |-|$)|[245]\.\d{1,3}\.\d{1,3} ")
_END = re.compile(r"[.;!?] |[.;!?]$")


class _Patterns(NamedTuple):
    """`data/subjects.toml`, compiled."""

    named: re.Pattern[str]
    behind: re.Pattern[str]
    denied: re.Pattern[str]
    denied_behind: re.Pattern[str]
    perhaps: re.Pattern[str]
    perhaps_within: re.Pattern[str]
    for_now: re.Pattern[str]
    limited: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    table = load("subjects")
    doubt = table["doubt"]
    return _Patterns(
        _named(table["named"]),
        _named(table["behind"], before="^[^,]{0,30}?"),
        *(re.compile("|".join(doubt[key])) for key in _Patterns._fields[2:]),
    )


def _named(table: Mapping[str, Sequence[str]], before: str = "") -> re.Pattern[str]:
    """One pattern of all; the group that is found says whom it names."""
    groups = "|".join(f"(?P<{whom}>{'|'.join(words)})" for whom, words in table.items())
    return re.compile(f"{before}(?:{groups})")


class Subject(NamedTuple):
    """What words are about, where that is not the recipient, or not just that."""

    #: The reason that they speak for; None for none at all.
    reason: Reason | None
    #: What keeps them from making anybody hard.
    objection: Objection | None


_OF_WHOM = {
    "login": Reason.POLICY_VIOLATION,
    "sender": Reason.SENDER_REJECTED,
    "host": Reason.POLICY_VIOLATION,
    "content": None,
}


def subject_of(low: str, start: int, length: int, reason: Reason, *, is_strong: bool = False) -> Subject:
    """What the words at `start` of `low` are about, which speak for `reason`: one of `ADDRESS_REASONS`.

    `is_strong`: whether the words are such as are said for this reason only, "may" and all.
    """
    known = _patterns()
    end = start + length
    before = _sentence_before(low, start)
    within = low[start:end]
    behind = low[end : end + BEHIND]
    stop = _END.search(behind)
    if stop is not None:
        behind = behind[: stop.start()]
    if known.denied.search(before) or known.denied_behind.search(behind):
        return Subject(None, Objection.ABOUT_ANOTHER)
    whom = _whom(before + within) or _behind(behind)
    if whom is not None and whom != "recipient":
        if reason is Reason.MAILBOX_FULL:
            return Subject(Reason.RATE_LIMITED, Objection.ABOUT_ANOTHER)
        return Subject(_OF_WHOM[whom], Objection.ABOUT_ANOTHER)
    if reason is Reason.MAILBOX_FULL:
        return Subject(reason, None)
    if reason in (Reason.NO_MAIL_SERVICE, Reason.MAILBOX_DISABLED) and known.limited.match(behind):
        return Subject(Reason.POLICY_VIOLATION, Objection.ABOUT_ANOTHER)
    if known.perhaps.search(before) or (not is_strong and known.perhaps_within.search(within)):
        return Subject(reason, Objection.ONLY_PERHAPS)
    if known.for_now.search(before) or known.for_now.search(within) or known.for_now.search(behind):
        return Subject(reason, Objection.FOR_NOW)
    return Subject(reason, None)


def _sentence_before(low: str, start: int) -> str:
    before = low[max(0, start - BEFORE) : start]
    begins = 0
    for found in _START.finditer(before):
        begins = found.end()
    return before[begins:]


def _whom(text: str) -> str | None:
    """Whom a text names last: "recipient", "sender", "login", "host", "content"; None for nobody."""
    last = None
    for found in _patterns().named.finditer(text):
        last = found.lastgroup
    return last


def _behind(text: str) -> str | None:
    found = _patterns().behind.match(text)
    return found.lastgroup if found is not None else None
