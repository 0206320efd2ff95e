"""Lines of comma-separated values as rows: RFC 4180, the names of whose columns come first."""

from __future__ import annotations

import csv
from collections.abc import Mapping

from dsnparse.errors import DsnparseError

#: Lines, and characters, of one row: a reply of many lines may stand in a quoted cell.
_MOST_LINES = 100
_MOST_TEXT = 64 * 1024


class UnreadableLine(DsnparseError):  # noqa: N818 (a line of somebody's log, which ends nothing)
    """A line that cannot be read, and why."""


class Rows:
    """The rows of a log, line by line."""

    def __init__(self, telling: str) -> None:
        """`telling`: how the line begins that names the columns."""
        self._telling = telling
        self._names: list[str] = []
        self._is_told = False
        #: Lines of a row whose last cell is not closed.
        self._held: list[str] = []

    def name(self, names: list[str]) -> None:
        """The columns of what follows."""
        self._names = [name.strip().lower() for name in names]

    @property
    def is_open(self) -> bool:
        """Whether the next line goes on within a cell: whatever it looks like, the other server wrote it."""
        return bool(self._held)

    def cells(self, text: str) -> list[str]:
        """The cells of the row that ends with this line; none where it goes on. Raise UnreadableLine."""
        if '"' not in text and not self._held:
            return text.split(",")
        self._held.append(text.replace("\r", " ").replace("\n", " "))
        if '"' in text:
            reader = csv.reader((" ".join(self._held), "the next line"))
            found = next(reader, [])
            if reader.line_num == 1:
                self._held = []
                return found
        if len(self._held) < _MOST_LINES and sum(map(len, self._held)) < _MOST_TEXT:
            return []
        self._held = []
        raise UnreadableLine("ends a row whose quotation mark is never closed; it is left out")

    def row(self, cells: list[str]) -> Mapping[str, str]:
        """The cells by the names of their columns. Raise UnreadableLine, once, where none are named."""
        if not self._names and not self._is_told:
            self._is_told = True
            raise UnreadableLine(f"comes before any line that names the columns ({self._telling}…)")
        return dict(zip(self._names, cells, strict=False))
