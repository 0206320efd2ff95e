"""Which of many patterns may be in a text, by the words that are found in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from dsnparse.data import load
from dsnparse.rulebook.needed_words import Needed, needed_words
from dsnparse.rulebook.pattern_reader import Group
from dsnparse.rulebook.rule import LETTERS

#: The compiled data that have patterns, each with what it needs.
_TABLES = ("rules", "replies", "words", "formats", "notices")
#: The bit of words that are all that a pattern asks for.
WHOLE = 1
#: A bit for each of a thousand groups of words. Not called a number: what mypyc makes of one is for small ones.
Bits = Any
#: Words that are no longer than this keep the blanks at their edges: without them they are in too many texts.
_SHORTEST = 4
#: A word that is in a text: its number, where it begins and ends.
Match = tuple[int, int, int]


class Needs:
    """Patterns and words by their numbers. Immutable once it is made."""

    __slots__ = ("_anywhere", "_more", "_whole", "_without", "bit_of", "groups_of", "key_of", "words")

    def __init__(self, patterns: Iterable[str], also: Iterable[str] = (), told: Iterable[str] = ()) -> None:
        """`also`: other words that are looked for in one go; `told`: those of which `bit_of` is wanted."""
        self.words: list[str] = []
        #: For each word the patterns whose rarest group it is in; and, a bit each, its other groups.
        self.key_of: list[list[int]] = []
        self.groups_of: list[Bits] = []
        #: For each pattern the groups that it needs besides its rarest one, a bit each.
        self._more: list[Bits] = []
        #: The patterns that need no words, and the length of the longest text that each is in.
        self._without: list[tuple[int, int]] = []
        #: Word → the patterns that ask for nothing else; and whether it has to stand alone on the left and on
        #: the right.
        self._whole: dict[int, list[tuple[int, bool, bool]]] = {}
        bits: dict[Group, int] = {}
        places: dict[str, int] = {}
        for number, pattern in enumerate(patterns):
            needed = _needed_by(pattern)
            if not needed.groups:
                self._without.append((number, needed.longest))
            more: Bits = 0
            for at, group in enumerate(needed.groups):
                bit = bits.setdefault(group, 2 << len(bits)) if at else 0
                more |= bit
                for word in group:
                    place = self._place(word, places)
                    self.groups_of[place] |= bit
                    if needed.is_all:
                        self.groups_of[place] |= WHOLE
                        self._whole.setdefault(place, []).append((number, needed.left, needed.right))
                    elif at == 0:
                        self.key_of[place].append(number)
            self._more.append(more)
        new = [word for word in also if word not in places]
        places.update(zip(new, range(len(places), len(places) + len(new)), strict=True))
        self.words += new
        self.key_of += [[]] * len(new)
        self.groups_of += [0] * len(new)
        #: The bit that is there when a word is.
        self.bit_of: dict[str, Bits] = {}
        for word in told:
            bit = bits.setdefault(frozenset([word]), 2 << len(bits))
            self.groups_of[self._place(word.replace("ς", "σ"), places)] |= bit
            self.bit_of[word] = bit
        #: For each word the patterns that it is enough for, or the rarest of, wherever it stands.
        self._anywhere = list(self.key_of)
        for place, enough_for in self._whole.items():
            self._anywhere[place] = self.key_of[place] + [number for number, _, _ in enough_for]

    def _place(self, word: str, places: dict[str, int]) -> int:
        """The number of a word, which may be new."""
        place = places.setdefault(word, len(places))
        if place == len(self.words):
            self.words.append(word)
            self.key_of.append([])
            self.groups_of.append(0)
        return place

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
        likely = [number for number in dict.fromkeys(found) if more[number] & there == more[number]]
        for number, longest in self._without:
            if size <= longest:
                likely.append(number)
        return likely

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
        for word, start, end in matches:
            for number, left, right in self._whole.get(word, ()):
                if (not left or low[start - 1] not in LETTERS) and (not right or low[end] not in LETTERS):
                    certain.append(number)
        return certain


def _needed_by(pattern: str) -> Needed:
    known = _made_beforehand().get(pattern)
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
def _made_beforehand() -> Mapping[str, list[Any]]:
    """What the package's own patterns need."""
    tables = [load("subjects"), *(table for name in _TABLES for table in load(name).values())]
    return {pattern: needed for table in tables for pattern, needed in table.get("needed", {}).items()}
