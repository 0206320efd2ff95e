"""`dsnparse prune`: remove what is old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click

from dsnparse.cli.store_options import Duration, StoreChoice, store_options


@click.command()
@click.option(
    "--older-than",
    type=Duration(),
    metavar="AGE",
    required=True,
    help="As in 400d: a number and h, d, w or y.",
)
@click.option("--compact", is_flag=True, help="Then give the free space back to the disk (SQLite).")
@store_options()
def prune(older_than: timedelta, compact: bool, choice: StoreChoice) -> None:
    """Remove messages, records and journal lines that are older than AGE.

    The states of addresses stay, suppressions with their reasons too. It works in small steps, beside
    running workers, and can be stopped at any time.
    """
    from dsnparse.store.removal.retention import Pruned

    with choice.open() as store:
        total = Pruned()
        for some in store.prune(datetime.now(UTC) - older_than):
            total += some
        if compact:
            store.compact()
    click.echo(
        f"Removed {total.messages:,} messages with {total.records:,} records, {total.journal:,} lines of "
        f"the journal, {total.alerts:,} alerts, and {total.addresses:,} addresses with nothing against them."
    )
    if total.undelivered:
        click.echo(f"{total.undelivered:,} of the changes had not been told to their hooks.")
