"""`dsnparse history`: what happened to an address."""

from __future__ import annotations

import sys
from typing import Any

import click

from dsnparse.cli.check import fitting, said
from dsnparse.cli.listing import FORMATS, print_rows
from dsnparse.cli.store_options import StoreChoice, store_options
from dsnparse.cli.table import Column
from dsnparse.store.queries.history import NOTICE, Happening

_COLUMNS = (
    ("at", Column("WHEN (UTC)", 16)),
    ("happened", Column("WHAT", 26)),
    ("reason", Column("REASON", 19)),
    ("said", Column("WHAT WAS SAID", share=1)),
    ("source", Column("FROM", 16, keep_end=True)),
)


@click.command()
@click.argument("address")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), help="Default: a table on a terminal, else JSON Lines."
)
@store_options()
def history(address: str, form: str | None, choice: StoreChoice) -> None:
    """Show what happened to ADDRESS: the notices about it, and the changes of its state, oldest first."""
    form = form or ("table" if sys.stdout.isatty() else "jsonl")
    with choice.open() as store:
        happenings = store.history(address)
        decision = store.check(address)
    if form == "table" and not happenings:
        click.echo(f"Nothing is known of {address}: it may be mailed.")
        return
    print_rows((_row(one, form) for one in happenings), fitting(_COLUMNS, ("source",), form), form)
    if form == "table":
        until = f" until {decision.until:%Y-%m-%d %H:%M} UTC" if decision.until else ""
        click.echo(f"\nNow: {decision.status}{until}. {_ANSWERS[decision.answer.value]}")


_ANSWERS = {"mail": "It may be mailed.", "wait": "Wait before mailing it again.", "don't": "Don't mail it."}


def _row(one: Happening, form: str) -> dict[str, Any]:
    row = one.to_dict()
    if form == "jsonl":
        return row
    row["said"] = said(row["detail"])
    if form == "table":
        row["at"] = f"{one.at:%Y-%m-%d %H:%M}"
    if one.what == NOTICE:
        row["happened"] = f"{one.kind} {one.type}".strip()
    else:
        until = f" until {one.until:%Y-%m-%d}" if one.until else ""
        row["happened"] = f"-> {one.kind}{until}"
        row["said"] = "" if form == "table" else row["said"]
    return row
