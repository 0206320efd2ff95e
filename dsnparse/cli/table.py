"""A table that is printed row by row: its columns get their widths before the first row is known."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

from dsnparse.cli.text import fit, visible, width

_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "magenta": "35", "cyan": "36"}
#: What tables are laid out for when they don't go to a terminal and COLUMNS is not set.
_DEFAULT_WIDTH = 140
_LEAST_WIDTH = 40


class Column(NamedTuple):
    """One column: a fixed `width`, or a `share` of what the fixed ones leave."""

    title: str
    width: int = 0
    share: int = 0
    #: Keep the end of what is too long (paths) instead of its beginning.
    keep_end: bool = False
    right: bool = False


def terminal_width() -> int:
    """Columns of the terminal, or of COLUMNS; wide when there is neither."""
    # `shutil.get_terminal_size` does the same, and imports every compressor there is.
    stated = os.environ.get("COLUMNS", "")
    if stated.isdecimal() and int(stated):
        return max(int(stated), _LEAST_WIDTH)
    try:
        return max(os.get_terminal_size(sys.stdout.fileno()).columns or 80, _LEAST_WIDTH)
    except (OSError, ValueError):
        return _DEFAULT_WIDTH


def wants_colour(to_terminal: bool) -> bool:
    """Whether to use colours: on a terminal that has them, unless NO_COLOR says otherwise."""
    return to_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str, style: str | None, colour: bool) -> str:
    """`text` in a style ("red", "dim", …), or as it is."""
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if colour and style and text else text


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
