"""--keep-raw, --keep-days and --keep-bytes: messages themselves, in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import click

from dsnparse.cli.choice import Choice
from dsnparse.cli.copies import Copies, make_folder
from dsnparse.cli.option_group import option_group
from dsnparse.cli.store_options import StoreChoice
from dsnparse.ingest import NOTHING_KEPT, Keeping
from dsnparse.store.changes.kept import RawBounds


@dataclass(frozen=True, slots=True)
class KeepChoice:
    """What the options say about messages that are kept."""

    keep_raw: str
    keep_days: int
    keep_bytes: int

    def keeping(self, choice: StoreChoice, folder: str | None) -> Keeping:
        """What is kept, where copies go to `folder`. Raise UsageError when that cannot be."""
        if self.keep_raw != "none" and (choice.hash_addresses or choice.hash_key_file):
            raise click.UsageError(
                "--keep-raw writes whole messages into the database, with the addresses that "
                "--hash-addresses keeps out of it: use one of them."
            )
        make_folder(folder)
        return Keeping(self.keep_raw, NOTHING_KEPT.copy if folder is None else Copies(folder))

    @property
    def bounds(self) -> RawBounds | None:
        """How long, and how much; None when nothing is kept."""
        return None if self.keep_raw == "none" else RawBounds(timedelta(days=self.keep_days), self.keep_bytes)


#: The command gets them as `kept`, a KeepChoice.
keep_options = option_group(
    "kept",
    KeepChoice,
    [
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
    ],
)
