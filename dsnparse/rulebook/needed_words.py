"""Words that a text must have for a regular expression to be found in it.

A pattern such as `\\b(?:user|account) \\S+ (?:is|was) (?:closed|disabled)` is not in a text without one of "user"
and "account", and one of "closed" and "disabled". To look for such words in all patterns at once takes a small
part of the time that the patterns themselves take, and most texts have the words of very few.

Reads the syntax of RE2 as far as patterns here use it; of what it does not know it asks no words, so that the
pattern is tried on every text. Words are meant in lower case, and in a text whose white space is single blanks.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import NamedTuple

#: A text must have one of these.
Group = frozenset[str]

#: At most so many groups of a pattern are asked for, and so many ways to write one piece are told apart.
MAX_GROUPS = 3
MAX_WAYS = 64
#: Shorter words are in too many texts; one letter of other scripts tells as much as two of Latin's.
_SHORTEST = 3

_PLAIN = re.compile(r"[^\\()\[\]{}.*+?|^$]+")
_REPEATS = "*+?{"
_BOUNDS = re.compile(r"\{(\d{1,4})(,?)(\d{0,4})\}")
_ENDLESS = re.compile(r"[*+|.]|\)\{|\{\d{1,4},?\}")
_LETTER = re.compile(r"\\.|\[[^\]]{1,80}\]")
_FLAGS = re.compile(r"\?(?:[imsU-]{1,6}:|:|P?<\w{1,60}>)")
_SETTING = re.compile(r"\?[imsU-]{1,6}\)")
_CLASS = re.compile(r"\[(\^?)((?:\]|\[:\^?\w+:\]|\\.|[^\]\\])(?:\[:\^?\w+:\]|\\.|[^\]\\])*)\]", re.DOTALL)
_CLASS_ITEM = re.compile(r"\[:\^?\w+:\]|(\\?.)-(\\?.)|(\\?.)", re.DOTALL)
_EMPTY_WIDTH = "bBAz"
_BLANKS = "sntrfv"
_BLANK_ITEMS = (r"\s", r"\n", r"\t", r"\r", r"\f", r"\v", "\t", "\n")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


class _Piece(NamedTuple):
    """What a piece of a pattern matches: just these texts, or (None) any that has a word of each group."""

    ways: Group | None
    groups: tuple[Group, ...] = ()


_NOTHING = _Piece(frozenset([""]))
_BLANK = frozenset([" "])
_ANYTHING = _Piece(None)


class _UnknownError(Exception):
    """Syntax that this reader does not know."""


class Needed(NamedTuple):
    """What a text needs for a pattern to be found in it."""

    #: One word of each group, the rarest group first; () for nothing that could be told.
    groups: tuple[Group, ...]
    #: Whether a word of the only group is all that the pattern asks for; then, whether it has to stand alone
    #: on the left and on the right (`\\b`).
    is_all: bool = False
    left: bool = False
    right: bool = False
    #: The length of the longest text that it is in, at most.
    longest: int = sys.maxsize


def needed_words(pattern: str) -> Needed:
    """What a text needs for `pattern` to be found in it."""
    reader = _Reader(pattern)
    piece = reader.read()
    groups = piece.groups if piece.ways is None else _kept([piece.ways])
    found = Needed(_worth_asking(groups))
    if piece.ways is None:
        return found if found.groups else found._replace(longest=_longest(pattern))
    left, right = pattern.startswith(r"\b"), pattern.endswith(r"\b")
    asks_for_more = reader.edges > left + right or (reader.branches > 1 and (left or right))
    if asks_for_more or not all(_is_whole(word, left, right) for word in piece.ways):
        return found
    return Needed((piece.ways,), True, left, right)


def _is_whole(word: str, left: bool, right: bool) -> bool:
    """Whether `word` can be looked for as it is; where it has to stand alone, it begins and ends in letters."""
    if _length(word) < _SHORTEST or word != word.strip():
        return False
    return not (left and word[0] not in _LETTERS) and not (right and word[-1] not in _LETTERS)


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        #: How many alternatives there are outside of brackets; signs for the edge of a word, line or text.
        self.branches = 0
        self.edges = 0

    def read(self) -> _Piece:
        """The whole pattern; a piece that can be anything where its syntax is not known."""
        try:
            piece = self.alternatives()
        except (_UnknownError, IndexError):
            return _ANYTHING
        return piece if self.at == len(self.pattern) else _ANYTHING

    def alternatives(self) -> _Piece:
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
                return _Piece(None, tuple(_kept([_either(pieces)])))
            ways |= piece.ways
        return _Piece(frozenset(ways))

    def _sequence(self) -> _Piece:
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
            return _Piece(ways)
        return _Piece(None, tuple(_kept([*groups, ways])))

    def _repeated(self) -> _Piece:
        piece = self._atom()
        while self.at < len(self.pattern) and self.pattern[self.at] in _REPEATS:
            least, most = self._repeat()
            if piece.ways == _BLANK:
                piece = _Piece(_BLANK | {""}) if least == 0 else piece
            elif least == 0:
                is_optional = most == 1 and piece.ways is not None
                piece = _Piece((piece.ways or frozenset()) | {""}) if is_optional else _ANYTHING
            elif (least, most) != (1, 1):
                piece = _Piece(None, tuple(_kept([piece.ways or frozenset(), *piece.groups])))
        return piece

    def _repeat(self) -> tuple[int, int | None]:
        """How often the piece stands at least and at most; goes on behind the sign of it."""
        sign = self.pattern[self.at]
        self.at += 1
        least, most = (1 if sign == "+" else 0), (1 if sign == "?" else None)
        if sign == "{":
            bounds = _BOUNDS.match(self.pattern, self.at - 1)
            if bounds is None:
                raise _UnknownError
            self.at = bounds.end()
            least = int(bounds[1])
            most = least if not bounds[2] else int(bounds[3]) if bounds[3] else None
        if self.pattern[self.at : self.at + 1] == "?":  # as few as possible
            self.at += 1
        return least, most

    def _atom(self) -> _Piece:
        plain = _PLAIN.match(self.pattern, self.at)
        if plain is not None:
            end = plain.end()
            if end - self.at > 1 and self.pattern[end : end + 1] in tuple(_REPEATS):
                end -= 1  # the repeat is the last letter's
            word = self.pattern[self.at : end]
            self.at = end
            return _Piece(frozenset([_lowered(word)]))
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
        raise _UnknownError

    def _bracketed(self) -> _Piece:
        self.at += 1
        setting = _SETTING.match(self.pattern, self.at)
        if setting is not None:
            self.at = setting.end()
            return _NOTHING
        if self.pattern[self.at] == "?":
            flags = _FLAGS.match(self.pattern, self.at)
            if flags is None:
                raise _UnknownError
            self.at = flags.end()
        piece = self.alternatives()
        if self.pattern[self.at : self.at + 1] != ")":
            raise _UnknownError
        self.at += 1
        return piece

    def _escaped(self) -> _Piece:
        letter = self.pattern[self.at]
        self.at += 1
        if letter in _EMPTY_WIDTH:
            self.edges += 1
            return _NOTHING
        if letter in _BLANKS:
            return _Piece(_BLANK)
        if letter in "dDwWS":
            return _ANYTHING
        if letter.isalnum():
            raise _UnknownError
        return _Piece(frozenset([letter]))

    def _letter_of_a_class(self) -> _Piece:
        found = _CLASS.match(self.pattern, self.at)
        if found is None:
            raise _UnknownError
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
        return _Piece(frozenset(letters))


def prepared(text: str) -> str:
    """`text` as words are looked for in it: lower case, white space as single blanks, one at either end."""
    if "  " in text or not text.isprintable():
        text = " ".join(text.split())
    text = f" {text.lower()} "
    if text.isascii():
        return text
    return text.encode("utf-8", "replace").decode().replace("ς", "σ")  # as anywhere else in a word


def _lowered(text: str) -> str:
    return text.lower().replace("ς", "σ")


def _is_class(item: str) -> bool:
    return item[:1] == "\\" and item[1:2].isalnum() and item not in _BLANK_ITEMS


def _joined(before: str, behind: str) -> str:
    return before + behind[1:] if before[-1:] == " " == behind[:1] else before + behind


def _worth_asking(groups: Iterable[Group]) -> tuple[Group, ...]:
    """The rarest groups; of short words one at most, when there are no longer ones."""
    rarest = sorted(dict.fromkeys(groups), key=_rarity, reverse=True)
    return tuple([group for group in rarest if _rarity(group)[0] >= _SHORTEST][:MAX_GROUPS] or rarest[:1])


def _kept(groups: Iterable[Group]) -> list[Group]:
    """The groups in which each word is one, without words that have another of the group in them."""
    kept = []
    for group in groups:
        if group and min(map(_length, group)) > 0:
            kept.append(
                frozenset(w for w in group if not any(other != w and other in w for other in group))
            )
    return kept


def _either(pieces: Iterable[_Piece]) -> Group:
    """The words of which any of the pieces has one; none when one of the pieces needs no words."""
    words: set[str] = set()
    for ways, groups in pieces:
        best = max(groups if ways is None else _kept([ways]), key=_rarity, default=None)
        if best is None:
            return frozenset()
        words |= best
    return frozenset(words)


def _longest(pattern: str) -> int:
    """How long a text is at most that is all of a pattern's, between `^` and `$`."""
    if pattern[:1] != "^" or pattern[-1:] != "$" or _ENDLESS.search(pattern) is not None:
        return sys.maxsize
    letters = _LETTER.sub("x", pattern[1:-1].replace("(?:", "").replace(")", "").replace("?", ""))
    return len(letters) + sum(int(bounds[3]) for bounds in _BOUNDS.finditer(letters))


def _rarity(group: Group) -> tuple[int, int]:
    return min(map(_length, group)), -len(group)


def _length(word: str) -> int:
    return len(word) - (word == " ") if word.isascii() else 2 * len(word)
