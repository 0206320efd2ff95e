"""Lists of plain rows for the smaller commands: a table, JSON Lines, or CSV."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dsnparse.cli.output import Output
from dsnparse.cli.render import csv_cell, csv_line, to_json
from dsnparse.cli.table import Column, Table, terminal_width, wants_colour

FORMATS = ("table", "jsonl", "csv")


def print_rows(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[tuple[str, Column]], form: str | None
) -> None:
    """Prints rows one by one as they come, in one of `FORMATS`; None: a table on a terminal, else JSON Lines.

    Each column is the name of a value in the rows and how the table shows it. JSON Lines has every value of a
    row, CSV and the table have those of `columns`. Lists become texts with spaces between in both.
    """
    with Output(None) as out:
        form = form or ("table" if out.on_terminal else "jsonl")
        names = [name for name, _ in columns]
        encoding = sys.stdout.encoding if out.on_terminal else "utf-8"
        table = Table(
            [column for _, column in columns], terminal_width(), colour=wants_colour(out.on_terminal)
        )
        if form == "csv":
            out.write(csv_line(names))
        elif form == "table":
            out.write(table.header() + "\n", encoding)
        for row in rows:
            if form == "jsonl":
                out.write(to_json(row) + "\n")
            elif form == "csv":
                out.write(csv_line([csv_cell(_flat(row.get(name))) for name in names]))
            else:
                out.write(table.row([_shown(row.get(name)) for name in names]) + "\n", encoding)


def _flat(value: Any) -> Any:
    return " ".join(map(str, value)) if isinstance(value, (list, tuple)) else value


def _shown(value: Any) -> str:
    return "" if value is None else str(_flat(value))
