"""`dsnparse stats`: counts that fit a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from dsnparse.cli.listing import format_option, print_rows
from dsnparse.cli.store_options import Duration, StoreChoice, store_options
from dsnparse.render.store_rows import COUNT_TITLES, count_columns
from dsnparse.store.queries.stats import BY, Count
from dsnparse.store.reader import Asked

_DEFAULT = ("kind", "authenticity", "state", "type", "reason", "provider", "day", "alert")


@click.command()
@click.option("--by", type=click.Choice(BY), multiple=True, help="Count by this only. May be repeated.")
@click.option("--since", type=Duration(), metavar="AGE", help="What happened within AGE, as in 30d.")
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True, help="Lines per table.")
@format_option
@store_options()
def stats(by: tuple[str, ...], since: timedelta | None, limit: int, form: str, choice: StoreChoice) -> None:
    """Count messages, failures, addresses and alerts."""
    now = datetime.now(UTC)
    start = None if since is None else now - since
    with choice.ask() as store:
        if form == "table":
            for number, name in enumerate(by or _DEFAULT):
                counts = store.stats(name, since=start, limit=limit, now=now)
                if not counts:
                    continue
                click.echo(f"{chr(10) if number else ''}{COUNT_TITLES[name]}")
                print_rows((one.to_dict() for one in counts), count_columns(name), form)
        else:
            print_rows(_all(store, by or _DEFAULT, start, limit, now), count_columns(""), form)
        waiting = store.waiting()
    for target, count, attempts, error in waiting:
        said = f": {error}" if error else ""
        click.echo(f"{count:,} changes wait for {target} ({attempts} attempts{said}).", err=True)


def _all(
    store: Asked, names: tuple[str, ...], since: datetime | None, limit: int, now: datetime
) -> Iterator[dict[str, Any]]:
    for name in names:
        yield from map(Count.to_dict, store.stats(name, since=since, limit=limit, now=now))
