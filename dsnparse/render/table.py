"""A table that is printed row by row. Its columns have their widths before the first row is known, or are
fitted to the rows that are known already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    #: Where rows are known, a column of a share that gets what it needs before the others.
    first: bool = False
    #: The style of a value, or None.
    style: Callable[[str], str | None] | None = None


#: What a column of a share has at least, and the one that goes first leaves to the others.
_LEAST = 6
_LEFT = 3


def fitted(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], total: int, *, all_known: bool
) -> list[Column]:
    """The columns with widths that suit `rows`: none is wider than it needs, and who needs more gets what
    others leave.

    `all_known`: no other rows will come; else fixed widths stay as they are, since others may need them.
    """
    needs = [
        max(width(text) for text in (column.title, *(visible(row[number]) for row in rows)))
        for number, column in enumerate(columns)
    ]
    widths = [
        min(column.width, need) if all_known else column.width
        for column, need in zip(columns, needs, strict=True)
    ]
    open_ = [number for number, column in enumerate(columns) if column.share]
    left = max(total - sum(widths) - len(_gap(total)) * (len(columns) - 1), _LEAST * len(open_))
    for number in [number for number in open_ if columns[number].first and len(open_) > 1]:
        widths[number] = min(needs[number], left - left // _LEFT)
        left -= widths[number]
        open_.remove(number)
    while open_:
        shares = sum(columns[number].share for number in open_)
        content = [n for n in open_ if needs[n] <= left * columns[n].share // shares]
        for number in content or open_:
            widths[number] = needs[number] if content else left * columns[number].share // shares
        left -= sum(widths[number] for number in content)
        open_ = [number for number in open_ if number not in content] if content else []
    return [column._replace(width=max(one, 1), share=0) for column, one in zip(columns, widths, strict=True)]


def _gap(total: int) -> str:
    return " " if total < 100 else "  "


class Table:
    """Lays out rows for `total` columns of a terminal."""

    def __init__(self, columns: Sequence[Column], total: int, *, colour: bool = False) -> None:
        self.columns = columns
        self.colour = colour
        self.gap = _gap(total)
        fixed = sum(column.width for column in columns) + len(self.gap) * (len(columns) - 1)
        shares = sum(column.share for column in columns) or 1
        left = max(total - fixed, _LEAST * sum(column.share > 0 for column in columns))
        self.widths = [column.width or left * column.share // shares for column in columns]

    def header(self) -> str:
        """The line of titles."""
        return self.row([(column.title, "bold") for column in self.columns])

    def row(self, cells: Sequence[str | tuple[str, str | None]]) -> str:
        """One line; a cell is a text, or a text and its style. Text is made safe for a terminal."""
        out = []
        for number, (cell, column, columns) in enumerate(zip(cells, self.columns, self.widths, strict=True)):
            text, style = cell if isinstance(cell, tuple) else (cell, column.style and column.style(cell))
            shown = fit(visible(text), columns, keep_end=column.keep_end)
            pad = " " * (columns - width(shown))
            shown = paint(shown, style, self.colour)
            last = number == len(cells) - 1
            out.append(pad + shown if column.right else shown if last else shown + pad)
        return self.gap.join(out).rstrip()
