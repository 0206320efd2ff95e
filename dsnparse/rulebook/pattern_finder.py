"""Many regular expressions at once: which of them are in a text."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

from dsnparse.rulebook.expression import Expression
from dsnparse.rulebook.needed_words import prepared
from dsnparse.rulebook.needs import WHOLE, Needs

Owner = TypeVar("Owner", bound=Hashable)


class PatternFinder(Generic[Owner]):
    """Finds patterns by the words that they need. Immutable, and may be shared by threads.

    An Aho-Corasick automaton of words is ready when built. One of RE2 for all patterns makes its states from
    the texts that it meets: the first hundreds of messages of a process took up to half as long again.
    """

    __slots__ = ("_compiled", "_finder", "_needs", "_patterns")

    def __init__(self, patterns: Sequence[tuple[Owner, str]], compiled: Callable[[str], Expression]) -> None:
        """`patterns`: each with what it speaks for. `compiled`: makes an RE2 expression of a pattern."""
        self._patterns = tuple(patterns)
        self._compiled = compiled
        self._needs = Needs([pattern for _, pattern in patterns])
        self._finder = automaton(self._needs.words)

    def found_in(self, text: str) -> dict[Owner, str]:
        """For each owner that has a pattern in `text`: one of these."""
        certain, likely = self._by_words(text)
        patterns = self._patterns
        found = dict([patterns[number] for number in certain])
        if likely:
            data = text.encode("utf-8", "replace")
            for number in likely:
                owner, pattern = patterns[number]
                if owner not in found and self._compiled(pattern).is_in(data):
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
        return any(self._compiled(self._patterns[one][1]).is_in(data) for one in likely)

    def perhaps_within(self, text: str) -> set[Owner]:
        """Those of whom a pattern may be in some piece of `text`: nobody else has one there."""
        matches = self._finder.find_matches_as_indexes(prepared(text), overlapping=True)
        patterns = self._patterns
        return {patterns[number][0] for number in self._needs.within(matches)}

    def _by_words(self, text: str) -> tuple[list[int], list[int]]:
        """The patterns that are in a text, and those that may be."""
        low = prepared(text)
        needs = self._needs
        matches = self._finder.find_matches_as_indexes(low, overlapping=True)
        if not matches:
            return [], needs.without_words(len(text))
        found, there = needs.met(matches)
        certain = needs.standing_alone(matches, low) if there & WHOLE else []
        return certain, needs.likely(found, there, len(text))


def automaton(words: Sequence[str]) -> Any:
    """Finds literal words, all at once."""
    from ahocorasick_rs import AhoCorasick, Implementation

    return AhoCorasick(words, implementation=Implementation.ContiguousNFA, store_patterns=False)
