"""Many regular expressions at once: which of them are in a text."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cache
from typing import Any, Generic, TypeVar

from dsnparse.data import load
from dsnparse.rulebook.needed_words import Needed, needed_words, prepared
from dsnparse.rulebook.pattern_reader import Group
from dsnparse.rulebook.rule import LETTERS

#: The compiled data that have patterns, each with what it needs.
_TABLES = ("rules", "replies", "words", "formats", "notices")
Owner = TypeVar("Owner", bound=Hashable)
#: The bit of words that are all that a pattern asks for.
_WHOLE = 1


class PatternFinder(Generic[Owner]):
    """Finds patterns by the words that they need. Immutable, and may be shared by threads.

    An Aho-Corasick automaton of words is ready when built. One of RE2 for all patterns makes its states from
    the texts that it meets: the first hundreds of messages of a process took up to half as long again.
    """

    __slots__ = (
        "_compiled",
        "_finder",
        "_groups_of",
        "_key_of",
        "_more",
        "_patterns",
        "_whole",
        "_without",
    )

    def __init__(self, patterns: Sequence[tuple[Owner, str]], compiled: Callable[[str], Any]) -> None:
        """`patterns`: each with what it speaks for. `compiled`: makes an RE2 expression of a pattern."""
        from ahocorasick_rs import AhoCorasick, Implementation

        self._patterns = tuple(patterns)
        self._compiled = compiled
        #: For each pattern the groups that it needs besides its rarest one, a bit each.
        self._more: list[int] = []
        #: The patterns that need no words, and the length of the longest text that each is in.
        self._without: list[tuple[int, int]] = []
        #: For each word the patterns whose rarest group it is in; and, a bit each, its other groups.
        self._key_of: list[list[int]] = []
        self._groups_of: list[int] = []
        #: Word → the patterns that ask for nothing else; and whether it has to stand alone on the left and on
        #: the right.
        self._whole: dict[int, list[tuple[int, bool, bool]]] = {}
        bits: dict[Group, int] = {}
        words: dict[str, int] = {}
        for number, (_, pattern) in enumerate(patterns):
            needed = _needed_by(pattern)
            if not needed.groups:
                self._without.append((number, needed.longest))
            more = 0
            for at, group in enumerate(needed.groups):
                bit = bits.setdefault(group, 2 << len(bits)) if at else 0
                more |= bit
                for word in group:
                    place = self._place(word, words)
                    self._groups_of[place] |= bit
                    if needed.is_all:
                        self._groups_of[place] |= _WHOLE
                        self._whole.setdefault(place, []).append((number, needed.left, needed.right))
                    elif at == 0:
                        self._key_of[place].append(number)
            self._more.append(more)
        self._finder: Any = AhoCorasick(
            list(words), implementation=Implementation.ContiguousNFA, store_patterns=False
        )

    def _place(self, word: str, words: dict[str, int]) -> int:
        """The number of a word, which may be new."""
        place = words.setdefault(word, len(words))
        if place == len(self._key_of):
            self._key_of.append([])
            self._groups_of.append(0)
        return place

    def likely(self, text: str) -> list[int]:
        """The numbers of the patterns that may be in `text`, ascending: no other is."""
        certain, likely = self._by_words(text)
        return sorted({*certain, *likely})

    def found_in(self, text: str) -> dict[Owner, str]:
        """For each owner that has a pattern in `text`: one of these."""
        certain, likely = self._by_words(text)
        patterns = self._patterns
        found = dict([patterns[number] for number in certain])
        if likely:
            data = text.encode("utf-8", "replace")
            for number in likely:
                owner, pattern = patterns[number]
                if owner not in found and self._compiled(pattern).search(data) is not None:
                    found[owner] = pattern
        return found

    def by_owner(self, text: str) -> tuple[dict[Owner, str], dict[Owner, list[str]]]:
        """The owners that have a pattern in `text`, with one; those that may, with patterns to be tried."""
        certain, likely = self._by_words(text)
        patterns = self._patterns
        perhaps: dict[Owner, list[str]] = {}
        for number in likely:
            owner, one = patterns[number]
            perhaps.setdefault(owner, []).append(one)
        return dict([patterns[number] for number in certain]), perhaps

    def is_any_in(self, text: str) -> bool:
        """Whether any of the patterns is in `text`."""
        certain, likely = self._by_words(text)
        if certain or not likely:
            return bool(certain)
        data = text.encode("utf-8", "replace")
        return any(self._compiled(self._patterns[one][1]).search(data) is not None for one in likely)

    def _by_words(self, text: str) -> tuple[list[int], list[int]]:
        """The patterns that are in a text, and those that may be."""
        low = prepared(text)
        matches = self._finder.find_matches_as_indexes(low, overlapping=True)
        if not matches and not self._without:
            return [], []
        certain: list[int] = []
        found: list[int] = []
        there = 0
        key_of, groups_of, more = self._key_of, self._groups_of, self._more
        for word, _, _ in matches:
            found += key_of[word]
            there |= groups_of[word]
        if there & _WHOLE:
            certain = self._standing_alone(matches, low)
        likely = [number for number in dict.fromkeys(found) if more[number] & there == more[number]]
        for number, longest in self._without:
            if len(text) <= longest:
                likely.append(number)
        return certain, likely

    def _standing_alone(self, matches: Sequence[tuple[int, int, int]], low: str) -> list[int]:
        """The patterns that ask for nothing but a word, where it stands as they want it."""
        certain = []
        for word, start, end in matches:
            for number, left, right in self._whole.get(word, ()):
                if (not left or low[start - 1] not in LETTERS) and (not right or low[end] not in LETTERS):
                    certain.append(number)
        return certain


def _needed_by(pattern: str) -> Needed:
    known = _made_beforehand().get(pattern)
    if known is None:
        return needed_words(pattern)
    groups, *rest = known
    return Needed(tuple(map(frozenset, groups)), *rest)


@cache
def _made_beforehand() -> Mapping[str, list[Any]]:
    """What the package's own patterns need."""
    tables = [load("subjects"), *(table for name in _TABLES for table in load(name).values())]
    return {pattern: needed for table in tables for pattern, needed in table.get("needed", {}).items()}
