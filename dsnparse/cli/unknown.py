"""`dsnparse unknown`: what was not understood, to be looked at, passed on, and read again."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from dsnparse.cli.copies import Copies, make_folder
from dsnparse.cli.failure import FAILED, Failure
from dsnparse.cli.kept_messages import (
    NONE_KEPT,
    SHOWN,
    all_option,
    one_message,
    shown,
    since_option,
    start_of,
)
from dsnparse.cli.listing import format_option, print_rows
from dsnparse.cli.output import Output
from dsnparse.cli.reparse import reparse
from dsnparse.cli.store_options import StoreChoice, store_options
from dsnparse.mailboxes.tally import Tally
from dsnparse.render.summary import counted, problem_lines
from dsnparse.render.table import Column
from dsnparse.render.terminal import json_safe, visible

if TYPE_CHECKING:
    from dsnparse.store.queries.unknown import Unknown

_COLUMNS = (
    ("seen_at", Column("SEEN", 16)),
    ("digest", Column("MESSAGE", SHOWN)),
    ("kind", Column("KIND", 8)),
    ("why", Column("WHY", 20)),
    ("kept", Column("KEPT", 4)),
    ("source", Column("SOURCE", share=2, keep_end=True)),
    ("diagnostic", Column("REPLY", share=2)),
    *((name, Column(name, only="csv")) for name in ("format", "recipient", "reason")),
)


@click.group()
def unknown() -> None:
    """Look at what was not understood, pass it on, and read it again.

    Not understood are bounces without a recipient, failures without a reason that is known with some
    confidence, and mail that is no notice. The messages themselves are there when --keep-raw of 'ingest',
    'watch', 'listen' or 'serve' kept them.
    """


@unknown.command("list")
@since_option
@click.option(
    "--limit", metavar="N", type=click.IntRange(1), default=100, show_default=True, help="The latest so many."
)
@format_option
@store_options()
def list_(since: timedelta | None, limit: int, form: str, choice: StoreChoice) -> None:
    """List the messages, the latest first."""
    with choice.open(read_only=True) as store:
        found = store.unknown(since=start_of(since), limit=limit)
    print_rows((_row(one, form) for one in found), _COLUMNS, form, none="Every message was understood.")


@unknown.command("show")
@click.argument("message")
@click.option("--raw", is_flag=True, help="Print the message itself, as it came, and nothing else.")
@store_options()
def show(message: str, raw: bool, choice: StoreChoice) -> None:
    """Show what is stored of MESSAGE, and itself where it is kept.

    MESSAGE is its identity, as 'list' and the log have it; its first six letters will do.
    """
    with choice.open(read_only=True) as store:
        digest = one_message(store, message)
        rows = store.message(digest)
        kept = next(store.kept(digests=[digest]), None)
    if raw:
        if kept is None:
            raise Failure(f"{digest[:SHOWN]} itself is not kept: see --keep-raw", FAILED)
        with Output(None) as out:
            out.write_bytes(kept.raw.data)
        return
    for row in rows:
        click.echo(json_safe(json.dumps(row, indent=2, ensure_ascii=False, default=str)))
    if kept is None:
        click.echo("The message itself is not kept: see --keep-raw.", err=True)
    else:
        click.echo()
        for line in kept.raw.data.decode("utf-8", "replace").splitlines():
            click.echo(visible(line))


@unknown.command("export")
@click.argument("folder")
@since_option
@all_option
@store_options()
def export(folder: str, since: timedelta | None, everything: bool, choice: StoreChoice) -> int:
    """Write the messages that are kept into FOLDER, one file each, for a person or a report of a mistake.

    Exit status: 0 when all could be written, 1 when not.
    """
    make_folder(folder)
    copy, problems, number = Copies(folder), Tally(), 0
    with choice.open(read_only=True) as store:
        for kept in store.kept(since=start_of(since), unknown=not everything):
            found = copy(kept.digest[:SHOWN], kept.raw.data)
            problems.problems += found
            number += not found
    for line in problem_lines(problems):
        click.echo(line, err=True)
    click.echo(f"{counted(number, 'message')} written to {folder}.")
    if not number and not problems.problems:
        click.echo(NONE_KEPT, err=True)
    return 1 if problems.problems else 0


unknown.add_command(reparse)


def _row(one: Unknown, form: str) -> dict[str, Any]:
    row = one.to_dict()
    if form == "table":
        row["seen_at"] = f"{one.seen_at:%Y-%m-%d %H:%M}" if one.seen_at else ""
        row["kept"] = "yes" if one.kept else "no"
    return {**row, "digest": shown(one.digest, form)}
