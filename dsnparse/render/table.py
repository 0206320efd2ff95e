"""A table that is printed row by row: its columns get their widths before the first row is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dsnparse.render.terminal import fit, paint, visible, width


class Column(NamedTuple):
    """One column: a fixed `width`, or a `share` of what the fixed ones leave."""

    title: str
    width: int = 0
    share: int = 0
    #: Keep the end of what is too long (paths) instead of its beginning.
    keep_end: bool = False
    right: bool = False
    #: "wide": only in CSV and on a wide terminal; "csv": only in CSV.
    only: str = ""


class Table:
    """Lays out rows for `total` columns of a terminal."""

    def __init__(self, columns: Sequence[Column], total: int, *, colour: bool = False) -> None:
        self.columns = columns
        self.colour = colour
        self.gap = " " if total < 100 else "  "
        fixed = sum(column.width for column in columns) + len(self.gap) * (len(columns) - 1)
        shares = sum(column.share for column in columns) or 1
        left = max(total - fixed, 6 * sum(column.share > 0 for column in columns))
        self.widths = [column.width or left * column.share // shares for column in columns]

    def header(self) -> str:
        """The line of titles."""
        return self.row([(column.title, "bold") for column in self.columns])

    def row(self, cells: Sequence[str | tuple[str, str | None]]) -> str:
        """One line; a cell is a text, or a text and its style. Text is made safe for a terminal."""
        out = []
        for number, (cell, column, columns) in enumerate(zip(cells, self.columns, self.widths, strict=True)):
            text, style = cell if isinstance(cell, tuple) else (cell, None)
            shown = fit(visible(text), columns, keep_end=column.keep_end)
            pad = " " * (columns - width(shown))
            shown = paint(shown, style, self.colour)
            last = number == len(cells) - 1
            out.append(pad + shown if column.right else shown if last else shown + pad)
        return self.gap.join(out).rstrip()
