"""`dsnparse suppressions import` and `export`: lists from other systems, and for them."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

import click

from dsnparse.cli.choice import Choice
from dsnparse.cli.failure import NO_ADDRESS
from dsnparse.cli.output import Output
from dsnparse.cli.store_options import StoreChoice, store_options
from dsnparse.errors import as_sentence
from dsnparse.store.lists.entry import Difference, Listed, Suppression, Would
from dsnparse.store.lists.export_formats import FORMATS, PROVIDERS, write_list
from dsnparse.store.lists.import_formats import Unreadable, read_list, readable
from dsnparse.store.pieces import in_pieces
from dsnparse.store.policy.policy import SUPPRESSION_REASONS
from dsnparse.wire.formulas import guarded

if TYPE_CHECKING:
    from dsnparse.store.store import Store

#: Entries of an import that are stored in one go.
_IMPORTED_AT_ONCE = 5_000
_SHOWN_PROBLEMS = 20
_COLUMNS = ("would", "address", "reason", "until", "our_status", "our_reason", "our_until")
#: What a dry run says, in this order.
_WOULD = {
    Would.ADD: "would be newly suppressed",
    Would.CHANGE: "would change its reason or end",
    Would.SAME: "suppressed already",
    Would.STAY_OFF: "would stay off: taken off our list since",
    Would.ENDED: "would be left out: the suppression would have ended by now",
    Would.MISSING: "on our list, and not in this one",
}


class _Reading:
    """A list that is read: its entries, with those that cannot be read named and counted."""

    def __init__(self, file: TextIO, form: str, reason: str | None) -> None:
        self._entries = read_list(file, form, reason)
        self.unreadable = 0
        self.no_address = False

    def entries(self) -> Iterator[Suppression]:
        """Those that can be read. Raise click.ClickException when the whole cannot."""
        try:
            for one in self._entries:
                if isinstance(one, Suppression):
                    yield one
                else:
                    self._name(one)
        except ValueError as problem:
            raise click.ClickException(as_sentence(problem)) from None

    def _name(self, one: Unreadable) -> None:
        if self.unreadable < _SHOWN_PROBLEMS:
            click.echo(f"Entry {one.number}: {one.why}.", err=True)
        self.unreadable += 1
        self.no_address = self.no_address or one.no_address

    def finish(self) -> None:
        """End with the status that says that something could not be read."""
        if self.unreadable:
            click.echo(f"{self.unreadable:,} entries could not be read.", err=True)
            raise click.exceptions.Exit(NO_ADDRESS if self.no_address else 1)


#: The command gets them as `reasons` and `sources`.
reasons_option = click.option(
    "--reason",
    "reasons",
    type=Choice(SUPPRESSION_REASONS),
    metavar="REASON",
    multiple=True,
    help="Only this reason. May be repeated.",
)
sources_option = click.option(
    "--source", "sources", multiple=True, help="Only from this source. May be repeated."
)


@click.command("import")
@click.argument("file", type=click.File("r", encoding="utf-8-sig", errors="replace"))
@click.option(
    "--format",
    "form",
    type=Choice(readable()),
    metavar="NAME",
    default="csv",
    show_default=True,
    help="csv, csv-plain (for programs, not spreadsheets) and jsonl are our own, addresses is a column of "
    f"them; the others are what the provider exports: {', '.join(readable()[4:])}.",
)
@click.option(
    "--reason",
    type=Choice(SUPPRESSION_REASONS),
    metavar="REASON",
    help="For entries that name none: complaint, unsubscribed, hard_bounce, manual, …",
)
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option(
    "--differences", metavar="FILE", help="With --dry-run: each address and what would become of it, as CSV."
)
@store_options(hooks=True)
def import_(
    file: TextIO, form: str, reason: str | None, dry_run: bool, differences: str | None, choice: StoreChoice
) -> None:
    """Put the addresses of a list on ours. FILE may be -.

    The same file can be imported again. An entry that is older than its removal from our list stays off.
    Exit status 3 when there was no address in an entry, 1 when it could not be read for another reason; the
    others are imported.
    """
    if differences and not dry_run:
        raise click.UsageError("--differences is of a --dry-run.")
    reading = _Reading(file, form, reason)
    with choice.open(create=not dry_run) as store:
        if dry_run:
            _compare(store, reading, differences)
        else:
            total = Listed()
            for some in in_pieces(reading.entries(), _IMPORTED_AT_ONCE):
                total += store.suppress(some)
            store.tick()
            say_listed(total)
    reading.finish()


def _compare(store: Store, reading: _Reading, path: str | None) -> None:
    counts: Counter[Would] = Counter()
    addresses: set[str] = set()

    def noted() -> Iterator[Suppression]:
        for one in reading.entries():
            addresses.add(one.address)
            yield one

    with Output(path or "/dev/null") as out:
        writer = csv.writer(out)
        writer.writerow(_COLUMNS)
        for one in store.compare(noted()):
            counts[one.would] += 1
            writer.writerow(_row(one))
        for one in store.not_in(addresses):
            counts[one.would] += 1
            writer.writerow(_row(one))
    for would, words in _WOULD.items():
        if counts[would] or would is Would.ADD:
            click.echo(f"{counts[would]:>9,}  {words}.")


def _row(one: Difference) -> list[str]:
    ends = (one.until, one.our_until)
    until, our_until = (end.isoformat(timespec="seconds") if end is not None else "" for end in ends)
    return [
        one.would.value, guarded(one.address), one.reason, until, one.status, one.our_reason, our_until
    ]  # fmt: skip


@click.command()
@click.option(
    "--format",
    "form",
    type=Choice(FORMATS),
    default="csv",
    show_default=True,
    metavar="NAME",
    help="csv, csv-plain (for programs, not spreadsheets) and jsonl are our own, addresses is a column of "
    f"them; the others are what the provider takes: {', '.join(PROVIDERS)}; or the program: postfix (a table "
    "for check_recipient_access), listmonk, mautic.",
)
@reasons_option
@sources_option
@click.option("--output", "-o", metavar="FILE", help="Default: standard output.")
@store_options()
def export(
    form: str, reasons: tuple[str, ...], sources: tuple[str, ...], output: str | None, choice: StoreChoice
) -> None:
    """Write the list for another system, or for a copy. Pauses and reviews are not in it."""
    if choice.hash_addresses or choice.hash_key_file:
        raise click.UsageError("The database holds hashes; the addresses are not in it.")
    with choice.ask() as store, Output(output) as out:
        for lines in write_list(store.suppressions(reasons=reasons, sources=sources), form):
            out.write(lines)


def say_listed(listed: Listed) -> None:
    """Say what became of addresses that were put on the list."""
    click.echo(f"{count_of(listed.changed)} newly suppressed.")
    if listed.unchanged:
        click.echo(f"{count_of(listed.unchanged)} unchanged: suppressed already, or lifted since.")
    if listed.expired:
        click.echo(f"{count_of(listed.expired)} left out: the suppression would have ended by now.")


def count_of(count: int) -> str:
    """A number of addresses, in words."""
    return "1 address" if count == 1 else f"{count:,} addresses"
