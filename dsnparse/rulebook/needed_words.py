"""Words that a text must have for a regular expression to be found in it.

A pattern such as `\\b(?:user|account) \\S+ (?:is|was) (?:closed|disabled)` is not in a text without one of
"user" and "account", and one of "closed" and "disabled". To look for such words in all patterns at once takes
a small part of the time that the patterns themselves take, and most texts have the words of very few.

Where the syntax of a pattern is not known it needs no words, so that it is tried on every text. Words are
meant in lower case, and in a text whose white space is single blanks.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import Final, NamedTuple

from dsnparse.rulebook.pattern_reader import Group, PatternReader, kept, length, rarity
from dsnparse.rulebook.rule import LETTERS

#: At most so many groups of a pattern are asked for.
MAX_GROUPS: Final = 3
#: Shorter words are in too many texts; one letter of other scripts tells as much as two of Latin's.
_SHORTEST: Final = 3

_BOUNDS: Final = re.compile(r"\{\d{1,4},(\d{1,4})\}")
_ENDLESS: Final = re.compile(r"[*+|.]|\)\{|\{\d{1,4},?\}")
_LETTER: Final = re.compile(r"\\.|\[[^\]]{1,80}\]")


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
    reader = PatternReader(pattern)
    piece = reader.read()
    groups = piece.groups if piece.ways is None else kept([piece.ways])
    found = Needed(_worth_asking(groups))
    if piece.ways is None:
        return found if found.groups else found._replace(longest=_longest(pattern))
    left, right = pattern.startswith(r"\b"), pattern.endswith(r"\b")
    asks_for_more = reader.edges > left + right or (reader.branches > 1 and (left or right))
    if asks_for_more or not all(_is_whole(word, left, right) for word in piece.ways):
        return found
    return Needed((piece.ways,) if left or right else found.groups, True, left, right)


def _is_whole(word: str, left: bool, right: bool) -> bool:
    """Whether `word` can be looked for as it is; to stand alone, it has to begin and end in letters."""
    if length(word) < _SHORTEST or word != word.strip():
        return False
    return not (left and word[0] not in LETTERS) and not (right and word[-1] not in LETTERS)


def prepared(text: str) -> str:
    """`text` as words are looked for in it: lower case, white space as single blanks, one at either end."""
    if "  " in text or not text.isprintable():
        text = " ".join(text.split())
    text = f" {text.lower()} "
    if text.isascii():
        return text
    return text.encode("utf-8", "replace").decode().replace("ς", "σ")  # as anywhere else in a word


def _worth_asking(groups: Iterable[Group]) -> tuple[Group, ...]:
    """The rarest groups; of short words one at most, when there are no longer ones."""
    rarest = sorted(dict.fromkeys(groups), key=rarity, reverse=True)
    return tuple([group for group in rarest if rarity(group)[0] >= _SHORTEST][:MAX_GROUPS] or rarest[:1])


def _longest(pattern: str) -> int:
    """How long a text is at most that is all of a pattern's, between `^` and `$`."""
    if pattern[:1] != "^" or pattern[-1:] != "$" or _ENDLESS.search(pattern) is not None:
        return sys.maxsize
    letters = _LETTER.sub("x", pattern[1:-1].replace("(?:", "").replace(")", "").replace("?", ""))
    more = sum(int(bounds[1]) - 1 for bounds in _BOUNDS.finditer(letters))
    return len(_BOUNDS.sub("", letters)) + more
