"""`dsnparse keys`: the keys that open the HTTP API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from dsnparse.cli.choice import Choice
from dsnparse.cli.failure import FAILED, Failure
from dsnparse.cli.listing import format_option, print_rows
from dsnparse.render.table import Column
from dsnparse.web.keys import SCOPES, KeyFile, KeyFileError

keys_option = click.option(
    "--keys",
    "file",
    metavar="FILE",
    envvar="DSNPARSE_KEYS",
    show_envvar=True,
    required=True,
    help="The file of keys; 'dsnparse serve --keys FILE' reads it.",
)
_COLUMNS = (("name", Column("NAME", 24)), ("scopes", Column("SCOPES", share=1)), ("made", Column("MADE", 25)))


@click.group()
def keys() -> None:
    """Make, list and revoke the keys that open the HTTP API.

    The file holds hashes of the keys. A running server reads it anew when it changes.
    """


@keys.command(epilog="\b\n" + "\n".join(f"{name:<7} {what}" for name, what in SCOPES.items()))
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=Choice(list(SCOPES)),
    multiple=True,
    required=True,
    help="What it is good for; see below. May be repeated.",
)
@keys_option
def add(name: str, scopes: tuple[str, ...], file: str) -> None:
    """Make a key called NAME, and print it: it cannot be shown again."""
    with _sentences():
        click.echo(KeyFile(file).add(name, tuple(dict.fromkeys(scopes))))


@keys.command("list")
@format_option
@keys_option
def list_(form: str, file: str) -> None:
    """List the names of the keys, what they are good for, and when they were made."""
    with _sentences():
        found = KeyFile(file).keys()
    rows = ({"name": key.name, "scopes": " ".join(key.scopes), "made": key.made} for key in found)
    print_rows(rows, _COLUMNS, form, none="There is no key.")


@keys.command()
@click.argument("name")
@keys_option
def revoke(name: str, file: str) -> None:
    """Take the key called NAME away, at once."""
    with _sentences():
        KeyFile(file).revoke(name)
    click.echo(f"The key {name} opens nothing any more.")


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except KeyFileError as error:
        raise Failure(str(error), FAILED) from None
