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
#: Bytes of standard input that are read at a time.
_PIECE = 64 * 1024


def given_lines(given: Iterable[str]) -> Iterator[str]:
    """The arguments, and the lines of standard input in place of -, without its empty ones."""
    for some in given_pieces(given):
        yield from some


def given_pieces(given: Iterable[str]) -> Iterator[list[str]]:
    """The same in lists: of standard input what has come, so that whoever writes there line by line and waits
    for each answer gets it."""
    for one in given:
        if one == "-":
            yield from _pieces_of_input()
        else:
            yield [one]


def _pieces_of_input() -> Iterator[list[str]]:
    if not isinstance(sys.stdin, TextIOWrapper):
        yield from ([line.strip()] for line in sys.stdin if line.strip(_BLANK))
        return
    encoding, held = sys.stdin.encoding, [b""]
    while data := sys.stdin.buffer.read1(_PIECE):
        *lines, rest = data.splitlines(keepends=True)
        if rest.endswith((b"\n", b"\r")):
            lines, rest = [*lines, rest], b""
        if lines:
            text = b"".join((*held, *lines)).decode(encoding, "surrogateescape")
            held = []
            yield [line.strip() for line in _lines(text) if line.strip(_BLANK)]
        held.append(rest)
    text = b"".join(held).decode(encoding, "surrogateescape")
    yield [line.strip() for line in _lines(text) if line.strip(_BLANK)]


def _lines(text: str) -> list[str]:
    # Not `splitlines`, which parts at a form feed, too.
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


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
