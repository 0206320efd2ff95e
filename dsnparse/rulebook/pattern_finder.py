"""Many regular expressions at once: which of them are in a text."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar

from dsnparse.data import load
from dsnparse.rulebook.needed_words import Needed, needed_words, prepared
from dsnparse.rulebook.pattern_reader import Group
from dsnparse.rulebook.rule import LETTERS

#: The compiled data that have patterns, each with what it needs.
_TABLES = ("rules", "replies", "words", "formats", "notices")
Owner = TypeVar("Owner", bound=Hashable)


class _Word(NamedTuple):
    """A word, and what it means that it is in a text."""

    #: The groups of needed words that it is in, a bit each.
    groups: int
    #: The numbers of the patterns whose rarest group it is in.
    key_of: tuple[int, ...]
    #: The patterns that ask for nothing else; and whether it has to stand alone on the left and on the right.
    all_of: tuple[tuple[int, bool, bool], ...]


class PatternFinder(Generic[Owner]):
    """Finds patterns by the words that they need. Immutable, and may be shared by threads.

    An Aho-Corasick automaton of words is ready when built. One of RE2 for all patterns makes its states from
    the texts that it meets: the first hundreds of messages of a process took up to half as long again.
    """

    __slots__ = ("_compiled", "_finder", "_needed", "_patterns", "_without", "_words")

    def __init__(self, patterns: Sequence[tuple[Owner, str]], compiled: Callable[[str], Any]) -> None:
        """`patterns`: each with what it speaks for. `compiled`: makes an RE2 expression of a pattern."""
        from ahocorasick_rs import AhoCorasick, Implementation

        self._patterns = tuple(patterns)
        self._compiled = compiled
        #: The groups that each pattern needs, a bit each.
        self._needed: list[int] = []
        #: The patterns that need no words, and the length of the longest text that each is in.
        self._without: list[tuple[int, int]] = []
        bits: dict[Group, int] = {}
        words: dict[str, _Word] = {}
        for number, (_, pattern) in enumerate(patterns):
            groups, is_all, left, right, longest = _needed_by(pattern)
            self._needed.append(0)
            if not groups:
                self._without.append((number, longest))
            for at, group in enumerate(groups):
                bit = 0 if is_all else bits.setdefault(group, 1 << len(bits))
                self._needed[-1] |= bit
                for word in group:
                    known, key_of, all_of = words.get(word, _NO_WORD)
                    if is_all:
                        all_of += ((number, left, right),)
                    elif at == 0:
                        key_of += (number,)
                    words[word] = _Word(known | bit, key_of, all_of)
        self._words = list(words.values())
        self._finder: Any = AhoCorasick(
            list(words), implementation=Implementation.ContiguousNFA, store_patterns=False
        )

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
        certain: list[int] = []
        likely: list[int] = []
        there = 0
        words = self._words
        for word, start, end in self._finder.find_matches_as_indexes(low, overlapping=True):
            groups, key_of, all_of = words[word]
            there |= groups
            likely += key_of
            for number, left, right in all_of:
                if (not left or low[start - 1] not in LETTERS) and (not right or low[end] not in LETTERS):
                    certain.append(number)
        if likely:
            needed, missing = self._needed, ~there
            likely = [number for number in dict.fromkeys(likely) if not needed[number] & missing]
        for number, longest in self._without:
            if len(text) <= longest:
                likely.append(number)
        return certain, likely


_NO_WORD = _Word(0, (), ())


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
