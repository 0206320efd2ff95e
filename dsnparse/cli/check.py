"""`dsnparse check`: may these addresses be mailed?"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import click

from dsnparse.cli.listing import FORMATS, print_rows
from dsnparse.cli.store_options import StoreChoice, store_options
from dsnparse.cli.table import Column, terminal_width
from dsnparse.store.queries.answer import Decision

_COLUMNS = (
    ("answer", Column("ANSWER", 6)),
    ("address", Column("ADDRESS", share=4)),
    ("reason", Column("REASON", 20)),
    ("since", Column("SINCE", 10)),
    ("until", Column("UNTIL (UTC)", 16)),
    ("source", Column("SOURCE", 15)),
    ("evidence", Column("EVIDENCE", share=5)),
)
#: Columns of a terminal from which a table shows everything.
_WIDE = 120
#: What a narrow terminal leaves out.
_WIDE_ONLY = ("since", "source")


@click.command()
@click.argument("addresses", nargs=-1, metavar="[ADDRESS... | -]")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), help="Default: a table on a terminal, else JSON Lines."
)
@click.option("--quiet", "-q", is_flag=True, help="Print nothing; the exit status is the answer.")
@store_options()
@click.pass_context
def check(
    ctx: click.Context, addresses: tuple[str, ...], form: str | None, quiet: bool, choice: StoreChoice
) -> None:
    """Say whether addresses may be mailed.

    The answer is "mail", "wait" (not before UNTIL) or "don't", with the reason and what the mail system
    said. An address that was never heard of may be mailed. - reads addresses from standard input, one a line.

    Exit status: 0 when all of them may be mailed now, 1 when not, 2 for wrong usage or a database that
    cannot be used, 75 when it cannot be reached now.
    """
    if not addresses and sys.stdin.isatty():
        raise click.UsageError("Give addresses, or - and addresses on standard input.")
    mailable = True

    with choice.open() as store:

        def rows() -> Iterator[dict[str, Any]]:
            nonlocal mailable
            for address in given_lines(addresses or ("-",)):
                decision = store.check(address)
                mailable = mailable and bool(decision)
                yield decision.to_dict() if form == "jsonl" else _row(decision, form)

        if quiet:
            mailable = all(store.check(address) for address in given_lines(addresses or ("-",)))
        else:
            form = form or ("table" if sys.stdout.isatty() else "jsonl")
            print_rows(rows(), fitting(_COLUMNS, _WIDE_ONLY, form), form)
    ctx.exit(0 if mailable else 1)


def fitting(
    columns: Sequence[tuple[str, Column]], wide_only: Sequence[str], form: str
) -> list[tuple[str, Column]]:
    """The columns of a table that fit the terminal; all of them in the other formats."""
    narrow = form == "table" and terminal_width() < _WIDE
    return [(name, column) for name, column in columns if not (narrow and name in wide_only)]


def given_lines(given: Iterable[str]) -> Iterator[str]:
    """The arguments, and the lines of standard input in place of -; without empty ones."""
    for one in given:
        if one == "-":
            yield from filter(None, map(str.strip, sys.stdin))
        elif one.strip():
            yield one.strip()


def said(evidence: dict[str, Any]) -> str:
    """What the mail system said, in short: the diagnostic, else its codes."""
    if evidence.get("diagnostic"):
        return str(evidence["diagnostic"])
    codes = (evidence.get(name) for name in ("reply_code", "status", "feedback_type"))
    return " ".join(str(code) for code in codes if code)


def _row(decision: Decision, form: str | None) -> dict[str, Any]:
    row = decision.to_dict()
    row["evidence"] = said(decision.evidence)
    if form == "table":
        row["since"] = decision.since.strftime("%Y-%m-%d") if decision.since else ""
        row["until"] = f"{decision.until:%Y-%m-%d %H:%M}" if decision.until else ""
        if row["answer"] == "don't" and not decision.until:
            row["until"] = "never"
        if decision.status == "review":
            row["reason"] = f"review: {decision.reason}"
    return row
