"""`dsnparse stats`: counts that fit a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click

from dsnparse.cli.listing import format_option, print_rows
from dsnparse.cli.span_options import since_option, until_option, where_option
from dsnparse.cli.store_options import StoreChoice, store_options
from dsnparse.errors import as_sentence
from dsnparse.render.store_rows import count_columns, count_row, count_title
from dsnparse.store.asked import Asked
from dsnparse.store.queries.stats import BY, CROSSED, Count, counts_by
from dsnparse.store.queries.where import Where

_DEFAULT = ("kind", "authenticity", "state", "type", "reason", "provider", "day", "alert")


class _By(click.ParamType[Any]):
    """One of BY, or two of CROSSED."""

    name = "by"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return counts_by(str(value))
        except ValueError as error:
            return self.fail(as_sentence(error), param, ctx)


@click.command()
@click.option(
    "--by",
    type=_By(),
    multiple=True,
    metavar="NAME|NAME,NAME",
    help=f"Count by this only: {', '.join(BY)}; or two of the first five crossed, as in provider,reason. "
    "May be repeated.",
)
@since_option
@until_option
@where_option
@click.option(
    "--limit", metavar="N", type=click.IntRange(1), default=10, show_default=True, help="Lines per table."
)
@format_option
@store_options()
def stats(
    by: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    where: Where,
    limit: int,
    form: str,
    choice: StoreChoice,
) -> None:
    """Count messages, failures, addresses and alerts."""
    names = by or (CROSSED[:3] if where.conditions else _DEFAULT)
    try:
        for name in names:
            counts_by(name, where)
    except ValueError as problem:
        raise click.UsageError(as_sentence(problem)) from None
    now = datetime.now(UTC)
    with choice.ask(few=True) as store:
        found = _all(
            store, names, {"since": since, "until": until, "where": where, "limit": limit, "now": now}
        )
        if form == "table":
            begun = False
            for name, counts in found:
                if counts:
                    click.echo(f"{chr(10) if begun else ''}{count_title(name)}")
                    print_rows((count_row(one, form) for one in counts), count_columns(name), form)
                    begun = True
            if not begun:
                click.echo("There is nothing to count.", err=True)
        else:
            rows = (count_row(one, form) for _, counts in found for one in counts)
            print_rows(rows, count_columns(""), form)
        waiting = store.waiting()
    for target, count, attempts, error in waiting:
        said = f": {error}" if error else ""
        click.echo(f"{count:,} changes wait for {target} ({attempts} attempts{said}).", err=True)


def _all(store: Asked, names: tuple[str, ...], asked: dict[str, Any]) -> Iterator[tuple[str, list[Count]]]:
    for name in names:
        yield name, store.stats(name, **asked)
