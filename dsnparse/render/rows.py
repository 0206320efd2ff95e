"""Plain rows as text: a table, JSON Lines, or CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from dsnparse.render.cells import csv_cell, csv_line, to_json
from dsnparse.render.table import Column, Table, fitted

#: "csv-plain": for programs; a spreadsheet may take its cells for formulas.
PLAIN_CSV = "csv-plain"
FORMATS = ("table", "jsonl", "csv", PLAIN_CSV)
#: Columns of a terminal from which a table shows everything.
_WIDE = 120


def rows_as_text(
    rows: Iterable[Mapping[str, Any]],
    columns: Sequence[tuple[str, Column]],
    form: str,
    *,
    width: int,
    colour: bool = False,
    ahead: int = 0,
) -> Iterator[str]:
    """The lines of `rows` as they come, in one of `FORMATS`, each with its line end.

    Each column is the name of a value in the rows and how the table shows it. JSON Lines has every value of a
    row, CSV and the table have those of `columns`. Lists become texts with spaces between in both. `width`:
    columns of the terminal. `ahead`: so many rows may be waited for, to fit the table to them.
    """
    if form == "jsonl":
        yield from (to_json(row) + "\n" for row in rows)
        return
    is_csv = form in ("csv", PLAIN_CSV)
    shown = {"", "wide", "csv"} if is_csv else {"", "wide"} if width >= _WIDE else {""}
    columns = [(name, column) for name, column in columns if column.only in shown]
    names = [name for name, _ in columns]
    if is_csv:
        yield csv_line(names)
        for row in rows:
            yield csv_line([csv_cell(_flat(row.get(name)), plain=form == PLAIN_CSV) for name in names])
        return
    shown_rows = ([_shown(row.get(name)) for name in names] for row in rows)
    known = list(islice(shown_rows, ahead))
    laid_out = [column for _, column in columns]
    all_known = len(known) < ahead
    # A wide terminal has room for columns that may be empty; where they all are, others need it more.
    kept = [
        number
        for number, column in enumerate(laid_out)
        if column.only != "wide" or not (known and all_known) or any(row[number] for row in known)
    ]
    laid_out, known = [laid_out[n] for n in kept], [[row[n] for n in kept] for row in known]
    if known:
        laid_out = fitted(laid_out, known, width, all_known=all_known)
    table = Table(laid_out, width, colour=colour)
    yield table.header() + "\n"
    yield from (table.row(row) + "\n" for row in known)
    yield from (table.row([row[n] for n in kept]) + "\n" for row in shown_rows)


def _flat(value: Any) -> Any:
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else value


def _shown(value: Any) -> str:
    return "" if value is None else str(_flat(value))
