"""Which of many patterns may be in a text, by the words that are found in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from dsnparse.data import load
from dsnparse.rulebook.needed_words import Needed, needed_words
from dsnparse.rulebook.rarity import Group
from dsnparse.rulebook.rule import LETTERS

#: The compiled data that have patterns, each with what it needs: read in this order, until one is found.
_TABLES: Final = ("rules", "replies", "subjects", "words", "formats", "notices")
#: The bit of words that are all that a pattern asks for.
WHOLE: Final = 1
#: A bit for each of a thousand groups of words. Not called an int: what mypyc makes of one is for small ones.
Bits = Any
#: Words that are no longer than this keep the blanks at their edges: without them they are in too many texts.
_SHORTEST: Final = 4
_NONE: list[int] = []
#: A word that is in a text: its number, where it begins and ends.
Match = tuple[int, int, int]


class Needs:
    """Patterns and words by their numbers. Immutable once it is made."""

    __slots__ = (
        "_anywhere",
        "_longest_without",
        "_more",
        "_whole",
        "_without",
        "bit_of",
        "groups_of",
        "key_of",
        "words",
    )

    def __init__(self, patterns: Iterable[str], also: Iterable[str] = (), told: Iterable[str] = ()) -> None:
        """`also`: other words that are looked for in one go; `told`: those of which `bit_of` is wanted."""
        #: For each pattern the groups that it needs besides its rarest one, a bit each.
        self._more: list[Bits] = []
        #: The patterns that need no words, and the length of the longest text that each is in.
        self._without: list[tuple[int, int]] = []
        #: Word → the patterns that ask for nothing else; and whether it has to stand alone on the left and on
        #: the right.
        self._whole: dict[int, list[tuple[int, bool, bool]]] = {}
        bits: dict[Group, Bits] = {}
        places: dict[str, int] = {}
        keys: dict[int, list[int]] = {}
        groups: dict[int, Bits] = {}
        for number, pattern in enumerate(patterns):
            needed = _needed_by(pattern)
            if not needed.groups:
                self._without.append((number, needed.longest))
            more: Bits = 0
            for at, group in enumerate(needed.groups):
                bit = bits.setdefault(group, 2 << len(bits)) if at else WHOLE if needed.is_all else 0
                if at:
                    more |= bit
                for word in group:
                    place = places.setdefault(word, len(places))
                    if bit:
                        groups[place] = groups.get(place, 0) | bit
                    if needed.is_all:
                        self._whole.setdefault(place, []).append((number, needed.left, needed.right))
                    elif not at:
                        keys.setdefault(place, []).append(number)
            self._more.append(more)
        #: The length of the longest text in which a pattern without words may be; -1 for no such pattern.
        self._longest_without = max([longest for _, longest in self._without], default=-1)
        for word in also:
            places.setdefault(word, len(places))
        #: The bit that is there when a word is.
        self.bit_of: dict[str, Bits] = {}
        for word in told:
            bit = self.bit_of[word] = bits.setdefault(frozenset([word]), 2 << len(bits))
            place = places.setdefault(word.replace("ς", "σ"), len(places))
            groups[place] = groups.get(place, 0) | bit
        #: All words; for each the patterns whose rarest group it is in and, a bit each, its other groups.
        self.words = list(places)
        self.key_of = [keys.get(place, _NONE) for place in range(len(places))]
        self.groups_of: list[Bits] = [groups.get(place, 0) for place in range(len(places))]
        #: For each word the patterns that it is enough for, or the rarest of, wherever it stands.
        self._anywhere = list(self.key_of)
        for place, enough_for in self._whole.items():
            self._anywhere[place] = self.key_of[place] + [one for one, _, _ in enough_for]

    def met(self, matches: Sequence[Match]) -> tuple[list[int], Bits]:
        """The patterns whose rarest words are met, and the bits of all words that are.

        `matches`: the words that are in a prepared text, and where.
        """
        found: list[int] = []
        there: Bits = 0
        key_of, groups_of = self.key_of, self.groups_of
        for word, _, _ in matches:
            found += key_of[word]
            there |= groups_of[word]
        return found, there

    def likely(self, found: list[int], there: Bits, size: int) -> list[int]:
        """The patterns that may be in a text of that size.

        `found`: those whose rarest group is met; `there`: the bits of the other groups that are.
        """
        more = self._more
        if not found:
            return self.without_words(size)
        likely = [number for number in found if (bits := more[number]) & there == bits]
        if len(likely) > 1:
            likely = list(dict.fromkeys(likely))
        if size <= self._longest_without:
            likely += self.without_words(size)
        return likely

    def without_words(self, size: int) -> list[int]:
        """The patterns that need no words, and may be in a text of that size; not to be changed."""
        if size > self._longest_without:
            return _NONE
        return [number for number, longest in self._without if size <= longest]

    def within(self, matches: Sequence[Match]) -> list[int]:
        """The patterns that may be in some piece of a text: words may stand alone there that here do not."""
        found: list[int] = []
        there: Bits = 0
        anywhere, groups_of = self._anywhere, self.groups_of
        for word, _, _ in matches:
            found += anywhere[word]
            there |= groups_of[word]
        return self.likely(found, there, 0)

    def standing_alone(self, matches: Sequence[Match], low: str) -> list[int]:
        """The patterns that ask for nothing but a word, where it stands as they want it."""
        certain = []
        whole = self._whole
        for word, start, end in matches:
            if word not in whole:
                continue
            for number, left, right in whole[word]:
                if (not left or low[start - 1] not in LETTERS) and (not right or low[end] not in LETTERS):
                    certain.append(number)
        return certain


def _needed_by(pattern: str) -> Needed:
    known = None
    for name in _TABLES:
        known = _made_beforehand(name).get(pattern)
        if known is not None:
            break
    if known is None:
        needed = needed_words(pattern)
    else:
        groups, *rest = known
        needed = Needed(tuple([frozenset(group) for group in groups]), *rest)
    if needed.is_all:
        return needed
    return needed._replace(groups=tuple([_without_edges(group) for group in needed.groups]))


def _without_edges(words: Iterable[str]) -> Group:
    """Words without blanks at their edges: "mail", "mail " and " mail " are met once."""
    return frozenset([word.strip() if len(word) > _SHORTEST else word for word in words])


@cache
def _made_beforehand(name: str) -> Mapping[str, list[Any]]:
    """What the package's own patterns need that stand in a table, or in a folder of tables."""
    found = load(name)
    tables = [found] if "needed" in found else found.values()
    return {pattern: needed for table in tables for pattern, needed in table.get("needed", {}).items()}
