"""`dsnparse stats`: counts that fit a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from dsnparse.cli.listing import FORMATS, print_rows
from dsnparse.cli.store_options import Duration, StoreChoice, store_options
from dsnparse.cli.table import Column
from dsnparse.store.queries.stats import BY, Count
from dsnparse.store.store import Store

_DEFAULT = ("kind", "state", "type", "reason", "provider", "day", "alert")
#: These come with the types of the bounces.
_TYPED = ("reason", "provider", "domain", "day")
_LONG = ("domain", "alert")
_TITLES = {
    "kind": "Messages by kind",
    "state": "Addresses by state",
    "type": "Failures by type",
    "reason": "Failures by reason",
    "provider": "Failures by provider",
    "domain": "Failures by domain",
    "day": "Failures by day",
    "alert": "Alerts for the sender",
}
_NUMBERS = ("hard", "soft", "block", "undetermined")


@click.command()
@click.option("--by", type=click.Choice(BY), multiple=True, help="Count by this only. May be repeated.")
@click.option("--since", type=Duration(), metavar="AGE", help="What happened within AGE, as in 30d.")
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True, help="Lines per table.")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), help="Default: tables on a terminal, else JSON Lines."
)
@store_options()
def stats(
    by: tuple[str, ...], since: timedelta | None, limit: int, form: str | None, choice: StoreChoice
) -> None:
    """Count messages, failures, addresses and alerts."""
    form = form or ("table" if sys.stdout.isatty() else "jsonl")
    now = datetime.now(UTC)
    start = None if since is None else now - since
    with choice.open() as store:
        if form == "table":
            for number, name in enumerate(by or _DEFAULT):
                counts = store.stats(name, since=start, limit=limit, now=now)
                if not counts:
                    continue
                click.echo(f"{chr(10) if number else ''}{_TITLES[name]}")
                print_rows((one.to_dict() for one in counts), _columns(name), form)
        else:
            print_rows(_all(store, by or _DEFAULT, start, limit, now), _columns(""), form)
        waiting = store.waiting()
    for target, count, attempts, error in waiting:
        said = f": {error}" if error else ""
        click.echo(f"{count:,} changes wait for {target} ({attempts} attempts{said}).", err=True)


def _all(
    store: Store, names: tuple[str, ...], since: datetime | None, limit: int, now: datetime
) -> Iterator[dict[str, Any]]:
    for name in names:
        yield from map(Count.to_dict, store.stats(name, since=since, limit=limit, now=now))


def _columns(by: str) -> list[tuple[str, Column]]:
    name = Column(by.upper(), share=1) if by in _LONG else Column(by.upper(), 24)
    columns = [("count", Column("COUNT", 9, right=True))]
    # Long names come last, where they are not torn away from their numbers.
    columns.insert(1 if by in _LONG else 0, ("name", name))
    if not by:
        columns.insert(0, ("by", Column("BY", 8)))
    if not by or by in _TYPED:
        numbers = [(one, Column(one.upper(), max(len(one), 7), right=True)) for one in _NUMBERS]
        place = len(columns) - 1 if by in _LONG else len(columns)
        columns[place:place] = numbers
    return columns
