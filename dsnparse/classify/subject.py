"""Whose address, account or host are words about, and do they say it or deny it?

"Does not exist" is said of a recipient, of a sender, of a host in HELO and of a link in the message. Asked
for words that would mean the recipient's address; the answer is in the sentence that they stand in, before
them, and it is what stands nearest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Final, NamedTuple

from dsnparse.classify.objection import Objection
from dsnparse.data import load
from dsnparse.rulebook.expression import Expression
from dsnparse.rulebook.pattern_finder import PatternFinder
from dsnparse.rulebook.rule import compiled
from dsnparse.vocabulary import Reason

#: How far before and behind the words is looked, within their sentence.
BEFORE: Final = 240
BEHIND: Final = 80

#: Reasons that are said of an address, and of whom else the same words may be said.
ADDRESS_REASONS: Final = frozenset(
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
_STATES: Final = (Reason.MAILBOX_FULL, Reason.MAILBOX_DISABLED)
_TAKING: Final = (Reason.NO_MAIL_SERVICE, Reason.MAILBOX_DISABLED)
#: In how many words before and behind a denial is looked for.
_NEAR: Final = 12
#: No longer than this is a verb that stands alone ("is no longer valid").
_SHORT: Final = 40
#: Words of rules that are remembered: replies say the same ones again and again.
_REMEMBERED: Final = 1024
#: The lists of patterns that say what may be, or what is so for now.
_UNSURE: Final = ("perhaps", "perhaps_within", "for_now")
#: Where a sentence begins: behind the end of another, and behind a code, with which a reply begins.
_FIRST_CODE: Final = re.compile(r"[245]\d\d(?: |-|$)")
#: Words without which there is hardly a sentence of English.
_ENGLISH: Final = frozenset(
    "the this that is are was has have been be will do does not no we our you your it of by from for with and"
    " only please here mail message error".split()
)
#: What stands around a word; and how many words (no host names, addresses, links, codes) say something.
_AROUND_WORDS: Final = "\"'()[].,;:!?"
_A_SENTENCE: Final = 2
_START: Final = re.compile(r"(?<!\.\.)[.;!?] |[ :;('\"-][245]\d\d(?: |-|$)|[245]\.\d{1,3}\.\d{1,3} ")
_END: Final = re.compile(r"[.;!?] |[.;!?]$")


class _Patterns(NamedTuple):
    """`data/subjects.toml`, compiled for RE2."""

    #: Any of all: most replies have none, and are done.
    cue: PatternFinder[str]
    named: Expression
    behind: Expression
    #: One of these words is in every denial, near the words that it denies: looked for first.
    denying: frozenset[str]
    denied: Expression
    denied_within: Expression
    denied_behind: Expression
    perhaps: Expression
    perhaps_within: Expression
    for_now: Expression
    verb_alone: Expression
    address: Expression
    takes: Expression
    unlimited: Expression
    somebody: Expression


@cache
def _patterns() -> _Patterns:
    table = load("subjects")
    named, behind, doubt = table["named"], table["behind"], table["doubt"]
    cues = [("named", words) for whom, words in named.items() if whom != "recipient"]
    cues += [("behind", words) for whom, words in behind.items() if whom != "recipient"]
    cues += [(key, doubt[key]) for key in _UNSURE]
    return _Patterns(
        PatternFinder([(key, word.removeprefix("^")) for key, words in cues for word in words], compiled),
        compiled(_named(named)),
        compiled(f"^.{{0,30}}?(?:{_named(behind)})"),
        frozenset(doubt["denying"]),
        *(compiled("|".join(doubt[key])) for key in _Patterns._fields[4:]),
    )


def _named(table: Mapping[str, Sequence[str]]) -> str:
    """One pattern of all; the group that is found says whom it names."""
    return "|".join(f"(?P<{whom}>{'|'.join(words)})" for whom, words in table.items())


#: What words are about: the reason that they speak for, None for none at all; and what keeps them from making
#: anybody hard.
Subject = tuple[Reason | None, Objection | None]

_OF_WHOM: Final = {
    "login": Reason.POLICY_VIOLATION,
    "sender": Reason.SENDER_REJECTED,
    "host": Reason.POLICY_VIOLATION,
    "form": Reason.NONCOMPLIANT_MESSAGE,
    "content": None,
    "outsiders": Reason.RECIPIENT_FILTERED,
}


class Sentences:
    """The sentences of a reply, asked what words in them are about."""

    __slots__ = ("_cues", "_text")

    def __init__(self, sentences: str) -> None:
        self._text = sentences
        #: By which patterns they may name anybody but the recipient, or say that something may be.
        self._cues = _patterns().cue.perhaps_within(sentences)

    @property
    def is_about_another(self) -> bool:
        """Whether they name somebody other than the recipient last: a code beside that is not his."""
        return "named" in self._cues and _whom(self._text) not in (None, "recipient")

    @property
    def are_for_now(self) -> bool:
        """Whether they say that it is so for now."""
        return "for_now" in self._cues and _is_in(_patterns().for_now, self._text)

    @property
    def name_nobody(self) -> bool:
        """Whether they say something in English, and name nobody of whom it could be said."""
        text = self._text
        if not text.isascii() or _ENGLISH.isdisjoint(text.split()) or _is_in(_patterns().somebody, text):
            return False
        return sum(word.strip(_AROUND_WORDS).isalpha() for word in text.split()) >= _A_SENTENCE

    def subject_of(self, start: int, length: int, reason: Reason, *, is_strong: bool = False) -> Subject:
        """What the words at `start` are about, which speak for `reason`: one of `ADDRESS_REASONS`.

        `is_strong`: whether the words are such as are said for this reason only, "may" and all.
        """
        end = start + length
        within = self._text[start:end]
        behind = self._text[end : end + BEHIND]
        words = _words(within)
        if (reason in _STATES and words.are_denied) or self._is_denied(start, behind):
            return None, Objection.ABOUT_ANOTHER
        if words.are_verb_alone and not self._names_an_address(start):
            return None, Objection.ABOUT_ANOTHER
        if self._cues:
            stop = _END.search(behind)
            behind = behind if stop is None else behind[: stop.start()]
            subject = self._with_cue(start, words, behind, reason, is_strong)
            if subject is not None and _patterns().cue.is_any_in(self._text):
                return subject
        if reason in _TAKING and words.take and not _is_in(_patterns().unlimited, behind):
            return Reason.POLICY_VIOLATION, Objection.ABOUT_ANOTHER
        return reason, None

    def _names_an_address(self, start: int) -> bool:
        """Whether the sentence before `start` names an address, or nothing at all."""
        before = _sentence_before(self._text, start)
        return not any(map(str.isalpha, before)) or _is_in(_patterns().address, before)

    def _is_denied(self, start: int, behind: str) -> bool:
        known = _patterns()
        before = self._text[max(0, start - BEHIND) : start]
        if not known.denying.isdisjoint(before.rsplit(None, _NEAR)[-_NEAR:]) and _is_in(known.denied, before):
            return True
        near = [word.strip(_AROUND_WORDS) or word for word in behind.split(None, _NEAR)[:_NEAR]]
        return not known.denying.isdisjoint(near) and _is_in(known.denied_behind, behind)

    def _with_cue(
        self, start: int, words: _Words, behind: str, reason: Reason, is_strong: bool
    ) -> Subject | None:
        cues = self._cues
        whom = _behind(behind) if behind and "behind" in cues else None
        if whom is None and "named" in cues:
            whom = _whom(_sentence_before(self._text, start) + words.text)
        if whom is not None and whom != "recipient":
            of_whom = _OF_WHOM[whom]
            if reason is Reason.MAILBOX_FULL and of_whom is not None:
                of_whom = Reason.RATE_LIMITED
            return of_whom, Objection.ABOUT_ANOTHER
        if reason is Reason.MAILBOX_FULL or cues.isdisjoint(_UNSURE):
            return None
        known = _patterns()
        before = _sentence_before(self._text, start)
        if "perhaps" in cues and _is_in(known.perhaps, before + words.text):
            return reason, Objection.ONLY_PERHAPS
        if words.are_perhaps and not is_strong:
            return reason, Objection.ONLY_PERHAPS
        if "for_now" in cues and _is_in(known.for_now, f"{before}{words.text}{behind}"):
            return reason, Objection.FOR_NOW
        return None


class _Words(NamedTuple):
    """What the words of a rule say by themselves."""

    text: str
    are_denied: bool
    are_verb_alone: bool
    are_perhaps: bool
    take: bool


@lru_cache(maxsize=_REMEMBERED)
def _words(text: str) -> _Words:
    known = _patterns()
    return _Words(
        text,
        not known.denying.isdisjoint(text.split()) and _is_in(known.denied_within, text),
        len(text) < _SHORT and _is_in(known.verb_alone, text),
        _is_in(known.perhaps_within, text),
        _is_in(known.takes, text) and text[-1:].isalpha(),
    )


def _is_in(pattern: Expression, text: str) -> bool:
    """Whether a pattern is in a text; given as bytes, since RE2 works out the places of letters otherwise."""
    return pattern.is_in(text.encode())


def _sentence_before(low: str, start: int) -> str:
    before = low[max(0, start - BEFORE) : start]
    code = _FIRST_CODE.match(before)
    begins = code.end() if code is not None else 0
    for found in _START.finditer(before, begins):
        begins = found.end()
    return before[begins:]


def _whom(text: str) -> str | None:
    """Whom a text names last: "recipient", "sender", "login", "host", "form", "content"; None for nobody."""
    last = None
    for found in _patterns().named.finditer(text.encode()):
        last = found
    return last.lastgroup if last is not None else None


def _behind(text: str) -> str | None:
    found = _patterns().behind.search(text.encode())
    return found.lastgroup if found is not None else None
