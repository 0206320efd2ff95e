"""Whose address, account or host are words about, and do they say it or deny it?

"Does not exist" is said of a recipient, of a sender, of a host in HELO and of a link in the message. Asked
for words that would mean the recipient's address; the answer is in the sentence that they stand in, before
them, and it is what stands nearest.
"""

from __future__ import annotations

import re
from typing import Final

from dsnparse.classify.objection import Objection
from dsnparse.classify.subject_patterns import UNSURE, WordsOfARule, is_in, patterns, words_of_a_rule
from dsnparse.rulebook.expression import Expression, group_of
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

#: Those that are said of one mailbox, not of all of a domain.
OF_A_MAILBOX: Final = frozenset(
    {Reason.USER_UNKNOWN, Reason.MAILBOX_DISABLED, Reason.MAILBOX_MOVED, Reason.BAD_ADDRESS_SYNTAX}
)
#: Reasons whose words name a state, which "not" before it denies; and those told by "does not accept mail".
_STATES: Final = (Reason.MAILBOX_FULL, Reason.MAILBOX_DISABLED)
_TAKING: Final = (Reason.NO_MAIL_SERVICE, Reason.MAILBOX_DISABLED)
#: In how many words before and behind a denial is looked for.
_NEAR: Final = 12
#: How much of a word that goes on behind the words is looked at ("mevcut değil" + "se": "if there is none").
_SUFFIX: Final = 3
#: How far before a noun the word in front of it is looked for.
_BEFORE_A_NOUN: Final = 40
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
_START: Final = re.compile(r"(?<!\.\.)[.;!?] |[ :;'\"-][245]\d\d(?: |-|$)|[245]\.\d{1,3}\.\d{1,3} ")
_END: Final = re.compile(r"[.;!?] |[.;!?]$")


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
_OF_MISSING: Final = {
    "room": Reason.MAILBOX_FULL,
    "right": Reason.POLICY_VIOLATION,
    "connection": Reason.NETWORK_ERROR,
}


class Sentences:
    """The sentences of a reply, asked what words in them are about."""

    __slots__ = ("_cues", "_text")

    def __init__(self, sentences: str) -> None:
        self._text = sentences
        #: By which patterns they may name anybody but the recipient, or say that something may be.
        self._cues = patterns().cue.perhaps_within(sentences)

    @property
    def is_about_another(self) -> bool:
        """Whether they name somebody other than the recipient last: a code beside that is not his."""
        return "named" in self._cues and _whom(self._text) not in (None, "recipient")

    @property
    def are_for_now(self) -> bool:
        """Whether they say that it is so for now."""
        return "for_now" in self._cues and is_in(patterns().for_now, self._text)

    @property
    def name_nobody(self) -> bool:
        """Whether they say something in English, and name nobody of whom it could be said."""
        text = self._text
        if not text.isascii() or _ENGLISH.isdisjoint(text.split()) or is_in(patterns().somebody, text):
            return False
        return sum(word.strip(_AROUND_WORDS).isalpha() for word in text.split()) >= _A_SENTENCE

    def subject_of(
        self, start: int, length: int, reason: Reason, *, is_strong: bool = False, is_coded: bool = False
    ) -> Subject:
        """What the words at `start` are about, which speak for `reason`: one of `ADDRESS_REASONS`.

        `is_strong`: whether the words are such as are said for this reason only, "may" and all.
        `is_coded`: whether an enhanced code says the same.
        """
        end = start + length
        within = self._text[start:end]
        behind = self._text[end : end + BEHIND]
        words = words_of_a_rule(within)
        if (reason in _STATES and words.are_denied) or self._is_denied(start, behind):
            return None, Objection.ABOUT_ANOTHER
        if words.are_of_a_thing and reason is not Reason.MAILBOX_FULL:
            return None, Objection.ABOUT_ANOTHER
        if words.are_verb_alone and not self._names_an_address(start):
            return None, Objection.ABOUT_ANOTHER
        if self._cues:
            stop = _END.search(behind)
            behind = behind if stop is None else behind[: stop.start()]
            subject = self._with_cue(start, words, behind, reason, is_strong)
            if subject is not None and patterns().cue.is_any_in(self._text):
                return subject
        if words.begin_with_a_noun and not is_coded and self._is_of_another_kind(start):
            return reason, Objection.ONLY_PERHAPS
        if reason in _TAKING and words.take and not is_in(patterns().unlimited, behind):
            return Reason.POLICY_VIOLATION, Objection.ABOUT_ANOTHER
        return reason, None

    def _names_an_address(self, start: int) -> bool:
        """Whether the sentence before `start` names an address, or nothing at all."""
        before = _sentence_before(self._text, start)
        return not any(map(str.isalpha, before)) or is_in(patterns().address, before)

    def _is_of_another_kind(self, start: int) -> bool:
        """Whether a noun right before "user" or "mailbox" makes another thing of it: "vacation address"."""
        before = self._text[max(0, start - _BEFORE_A_NOUN) : start]
        last = before.split()[-1] if before[-1:] == " " and not before.isspace() else ""
        return last.isascii() and last.replace("-", "").isalpha() and last not in patterns().before_a_noun

    def _is_denied(self, start: int, behind: str) -> bool:
        known = patterns()
        before = self._text[max(0, start - BEHIND) : start]
        if not known.denying.isdisjoint(before.rsplit(None, _NEAR)[-_NEAR:]) and is_in(known.denied, before):
            return True
        near = [word.strip(_AROUND_WORDS) or word for word in behind.split(None, _NEAR)[:_NEAR]]
        return not known.denying.isdisjoint(near) and is_in(known.denied_behind, behind)

    def _with_cue(
        self, start: int, words: WordsOfARule, behind: str, reason: Reason, is_strong: bool
    ) -> Subject | None:
        cues = self._cues
        whom = _behind(behind) if behind and "behind" in cues else None
        if whom is None and len(cues) == 1 and "behind" in cues:
            return None
        before = _sentence_before(self._text, start)
        if whom is None and "named" in cues:
            whom = _whom(before + words.text)
        if whom is not None and whom != "recipient":
            of_whom = _OF_WHOM[whom]
            if reason is Reason.MAILBOX_FULL and of_whom is not None:
                of_whom = Reason.RATE_LIMITED
            return of_whom, Objection.ABOUT_ANOTHER
        if reason is Reason.USER_UNKNOWN and "missing" in cues:
            what = _first_of(patterns().missing, f"{before}{words.text}{behind}")
            if what is not None:
                return _OF_MISSING[what], Objection.ABOUT_ANOTHER
        if reason is Reason.MAILBOX_FULL or cues.isdisjoint(UNSURE):
            return None
        known = patterns()
        if "perhaps" in cues and is_in(known.perhaps, f"{before}{words.text}{behind[:_SUFFIX]}"):
            return reason, Objection.ONLY_PERHAPS
        if "perhaps_behind" in cues and is_in(known.perhaps_behind, behind):
            return reason, Objection.ONLY_PERHAPS
        if "by_mistake" in cues and is_in(known.by_mistake, f"{before}{words.text}{behind}"):
            return reason, Objection.ONLY_PERHAPS
        if words.are_perhaps and not is_strong:
            return reason, Objection.ONLY_PERHAPS
        if "for_now" in cues and is_in(known.for_now, f"{before}{words.text}{behind}"):
            return reason, Objection.FOR_NOW
        return None


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
    for found in patterns().named.finditer(text.encode()):
        last = found
    return group_of(last) if last is not None else None


def _behind(text: str) -> str | None:
    return _first_of(patterns().behind, text)


def _first_of(pattern: Expression, text: str) -> str | None:
    """The name of the first group that is found."""
    data = text.encode()
    found = pattern.search(data) if pattern.is_in(data) else None  # most often not, which `is_in` says sooner
    return group_of(found) if found is not None else None
