"""`dsnparse status`: how everything stands, for people and for monitoring."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from dsnparse import __version__
from dsnparse.cli.choice import Choice
from dsnparse.cli.failure import reason_of
from dsnparse.cli.source_options import Mailboxes, source_options
from dsnparse.cli.store_options import Duration, StoreChoice, store_options
from dsnparse.config import masked
from dsnparse.render.standing import Bounds, as_dict, as_text, complaints

if TYPE_CHECKING:
    from dsnparse.store.store import Store

_BOUND = "It is not well when "


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--format", "form", type=Choice(("text", "json")), default="text", show_default=True)
@click.option(
    "--max-age", type=Duration(), metavar="AGE", help=f"{_BOUND}the last message is older, as in 6h."
)
@click.option(
    "--max-outbox", type=click.IntRange(0), metavar="N", help=f"{_BOUND}more changes wait for a hook."
)
@click.option(
    "--max-outbox-age", type=Duration(), metavar="AGE", help=f"{_BOUND}a change waits for a hook longer."
)
@click.option(
    "--max-unknown",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help=f"{_BOUND}more of the last day's messages were not understood.",
)
@click.option(
    "--max-backlog", type=click.IntRange(0), metavar="N", help=f"{_BOUND}more messages wait in a SOURCE."
)
@click.option("--max-size", type=click.IntRange(1), metavar="BYTES", help=f"{_BOUND}the database is larger.")
@source_options
@store_options()
def status(
    sources: tuple[str, ...], form: str, mailboxes: Mailboxes, choice: StoreChoice, **given: Any
) -> int:
    """Say how everything stands: the last message, what waits, what was not understood, how large it is.

    SOURCE, maildir:PATH or imaps://user@host/Folder, is asked how many messages wait in it.

    Exit status: 0 when all is well, 1 when something is not (beyond a limit that an option sets, or a SOURCE
    that cannot be asked), 2 for wrong usage or a database that cannot be used, 75 when it cannot be reached.
    """
    bounds = Bounds(
        given["max_age"], given["max_outbox"], given["max_outbox_age"], given["max_unknown"],
        given["max_backlog"], given["max_size"],
    )  # fmt: skip
    now = datetime.now(UTC)
    with choice.open(read_only=True) as store:
        found = store.standing(now=now)
        backlog = _backlog(sources, mailboxes, store)
    wrong = list(complaints(found, bounds, backlog, now))
    if form == "json":
        click.echo(json.dumps(as_dict(found, backlog, wrong, masked(choice.db), __version__)))
    else:
        for line in as_text(found, backlog, masked(choice.db), __version__, now):
            click.echo(line)
        for sentence in wrong:
            click.echo(sentence, err=True)
    return 1 if wrong else 0


def _backlog(sources: Sequence[str], mailboxes: Mailboxes, store: Store) -> dict[str, int | str]:
    """How many messages wait in each; or why that is not known."""
    found: dict[str, int | str] = {}
    for name in sources:
        source = mailboxes.source(name, store.position)
        try:
            found[source.label] = source.backlog()
        except OSError as error:
            found[source.label] = reason_of(error).rstrip(".")
    return found
