"""Finds what can make a pattern of `re` take more than linear time, by looking at its syntax tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]
from typing import Any

_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT)
_LOOKS = (_constants.ASSERT, _constants.ASSERT_NOT)
#: Steps that bounded repeats may multiply to at one position.
_FEW = 10_000


def dangers(pattern: re.Pattern[Any]) -> list[str]:
    """What is dangerous about `pattern`, in words."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    flags = pattern.flags if isinstance(pattern.pattern, str) else pattern.flags | re.ASCII
    tree = _parser.parse(source, flags & ~re.UNICODE if flags & re.ASCII else flags)
    return [*_unbounded(tree, last=True), *_nested(tree), *_side_by_side(tree)]


def _unbounded(tree: Any, *, last: bool) -> Iterator[str]:
    """An unbounded repeat that something follows: what fails behind it is tried at each start again."""
    for index, (kind, value) in enumerate(tree):
        ends = last and index == len(tree) - 1
        if kind in _REPEATS:
            if value[1] is _constants.MAXREPEAT and not ends:
                yield "an unbounded repeat that something follows"
            yield from _unbounded(value[2], last=False)
        for inner in _inside(kind, value):
            yield from _unbounded(inner, last=ends and kind not in _LOOKS)


def _nested(tree: Any, outer: int = 1, first: frozenset[str] | None = None) -> Iterator[str]:
    """A repeat in a repeat where nothing tells the turns of the outer one apart."""
    for kind, value in tree:
        if kind in _REPEATS:
            least, most, body = value
            count = min(int(most), 10**6)
            if most != least and outer > 1 and outer * count > 100 and first is not None:
                taken = _characters(body)
                if not first or first & taken:
                    yield "a repeat in a repeat, with nothing to tell its turns apart"
            yield from _nested(body, outer * count, _characters(body[:1]) if count > 1 else first)
        for inner in _inside(kind, value):
            yield from _nested(inner, outer, first)


def _side_by_side(tree: Any) -> Iterator[str]:
    """Two repeats of the same characters, one behind the other."""
    before: tuple[int, frozenset[str]] | None = None
    for kind, value in tree:
        if kind in _REPEATS:
            least, most, body = value
            count, taken = min(int(most), 10**6) - int(least) + 1, _characters(body)
            if before is not None and before[0] * count > _FEW and before[1] & taken:
                yield "two repeats side by side that take the same characters"
            if count > 1 and (least or before is None):
                before = (count, taken)
            yield from _side_by_side(body)
        elif kind not in (*_LOOKS, _constants.AT):
            before = None
        for inner in _inside(kind, value):
            yield from _side_by_side(inner)


def _inside(kind: Any, value: Any) -> list[Any]:
    if kind is _constants.SUBPATTERN:
        return [value[3]]
    if kind is _constants.BRANCH:
        return list(value[1])
    if kind in _LOOKS:
        return [value[1]]
    return [value] if kind is _constants.ATOMIC_GROUP else []


@cache
def _letters() -> list[str]:
    return [chr(number) for number in range(256)]


def _characters(tree: Any) -> frozenset[str]:
    """The characters that a match of `tree` can begin with."""
    found = _compiler.compile(tree, re.DOTALL)
    return frozenset(letter for letter in _letters() if found.match(letter * 8))
