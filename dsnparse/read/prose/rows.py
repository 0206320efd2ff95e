"""What is set in below something else: rows of a table in plain text, and what goes on below an address."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

#: A row of a table that begins with an address; how many make a table, and the lines on which one goes on.
_ROW: Final = re.compile(r"[<*-]{0,2} {0,2}[^\s<>@]{1,64}@[^\s<>@]{1,255}>? ?(?:[.:|\t]| {1,60}\S)")
_ROWS: Final = 3
_BETWEEN_ROWS: Final = 2
#: Lines that are looked back over for the address that a line goes on below.
REACH: Final = 20


def is_among_rows(lines: Sequence[str], index: int) -> bool:
    """Whether three rows or more of a table, a line's among them, begin with addresses, and go on."""
    rows = 1
    for step in (-1, 1):
        between = 0
        at = index + step
        while 0 <= at < len(lines) and lines[at] and between <= _BETWEEN_ROWS and rows < _ROWS:
            if _ROW.match(lines[at]) is not None:
                rows, between = rows + 1, 0
            else:
                between += 1
            at += step
    return rows >= _ROWS


def is_in_a_row(lines: Sequence[str], raw: Sequence[str], index: int) -> bool:
    """Whether a line is set in deeper than the row of a table above it."""
    depth = indent(raw[index])
    for at in range(index - 1, max(index - _BETWEEN_ROWS - 1, 0) - 1, -1):
        if not lines[at]:
            return False
        if _ROW.match(lines[at]) is not None:
            return indent(raw[at]) < depth and is_among_rows(lines, at)
    return False


def held_by(lines: Sequence[str], raw: Sequence[str], index: int) -> int | None:
    """The line above one, in its paragraph, that names an address and is set in less; None for none."""
    depth = indent(raw[index])
    for at in range(index - 1, max(index - REACH, 0) - 1, -1):
        if not lines[at]:
            return None
        if indent(raw[at]) < depth and "@" in lines[at]:
            return at
    return None


def indent(line: str) -> int:
    """How far a line is set in."""
    return len(line) - len(line.lstrip())
