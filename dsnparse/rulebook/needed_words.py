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

from dsnparse.rulebook.pattern_reader import PatternReader, kept
from dsnparse.rulebook.rarity import SHORTEST, Group, length, share
from dsnparse.rulebook.rule import LETTERS

#: At most so many groups of a pattern are asked for.
MAX_GROUPS: Final = 3
#: No more are asked for when a smaller share of texts than this has their words.
_SELDOM: Final = 0.004
#: Nor groups of which most texts have a word.
_USELESS: Final = 1.0

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
    if _is_short([word]) or word != word.strip():
        return False
    return not (left and word[0] not in LETTERS) and not (right and word[-1] not in LETTERS)


def _is_short(words: Iterable[str]) -> bool:
    return min(map(length, words)) < SHORTEST


def prepared(text: str) -> str:
    """`text` as words are looked for in it: lower case, white space as single blanks, one at either end."""
    if "  " in text or not text.isprintable():
        text = " ".join(text.split())
    text = f" {text.lower()} "
    if text.isascii():
        return text
    return text.encode("utf-8", "replace").decode().replace("ς", "σ")  # as anywhere else in a word


def _worth_asking(groups: Iterable[Group]) -> tuple[Group, ...]:
    """The rarest groups, as many as it takes to try the pattern seldom; of common words one at most."""
    worth: list[Group] = []
    tried = 1.0
    for group in sorted(dict.fromkeys(groups), key=share)[:MAX_GROUPS]:
        if worth and (tried < _SELDOM or share(group) >= _USELESS or _is_short(group)):
            break
        worth.append(group)
        tried *= share(group)
    return tuple(worth)


def _longest(pattern: str) -> int:
    """How long a text is at most that is all of a pattern's, between `^` and `$`."""
    if pattern[:1] != "^" or pattern[-1:] != "$" or _ENDLESS.search(pattern) is not None:
        return sys.maxsize
    letters = _LETTER.sub("x", pattern[1:-1].replace("(?:", "").replace(")", "").replace("?", ""))
    more = sum(int(bounds[1]) - 1 for bounds in _BOUNDS.finditer(letters))
    return len(_BOUNDS.sub("", letters)) + more
