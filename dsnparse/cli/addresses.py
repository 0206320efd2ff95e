"""The addresses that commands take: from the command line, or one a line from standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from io import TextIOWrapper

import click

from dsnparse.cli.failure import NO_ADDRESS
from dsnparse.render.terminal import visible
from dsnparse.store.address.given import NotAnAddress, read_address

#: A byte-order mark alone is an empty line, too.
_BLANK = " \t\r\n\ufeff"


def given_lines(given: Iterable[str]) -> Iterator[str]:
    """The arguments, and the lines of standard input in place of -, without its empty ones."""
    for one in given:
        if one == "-":
            if isinstance(sys.stdin, TextIOWrapper):
                sys.stdin.reconfigure(errors="surrogateescape")
            yield from (line.strip() for line in sys.stdin if line.strip(_BLANK))
        else:
            yield one


class Addresses:
    """Iterate over what was given for the addresses in it; what is none is told, and left out.

    `whole_domains`: take "@example.com", too. Call `finish` when all that could be done is done.
    """

    def __init__(self, given: Iterable[str], *, whole_domains: bool = True) -> None:
        self._given = given
        self._whole_domains = whole_domains
        self.refused = 0

    def __iter__(self) -> Iterator[str]:
        for one in given_lines(self._given):
            try:
                address = read_address(one)
            except NotAnAddress as problem:
                self._refuse(str(problem))
                continue
            if address.startswith("@") and not self._whole_domains:
                self._refuse(f"{address} is a whole domain")
            else:
                yield address

    def _refuse(self, why: str) -> None:
        self.refused += 1
        click.echo(f"dsnparse: {visible(why)}.", err=True)

    def finish(self) -> None:
        """End the command with the status NO_ADDRESS when something was left out."""
        if self.refused:
            raise click.exceptions.Exit(NO_ADDRESS)
