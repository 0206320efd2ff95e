"""Many values, some at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def in_pieces(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of `size` values, the last one of fewer, as they come; none of nothing."""
    each = iter(values)
    while piece := list(islice(each, size)):
        yield piece
