"""`dsnparse backup`: a copy of an SQLite database that is in use."""

from __future__ import annotations

from pathlib import Path

import click

from dsnparse.cli.failure import FAILED, Failure, cannot
from dsnparse.cli.store_options import StoreChoice, store_options, store_sentences
from dsnparse.render.standing import size
from dsnparse.store.sql.backup import back_up


@click.command()
@click.argument("file")
@store_options()
def backup(file: str, choice: StoreChoice) -> None:
    """Copy the SQLite database to FILE, as it is at this moment, while workers go on.

    FILE appears when the copy is complete, checked and on the disk; one that is there is replaced. To restore
    it, stop the workers, move it to where the database was, and remove what is called like that with -wal and
    -shm. PostgreSQL has pg_dump.

    Exit status: 0, 2 when it cannot be copied, 75 when the database is locked.
    """
    try:
        with store_sentences():
            number = back_up(choice.db, Path(file))
    except OSError as error:
        raise Failure(cannot("write", file, error), FAILED) from None
    click.echo(f"{size(number)} written to {file}.")
