"""What a regular expression can match: texts that can be told, or pieces that each of its matches has.

Reads the syntax of RE2 as far as patterns here use it. White space is meant as single blanks, letters in
lower case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from dsnparse.rulebook.rarity import Group, length, share

#: At most so many ways to write one piece are told apart.
MAX_WAYS = 64

_PLAIN = re.compile(r"[^\\()\[\]{}.*+?|^$]+")
_REPEATS = "*+?{"
_BOUNDS = re.compile(r"\{(\d{1,4})(,?)(\d{0,4})\}")
_FLAGS = re.compile(r"\?(?:[imsU-]{1,6}:|:|P?<\w{1,60}>)")
_SETTING = re.compile(r"\?[imsU-]{1,6}\)")
_CLASS = re.compile(r"\[(\^?)((?:\]|\\.|[^\]\\])(?:\\.|[^\]\\]){0,500})\]", re.DOTALL)
_CLASS_ITEM = re.compile(r"(\\?.)-(\\?.)|(\\?.)", re.DOTALL)
_EMPTY_WIDTH = "bBAz"
_BLANKS = "sntrfv"
_BLANK_ITEMS = (r"\s", r"\n", r"\t", r"\r", r"\f", r"\v", "\t", "\n")


class Piece(NamedTuple):
    """What a piece of a pattern matches: just these texts, or (None) any that has a word of each group."""

    ways: Group | None
    groups: tuple[Group, ...] = ()


_NOTHING = Piece(frozenset([""]))
_BLANK = frozenset([" "])
_ANYTHING = Piece(None)


class PatternReader:
    """Reads a pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        #: How many alternatives there are outside of brackets; signs for the edge of a word, line or text.
        self.branches = 0
        self.edges = 0

    def read(self) -> Piece:
        """The whole pattern; a piece that can be anything where its syntax is not known."""
        try:
            piece = self.alternatives()
        except (ValueError, IndexError, RecursionError):
            return _ANYTHING
        return piece if self.at == len(self.pattern) else _ANYTHING

    def alternatives(self) -> Piece:
        pieces = [self._sequence()]
        while self.pattern[self.at : self.at + 1] == "|":
            self.at += 1
            pieces.append(self._sequence())
        self.branches = len(pieces)
        if len(pieces) == 1:
            return pieces[0]
        ways: set[str] = set()
        for piece in pieces:
            if piece.ways is None:
                return Piece(None, tuple(kept([_either(pieces)])))
            ways |= piece.ways
        return Piece(frozenset(ways))

    def _sequence(self) -> Piece:
        ways: Group = frozenset([""])
        groups: list[Group] = []
        is_exact = True
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            piece = self._repeated()
            if piece.ways is not None and len(ways) * len(piece.ways) <= MAX_WAYS:
                ways = frozenset(_joined(before, behind) for before in ways for behind in piece.ways)
                continue
            is_exact = False
            groups += [ways, *piece.groups]
            ways = piece.ways or frozenset([""])
        if is_exact:
            return Piece(ways)
        return Piece(None, tuple(kept([*groups, ways])))

    def _repeated(self) -> Piece:
        piece = self._atom()
        while self.at < len(self.pattern) and self.pattern[self.at] in _REPEATS:
            least, most = self._repeat()
            if piece.ways == _BLANK:
                piece = Piece(_BLANK | {""}) if least == 0 else piece
            elif least == 0:
                is_optional = most == 1 and piece.ways is not None
                piece = Piece((piece.ways or frozenset()) | {""}) if is_optional else _ANYTHING
            elif (least, most) != (1, 1):
                piece = Piece(None, tuple(kept([piece.ways or frozenset(), *piece.groups])))
        return piece

    def _repeat(self) -> tuple[int, int | None]:
        """How often the piece stands at least and at most; goes on behind the sign of it."""
        sign = self.pattern[self.at]
        self.at += 1
        least, most = (1 if sign == "+" else 0), (1 if sign == "?" else None)
        if sign == "{":
            bounds = _BOUNDS.match(self.pattern, self.at - 1)
            if bounds is None:
                raise ValueError(f"unknown syntax at {self.at} of {self.pattern!r}")
            self.at = bounds.end()
            least = int(bounds[1])
            most = least if not bounds[2] else int(bounds[3]) if bounds[3] else None
        if self.pattern[self.at : self.at + 1] == "?":  # as few as possible
            self.at += 1
        return least, most

    def _atom(self) -> Piece:
        plain = _PLAIN.match(self.pattern, self.at)
        if plain is not None:
            end = plain.end()
            if end - self.at > 1 and self.pattern[end : end + 1] in tuple(_REPEATS):
                end -= 1  # the repeat is the last letter's
            word = self.pattern[self.at : end]
            self.at = end
            return Piece(frozenset([_lowered(word)]))
        sign = self.pattern[self.at]
        if sign == "(":
            return self._bracketed()
        if sign == "[":
            return self._letter_of_a_class()
        self.at += 1
        if sign == "\\":
            return self._escaped()
        if sign == ".":
            return _ANYTHING
        if sign in "^$":
            self.edges += 1
            return _NOTHING
        raise ValueError(f"unknown syntax at {self.at} of {self.pattern!r}")

    def _bracketed(self) -> Piece:
        self.at += 1
        setting = _SETTING.match(self.pattern, self.at)
        if setting is not None:
            self.at = setting.end()
            return _NOTHING
        if self.pattern[self.at] == "?":
            flags = _FLAGS.match(self.pattern, self.at)
            if flags is None:
                raise ValueError(f"unknown syntax at {self.at} of {self.pattern!r}")
            self.at = flags.end()
        piece = self.alternatives()
        if self.pattern[self.at : self.at + 1] != ")":
            raise ValueError(f"unknown syntax at {self.at} of {self.pattern!r}")
        self.at += 1
        return piece

    def _escaped(self) -> Piece:
        letter = self.pattern[self.at]
        self.at += 1
        if letter in _EMPTY_WIDTH:
            self.edges += 1
            return _NOTHING
        if letter in _BLANKS:
            return Piece(_BLANK)
        if letter in "dDwWS":
            return _ANYTHING
        if letter in "pP":  # \pL, \p{Greek}
            is_named = self.pattern[self.at] == "{"
            self.at = self.pattern.index("}", self.at) + 1 if is_named else self.at + 1
            return _ANYTHING
        if letter.isalnum():
            raise ValueError(f"unknown syntax at {self.at} of {self.pattern!r}")
        return Piece(frozenset([letter]))

    def _letter_of_a_class(self) -> Piece:
        found = _CLASS.match(self.pattern, self.at)
        if found is None or "[:" in found[2]:
            raise ValueError(f"unknown syntax at {self.at} of {self.pattern!r}")
        self.at = found.end()
        letters: set[str] = set()
        for first, last, single in _CLASS_ITEM.findall(found[2]):
            if found[1] or not (single or first) or _is_class(single) or _is_class(first) or _is_class(last):
                return _ANYTHING
            if single:
                letters.add(" " if single in _BLANK_ITEMS else _lowered(single[-1]))
            else:
                letters.update(_lowered(chr(one)) for one in range(ord(first[-1]), ord(last[-1]) + 1))
            if len(letters) > MAX_WAYS:
                return _ANYTHING
        return Piece(frozenset(letters))


def _lowered(text: str) -> str:
    return text.lower().replace("ς", "σ")


def _is_class(item: str) -> bool:
    return item[:1] == "\\" and item[1:2].isalnum() and item not in _BLANK_ITEMS


def _joined(before: str, behind: str) -> str:
    return before + behind[1:] if before[-1:] == " " == behind[:1] else before + behind


def kept(groups: Iterable[Group]) -> list[Group]:
    """The groups in which each word is one, without words that have another of the group in them."""
    return [
        frozenset(w for w in group if not any(other != w and other in w for other in group))
        for group in groups
        if group and min(map(length, group)) > 0
    ]


def _either(pieces: Iterable[Piece]) -> Group:
    """The words of which any of the pieces has one; none when one of the pieces needs no words."""
    words: set[str] = set()
    for ways, groups in pieces:
        best = min(groups if ways is None else kept([ways]), key=share, default=None)
        if best is None:
            return frozenset()
        words |= best
    return frozenset(words)
