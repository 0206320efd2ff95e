"""`dsnparse forget`: remove all that concerns one address."""

from __future__ import annotations

import click

from dsnparse.cli.store_options import StoreChoice, store_options
from dsnparse.store.changes.status import ACTIVE


@click.command()
@click.argument("address")
@click.option(
    "--keep-suppression",
    is_flag=True,
    help="Keep the address and its state, nothing else, so that it stays unmailed.",
)
@store_options()
def forget(address: str, keep_suppression: bool, choice: StoreChoice) -> None:
    """Remove the personal data of ADDRESS: its records, its history, its state.

    Other addresses' records that quote it are cleaned. Exit status 0 also when nothing was known of it.
    """
    with choice.open() as store:
        gone = store.forget(address, keep_suppression=keep_suppression)
    if not gone.known:
        click.echo(f"Nothing is known of {address}.")
        return
    click.echo(
        f"Forgot {address}: {gone.records:,} records of {gone.messages:,} messages and {gone.journal:,} "
        "lines of the journal are removed."
    )
    if gone.status == ACTIVE:
        return
    if keep_suppression:
        click.echo(f"It stays {gone.status}, and its address is kept for that alone.")
    else:
        click.echo(f"It was {gone.status}; that is forgotten, too: it may be mailed again.")
