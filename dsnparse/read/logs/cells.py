"""The cells of one line of comma-separated values."""

from __future__ import annotations

import csv


class NoColumns(Exception):  # noqa: N818 (it is no error of ours)
    """A line that comes before any that names the columns."""


class Columns:
    """The names of the columns, once a line has told them."""

    def __init__(self, telling: str) -> None:
        """`telling`: how such a line begins."""
        self._telling = telling
        self._names: list[str] = []
        self._is_missed = False

    def name(self, names: list[str]) -> None:
        """The columns of what follows."""
        self._names = [name.strip().lower() for name in names]

    def row(self, cells: list[str]) -> dict[str, str]:
        """The cells by the names of their columns. Raise NoColumns, once, where nothing has named them."""
        if not self._names and not self._is_missed:
            self._is_missed = True
            raise NoColumns(f"comes before any line that names the columns ({self._telling}…)")
        return dict(zip(self._names, cells, strict=False))


def cells_of(text: str) -> list[str]:
    """RFC 4180, for one line: a line end within it, which a subject may hold, is a blank."""
    if '"' not in text:
        return text.split(",")
    if "\r" in text or "\n" in text:
        text = text.replace("\r", " ").replace("\n", " ")
    return next(csv.reader((text,)), [])
