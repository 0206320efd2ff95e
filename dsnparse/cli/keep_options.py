"""--keep-raw, --keep-days and --keep-bytes: messages themselves, in the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

import click

from dsnparse.cli.choice import Choice
from dsnparse.cli.copies import Copies, make_folder
from dsnparse.cli.store_options import StoreChoice
from dsnparse.ingest import NOTHING_KEPT, Keeping
from dsnparse.store.changes.kept import RawBounds

F = TypeVar("F", bound=Callable[..., Any])
_NAMES = ("keep_raw", "keep_days", "keep_bytes")


@dataclass(frozen=True, slots=True)
class KeepChoice:
    """What the options say about messages that are kept."""

    raw: str
    days: int
    bytes: int

    def keeping(self, choice: StoreChoice, folder: str | None) -> Keeping:
        """What is kept, where copies go to `folder`. Raise UsageError when that cannot be."""
        if self.raw != "none" and (choice.hash_addresses or choice.hash_key_file):
            raise click.UsageError(
                "--keep-raw writes whole messages into the database, with the addresses that "
                "--hash-addresses keeps out of it: use one of them."
            )
        make_folder(folder)
        return Keeping(self.raw, NOTHING_KEPT.copy if folder is None else Copies(folder))

    @property
    def bounds(self) -> RawBounds | None:
        """How long, and how much; None when nothing is kept."""
        return None if self.raw == "none" else RawBounds(timedelta(days=self.days), self.bytes)


def keep_options(command: F) -> F:
    """Give a command these options; it gets them as one argument, `kept`."""
    options = [
        click.option(
            "--keep-raw",
            type=Choice(("none", "unknown", "all")),
            default="none",
            show_default=True,
            help="Keep messages themselves in the database, for 'dsnparse unknown reparse'.",
        ),
        click.option(
            "--keep-days",
            metavar="N",
            type=click.IntRange(1),
            default=30,
            show_default=True,
            help="For so many days.",
        ),
        click.option(
            "--keep-bytes",
            metavar="N",
            type=click.IntRange(1),
            default=1_000_000_000,
            show_default=True,
            help="At most so many bytes of them; the oldest go first.",
        ),
    ]

    @wraps(command)
    def wrapped(*args: Any, **values: Any) -> Any:
        raw, days, size = (values.pop(name) for name in _NAMES)
        return command(*args, kept=KeepChoice(raw, days, size), **values)

    result: Any = wrapped
    for option in reversed(options):
        result = option(result)
    return result  # type: ignore[no-any-return]
