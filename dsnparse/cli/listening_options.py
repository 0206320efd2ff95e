"""What options say about where to listen: addresses, and the mode of Unix sockets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import click

from dsnparse.errors import as_sentence
from dsnparse.mailboxes.listening import Address


def _read_mode(context: click.Context, option: click.Parameter, text: str) -> int:
    if len(text) > 4 or set(text) - set("01234567") or not 0 < int(text or "0", 8) <= 0o777:
        raise click.BadParameter(f"{text!r} is no mode of a file; write one as 660.", context, option)
    return int(text, 8)


#: The command gets it as `socket_mode`, a number.
socket_mode_option = click.option(
    "--socket-mode",
    default="660",
    show_default=True,
    metavar="OCTAL",
    callback=_read_mode,
    help="Mode of Unix sockets.",
)


def read_addresses(given: Mapping[str, Iterable[str]]) -> list[Address]:
    """The addresses that options name, by what is spoken there. Raise UsageError for one that is none."""
    try:
        return [Address.parse(protocol, text) for protocol, texts in given.items() for text in texts]
    except ValueError as error:
        raise click.UsageError(as_sentence(error)) from None
