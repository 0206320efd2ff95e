"""Whose address, account or host are words about, and do they say it or deny it?

"Does not exist" is said of a recipient, of a sender, of a host in HELO and of a link in the message. Asked
for words that would mean the recipient's address; the answer is in the sentence that they stand in, before
them, and it is what stands nearest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from dsnparse.classify.objection import Objection
from dsnparse.data import load
from dsnparse.rulebook.pattern_finder import PatternFinder
from dsnparse.rulebook.rule import compiled
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

#: Reasons whose words name a state, which "not" before it denies; and those told by "does not accept mail".
_STATES = (Reason.MAILBOX_FULL, Reason.MAILBOX_DISABLED)
_TAKING = (Reason.NO_MAIL_SERVICE, Reason.MAILBOX_DISABLED)
#: One of these words is in every denial, near the words that it denies: looked for first.
_DENYING = frozenset(
    "not isn't wasn't aren't doesn't don't didn't never neither nor instead rather no longer has have = :"
    " contrary true for false from by an a the agent agents family access"
    " delivery receipts attachments sending filter rules settings receipt attachment rule setting".split()
)
_NEAR = 7
#: No longer than this is a verb that stands alone ("is no longer valid").
_SHORT = 30
#: Where a sentence begins: behind the end of another, and behind a code, with which a reply begins.
_START = re.compile(r"[.;!?] |(?:^|[ :;('\"-])[245]\d\d(?: |-|$)|[245]\.\d{1,3}\.\d{1,3} ")
_END = re.compile(r"[.;!?] |[.;!?]$")


class _Patterns(NamedTuple):
    """`data/subjects.toml`, compiled for RE2."""

    #: Any of all: most replies have none, and are done.
    cue: PatternFinder[None]
    named: Any
    behind: Any
    denied: Any
    denied_within: Any
    denied_behind: Any
    perhaps: Any
    perhaps_within: Any
    for_now: Any
    verb_alone: Any
    address: Any
    takes: Any
    limited: Any


@cache
def _patterns() -> _Patterns:
    table = load("subjects")
    named, behind, doubt = table["named"], table["behind"], table["doubt"]
    cues = [words for whom, words in (*named.items(), *behind.items()) if whom != "recipient"]
    cues += [doubt["perhaps"], doubt["perhaps_within"], doubt["for_now"]]
    return _Patterns(
        PatternFinder([(None, word.removeprefix("^")) for words in cues for word in words], compiled),
        compiled(_named(named)),
        compiled(f"^.{{0,30}}?(?:{_named(behind)})"),
        *(compiled("|".join(doubt[key])) for key in _Patterns._fields[3:]),
    )


def _named(table: Mapping[str, Sequence[str]]) -> str:
    """One pattern of all; the group that is found says whom it names."""
    return "|".join(f"(?P<{whom}>{'|'.join(words)})" for whom, words in table.items())


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


class Sentences:
    """The sentences of a reply, asked what words in them are about."""

    __slots__ = ("_has_cue", "_text")

    def __init__(self, sentences: str) -> None:
        self._text = sentences
        #: Whether they name anybody but the recipient, or say that something may be; asked once.
        self._has_cue = _patterns().cue.is_any_in(sentences)

    @property
    def is_about_another(self) -> bool:
        """Whether they name somebody other than the recipient last: a code beside that is not his."""
        return self._has_cue and _whom(self._text) not in (None, "recipient")

    @property
    def are_for_now(self) -> bool:
        """Whether they say that it is so for now."""
        return self._has_cue and _is_in(_patterns().for_now, self._text)

    def subject_of(self, start: int, length: int, reason: Reason, *, is_strong: bool = False) -> Subject:
        """What the words at `start` are about, which speak for `reason`: one of `ADDRESS_REASONS`.

        `is_strong`: whether the words are such as are said for this reason only, "may" and all.
        """
        known = _patterns()
        end = start + length
        within = self._text[start:end]
        behind = self._text[end : end + BEHIND]
        if self._is_denied(start, within, behind, reason):
            return Subject(None, Objection.ABOUT_ANOTHER)
        if len(within) < _SHORT and _is_in(known.verb_alone, within) and not self._names_an_address(start):
            return Subject(None, Objection.ABOUT_ANOTHER)
        if self._has_cue:
            stop = _END.search(behind)
            behind = behind if stop is None else behind[: stop.start()]
            subject = self._with_cue(_sentence_before(self._text, start), within, behind, reason, is_strong)
            if subject is not None:
                return subject
        if reason in _TAKING and _is_in(known.takes, within) and _is_in(known.limited, behind):
            return Subject(Reason.POLICY_VIOLATION, Objection.ABOUT_ANOTHER)
        return Subject(reason, None)

    def _names_an_address(self, start: int) -> bool:
        """Whether the sentence before `start` names an address, or nothing at all."""
        before = _sentence_before(self._text, start)
        return not any(map(str.isalpha, before)) or _is_in(_patterns().address, before)

    def _is_denied(self, start: int, within: str, behind: str, reason: Reason) -> bool:
        known = _patterns()
        before = self._text[max(0, start - BEHIND) : start]
        if not _DENYING.isdisjoint(before.split()[-_NEAR:]) and _is_in(known.denied, before):
            return True
        if not _DENYING.isdisjoint(behind.split(None, _NEAR)[:_NEAR]) and _is_in(known.denied_behind, behind):
            return True
        return (
            reason in _STATES
            and not _DENYING.isdisjoint(within.split())
            and _is_in(known.denied_within, within)
        )

    def _with_cue(
        self, before: str, within: str, behind: str, reason: Reason, is_strong: bool
    ) -> Subject | None:
        known = _patterns()
        whom = _behind(behind) or _whom(before + within)
        if whom is not None and whom != "recipient":
            of_whom = Reason.RATE_LIMITED if reason is Reason.MAILBOX_FULL else _OF_WHOM[whom]
            return Subject(of_whom, Objection.ABOUT_ANOTHER)
        if reason is Reason.MAILBOX_FULL:
            return None
        if _is_in(known.perhaps, before + within) or (not is_strong and _is_in(known.perhaps_within, within)):
            return Subject(reason, Objection.ONLY_PERHAPS)
        if _is_in(known.for_now, f"{before}{within}{behind}"):
            return Subject(reason, Objection.FOR_NOW)
        return None


def _is_in(pattern: Any, text: str) -> bool:
    """Whether a pattern is in a text; given as bytes, since RE2 works out the places of letters otherwise."""
    return pattern.search(text.encode()) is not None


def _sentence_before(low: str, start: int) -> str:
    before = low[max(0, start - BEFORE) : start]
    begins = 0
    for found in _START.finditer(before):
        begins = found.end()
    return before[begins:]


def _whom(text: str) -> str | None:
    """Whom a text names last: "recipient", "sender", "login", "host", "content"; None for nobody."""
    last = None
    for found in _patterns().named.finditer(text.encode()):
        last = found.lastgroup
    return last


def _behind(text: str) -> str | None:
    found = _patterns().behind.search(text.encode())
    return found.lastgroup if found is not None else None
