"""`dsnparse history`: what happened to an address."""

from __future__ import annotations

import click

from dsnparse.cli.listing import format_option, print_rows
from dsnparse.cli.store_options import StoreChoice, store_options
from dsnparse.render.store_rows import HISTORY_COLUMNS, happening_row, happenings_in_short
from dsnparse.render.terminal import terminal_width, visible, words_in_lines
from dsnparse.store.queries.history import NOTICE

_ANSWERS = {"mail": "It may be mailed.", "wait": "Wait before mailing it again.", "don't": "Don't mail it."}
#: So many notices get a line that counts them.
_SUMMED_FROM = 5


@click.command()
@click.argument("address")
@format_option
@store_options()
def history(address: str, form: str, choice: StoreChoice) -> None:
    """Show what happened to ADDRESS: the notices about it, and the changes of its state, oldest first.

    Of an address that was never heard of it says so, on standard error where the output is for programs. Exit
    status: 0, 3 when ADDRESS is none.
    """
    with choice.ask(few=True) as store:
        happenings = store.history(address)
        decision = store.check(address)
    if not happenings:
        click.echo(f"Nothing is known of {visible(address)}: it may be mailed.", err=form != "table")
        return
    print_rows((happening_row(one, form) for one in happenings), HISTORY_COLUMNS, form)
    if form == "table":
        until = f" until {decision.until:%Y-%m-%d %H:%M} UTC" if decision.until else ""
        if sum(one.what == NOTICE for one in happenings) >= _SUMMED_FROM:
            lines = words_in_lines(happenings_in_short(happenings), terminal_width())
            click.echo("\n" + "\n".join(lines), nl=False)
        click.echo(f"\nNow: {decision.status}{until}. {_ANSWERS[decision.answer.value]}")
