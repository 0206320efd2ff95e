"""The options of commands that work off mailboxes, and the mailbox that a name means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

import click

from dsnparse.cli.store_options import StoreChoice
from dsnparse.mailboxes.claims import MaildirSource
from dsnparse.mailboxes.sources import PathSource, Source
from dsnparse.parser import Parser

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """What the options say about mailboxes."""

    processed: str | None
    unknown: str | None
    batch: int
    rules: tuple[str, ...]

    def parser(self) -> Parser:
        """The parser, with the user's rules."""
        try:
            return Parser(rules=self.rules)
        except ValueError as error:
            raise click.UsageError(str(error)) from None

    def sources(self, names: Sequence[str], choice: StoreChoice) -> list[Source]:
        """The mailboxes; all plain paths together are one."""
        paths = [name for name in names if not name.startswith(("maildir:", "imap:", "imaps:"))]
        found: list[Source] = [PathSource(paths, exclude=_files_of(choice))] if paths else []
        return found + [self.source(name) for name in names if name not in paths]

    def source(self, name: str) -> Source:
        """A mailbox that is worked off: `maildir:PATH`, `imaps://…` or `imap://…`."""
        try:
            return MaildirSource(
                name.removeprefix("maildir:"),
                processed=self.processed or ".Processed",
                unknown=self.unknown or ".Unknown",
            )
        except OSError as error:
            reason = (error.strerror or "cannot be read").lower()
            raise click.UsageError(f"{name}: {reason}.") from None


def _files_of(choice: StoreChoice) -> list[str]:
    """The files of an SQLite database, which may lie in a folder that is read."""
    path = choice.db.removeprefix("sqlite:///")
    return [] if "://" in path else [path, f"{path}-wal", f"{path}-shm"]


def source_options(command: F) -> F:
    """Give a command the options of mailboxes; it gets them as one argument, `mailboxes`."""
    options = [
        click.option(
            "--processed", metavar="FOLDER",
            help="Move messages that are stored there (Maildir: .Processed by default; IMAP: flagged only).",
        ),
        click.option(
            "--unknown", metavar="FOLDER",
            help="Move those that a person should look at there (Maildir: .Unknown by default).",
        ),
        click.option(
            "--batch", type=click.IntRange(1, 10_000), default=500, show_default=True,
            help="Messages in one transaction.",
        ),
        click.option("--rules", multiple=True, metavar="FILE", help="Rules of your own (TOML)."),
    ]  # fmt: skip
    names = ["processed", "unknown", "batch", "rules"]

    @wraps(command)
    def wrapped(*args: Any, **values: Any) -> Any:
        mailboxes = Mailboxes(**{name: values.pop(name) for name in names})
        return command(*args, mailboxes=mailboxes, **values)

    result: Any = wrapped
    for option in reversed(options):
        result = option(result)
    return result  # type: ignore[no-any-return]
