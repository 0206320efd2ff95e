"""The lists that the smaller commands print."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import click

from dsnparse.cli.choice import Choice
from dsnparse.cli.output import Output
from dsnparse.render.rows import FORMATS, rows_as_text
from dsnparse.render.table import Column
from dsnparse.render.terminal import terminal_width, wants_colour


def default_format() -> str:
    """A table on a terminal, else JSON Lines."""
    return "table" if sys.stdout.isatty() else "jsonl"


#: --format; the command gets it as `form`, one of FORMATS.
format_option = click.option(
    "--format",
    "form",
    type=Choice(FORMATS),
    callback=lambda _context, _option, given: given or default_format(),
    help="Default: a table on a terminal, else JSON Lines.",
)


#: Rows that a table is fitted to.
_AHEAD = 200


def print_rows(
    rows: Iterable[Mapping[str, Any]],
    columns: Sequence[tuple[str, Column]],
    form: str | None,
    *,
    live: bool = False,
    none: str = "",
) -> None:
    """Prints rows as they come, as `rows_as_text` has them; None: see `default_format`.

    `live`: each at once, since somebody waits for it; else a table is fitted to the first rows. `none`: what
    standard error says instead of a table without rows.
    """
    each = iter(rows)
    if none and (form or default_format()) == "table":
        first = next(each, None)
        if first is None:
            click.echo(none, err=True)
            return
        each = chain([first], each)
    print_pieces(([row] for row in each), columns, form, live=live)


def print_pieces(
    pieces: Iterable[Iterable[Mapping[str, Any]]],
    columns: Sequence[tuple[str, Column]],
    form: str | None,
    *,
    live: bool = False,
) -> None:
    """The same, with the rows of each piece in one go."""
    held: list[str] = []

    def write() -> None:
        out.write("".join(held), encoding)
        held.clear()

    def rows() -> Iterator[Mapping[str, Any]]:
        for piece in pieces:
            yield from piece
            write()

    with Output(None) as out:
        form = form or default_format()
        colour = wants_colour(out.on_terminal)
        encoding = sys.stdout.encoding if form == "table" and out.on_terminal else "utf-8"
        ahead = 0 if live else _AHEAD
        for line in rows_as_text(rows(), columns, form, width=terminal_width(), colour=colour, ahead=ahead):
            held.append(line)  # noqa: PERF402  (it is emptied meanwhile)
        write()
