"""`dsnparse history`: what happened to an address."""

from __future__ import annotations

import click

from dsnparse.cli.listing import format_option, print_rows
from dsnparse.cli.store_options import StoreChoice, store_options
from dsnparse.render.store_rows import HISTORY_COLUMNS, happening_row

_ANSWERS = {"mail": "It may be mailed.", "wait": "Wait before mailing it again.", "don't": "Don't mail it."}


@click.command()
@click.argument("address")
@format_option
@store_options()
def history(address: str, form: str, choice: StoreChoice) -> None:
    """Show what happened to ADDRESS: the notices about it, and the changes of its state, oldest first."""
    with choice.ask(few=True) as store:
        happenings = store.history(address)
        decision = store.check(address)
    if form == "table" and not happenings:
        click.echo(f"Nothing is known of {address}: it may be mailed.")
        return
    print_rows((happening_row(one, form) for one in happenings), HISTORY_COLUMNS, form)
    if form == "table":
        until = f" until {decision.until:%Y-%m-%d %H:%M} UTC" if decision.until else ""
        click.echo(f"\nNow: {decision.status}{until}. {_ANSWERS[decision.answer.value]}")
