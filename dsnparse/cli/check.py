"""`dsnparse check`: may these addresses be mailed?"""

from __future__ import annotations

import sys
from collections import Counter, deque
from collections.abc import Iterator
from typing import Any

import click

from dsnparse.cli.addresses import given_pieces
from dsnparse.cli.failure import NO_ADDRESS
from dsnparse.cli.listing import format_option, print_pieces
from dsnparse.cli.store_options import StoreChoice, store_options
from dsnparse.render.decision_rows import DECISION_COLUMNS, answers_in_short, decision_row, why_lines
from dsnparse.store.queries.answer import Answer, Decision

#: So many addresses get a line that counts the answers.
_SUMMED_FROM = 5


@click.command()
@click.argument("addresses", nargs=-1, metavar="[ADDRESS... | -]")
@format_option
@click.option("--why", is_flag=True, help="Show what is known of the deciding notice, also how it is proven.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing; the exit status is the answer.")
@store_options()
@click.pass_context
def check(
    ctx: click.Context,
    addresses: tuple[str, ...],
    form: str,
    why: bool,
    quiet: bool,
    choice: StoreChoice,
) -> None:
    """Say whether addresses may be mailed.

    The answer is "mail", "wait" (not before UNTIL) or "don't", with the reason and what the mail system
    said. An address that was never heard of may be mailed. - reads addresses from standard input, one a line.
    @example.com asks for a whole domain.

    Exit status: 0 when all of them may be mailed now, 1 when not, 3 when one is "no address", 2 for wrong
    usage or a database that cannot be used, 75 when it cannot be reached now.
    """
    if not addresses and sys.stdin.isatty():
        raise click.UsageError("Give addresses, or - and addresses on standard input.")
    answers: Counter[Answer] = Counter()
    found: list[Decision] = []

    with choice.ask(few=bool(addresses) and "-" not in addresses) as store:

        def pieces() -> Iterator[list[dict[str, Any]]]:
            for some in given_pieces(addresses or ("-",)):
                decisions = list(store.check_all(some))
                answers.update(decision.answer for decision in decisions)
                if why and form == "table":
                    found.extend(decisions)
                yield [] if quiet else [decision_row(decision, form) for decision in decisions]

        if quiet:
            deque(pieces(), maxlen=0)
        else:
            print_pieces(pieces(), DECISION_COLUMNS, form, live=sys.stdin.isatty() and "-" in addresses)
            if form == "table" and answers.total() >= _SUMMED_FROM:
                click.echo(f"\n{answers_in_short(answers)}")
            for decision in found:
                click.echo("".join(why_lines(decision)), nl=False)
    if Answer.NO_ADDRESS in answers:
        ctx.exit(NO_ADDRESS)
    ctx.exit(0 if {*answers} <= {Answer.MAIL} else 1)
