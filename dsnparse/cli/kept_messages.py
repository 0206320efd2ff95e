"""Messages that the database has, as commands are given them and name them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from dsnparse.cli.failure import FAILED, Failure
from dsnparse.cli.store_options import Duration

if TYPE_CHECKING:
    from dsnparse.store.store import Store

#: Letters of an identity that a person is shown.
SHOWN = 16
NONE_KEPT = "None is kept: --keep-raw unknown of 'ingest', 'watch', 'listen' and 'serve' keeps those to come."
#: The command gets it as `since`: an age, or None.
since_option = click.option(
    "--since", type=Duration(), metavar="AGE", help="What was stored within AGE, as in 30d."
)
#: The command gets it as `everything`.
all_option = click.option(
    "--all", "everything", is_flag=True, help="All that are kept, also those understood."
)


def start_of(since: timedelta | None) -> datetime | None:
    """When an age began."""
    return None if since is None else datetime.now(UTC) - since


def shown(digest: str, form: str) -> str:
    """An identity as a list has it: in a table its first letters."""
    return digest[:SHOWN] if form == "table" else digest


def one_message(store: Store, start: str) -> str:
    """The identity of a message that begins so; a sentence ends the command when there is not one."""
    from dsnparse.store.queries.unknown import SHORTEST

    text = start.strip().lower()
    if len(text) < SHORTEST or not text.isalnum() or not text.isascii():
        raise click.UsageError(f"MESSAGE is an identity; its first {SHORTEST} letters will do.")
    found = store.digests(text)
    if len(found) == 1:
        return found[0]
    raise Failure(
        f"There is no message {text}"
        if not found
        else f"Several messages begin with {text}: give more letters",
        FAILED,
    )
