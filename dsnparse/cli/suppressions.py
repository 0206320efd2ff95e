"""`dsnparse suppressions`: the list of addresses that are not mailed."""

from __future__ import annotations

import getpass
from contextlib import suppress as ignoring
from datetime import UTC, datetime
from itertools import islice
from typing import TextIO

import click

from dsnparse.cli.addresses import Addresses
from dsnparse.cli.failure import NO_ADDRESS
from dsnparse.cli.listing import format_option, print_rows
from dsnparse.cli.output import Output
from dsnparse.cli.store_options import StoreChoice, store_options
from dsnparse.render.store_rows import SUPPRESSION_COLUMNS, suppression_row
from dsnparse.store.lists.entry import STATES, Listed, Suppression
from dsnparse.store.lists.export_formats import write_list
from dsnparse.store.lists.import_formats import FORMATS as LIST_FORMATS
from dsnparse.store.lists.import_formats import Unreadable, read_list, read_time, readable
from dsnparse.store.policy.policy import SUPPRESSION_REASONS, default_text

_AT_ONCE = 1_000
#: Entries of an import that are stored in one go.
_IMPORTED_AT_ONCE = 5_000
_SHOWN_PROBLEMS = 20


@click.group()
def suppressions() -> None:
    """Show and change the list of addresses that are not mailed."""


@suppressions.command("list")
@click.option(
    "--state",
    "states",
    type=click.Choice([*STATES, "all"]),
    multiple=True,
    default=("suppressed",),
    show_default=True,
    help="May be repeated.",
)
@click.option("--reason", "reasons", multiple=True, help="Only this reason. May be repeated.")
@click.option("--source", "sources", multiple=True, help="Only from this source. May be repeated.")
@click.option("--domain", help="Only at this domain.")
@format_option
@store_options()
def list_(
    states: tuple[str, ...],
    reasons: tuple[str, ...],
    sources: tuple[str, ...],
    domain: str | None,
    form: str,
    choice: StoreChoice,
) -> None:
    """Print the list. JSON Lines has address, reason, since, until (null: for good) and source, and more."""
    chosen = STATES if "all" in states else states
    with choice.ask() as store:
        found = store.suppressions(states=chosen, reasons=reasons, sources=sources, domain=domain)
        print_rows((suppression_row(one, form) for one in found), SUPPRESSION_COLUMNS, form)


@suppressions.command()
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...|-")
@click.option(
    "--reason",
    type=click.Choice(SUPPRESSION_REASONS),
    metavar="REASON",
    default="manual",
    show_default=True,
    help="manual, complaint, unsubscribed, hard_bounce, or a reason of bounces.",
)
@click.option("--until", metavar="DATE", help="As in 2027-01-31. Default: as the policy says for the reason.")
@click.option("--note", default="", help="Why, for those who come after you.")
@click.option("--by", default=None, help="Who. Default: your user name.")
@store_options(hooks=True)
def add(
    addresses: tuple[str, ...],
    reason: str,
    until: str | None,
    note: str,
    by: str | None,
    choice: StoreChoice,
) -> None:
    """Put addresses on the list; - reads them from standard input, one a line.

    @example.com and *@example.com put the whole domain there. Exit status 3 when something was no address;
    the others are put there.
    """
    end = None if until is None else _date(until, "--until")
    if end is not None and end <= datetime.now(UTC):
        raise click.BadParameter("must be a date to come, as 2027-01-31.", param_hint="--until")
    given = Addresses(addresses)
    wanted = [
        Suppression(address=one, reason=reason, until=end, by=by or _user(), note=note) for one in given
    ]
    with choice.open(create=True) as store:
        listed = store.suppress(wanted)
        store.tick()
    for domain in (one.address for one in wanted if one.address.startswith("@")):
        click.echo(f"{domain} means every address at this domain.")
    _say(listed)
    given.finish()


@suppressions.command()
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...|-")
@click.option("--by", default=None, help="Who. Default: your user name.")
@store_options(hooks=True)
def remove(addresses: tuple[str, ...], by: str | None, choice: StoreChoice) -> None:
    """Take addresses off the list, and forget what was held against them; their history stays.

    Pauses and reviews end, too. What happened before does not count any more, even if it is read again.
    """
    given = Addresses(addresses)
    wanted = list(given)
    with choice.open() as store:
        lifted = store.lift(wanted, by=by or _user())
        store.tick()
    click.echo(f"{_addresses(len(lifted))} may be mailed again.")
    if len(wanted) > len(lifted):
        click.echo(f"Nothing was held against {len(wanted) - len(lifted):,} of those given.")
    given.finish()


@suppressions.command()
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...|-")
@click.option("--at", metavar="DATE", help="When it was delivered. Default: now.")
@store_options(hooks=True)
def delivered(addresses: tuple[str, ...], at: str | None, choice: StoreChoice) -> None:
    """Report deliveries: pauses, reviews, counted failures and full mailboxes are forgotten.

    For senders whose mail system sends no notices of delivery, as a daily list from its log. Hard bounces,
    complaints and what people put on the list stay. - reads addresses from standard input, one a line.
    """
    moment = None if at is None else _date(at, "--at")
    known, given = 0, Addresses(addresses, whole_domains=False)
    with choice.open() as store:
        wanted = iter(given)
        while some := list(islice(wanted, _AT_ONCE)):
            known += store.delivered(some, at=moment)
        store.tick()
    click.echo(f"Noted deliveries to {_addresses(known)} that had been heard of.")
    given.finish()


@suppressions.command("import")
@click.argument("file", type=click.File("r", encoding="utf-8-sig", errors="replace"))
@click.option(
    "--format",
    "form",
    type=click.Choice(readable()),
    default="csv",
    show_default=True,
    help="csv, csv-plain (for programs, not spreadsheets) and jsonl are our own; the others are what the "
    "provider exports.",
)
@click.option(
    "--reason",
    type=click.Choice(SUPPRESSION_REASONS),
    metavar="REASON",
    help="For entries that name none: complaint, unsubscribed, hard_bounce, manual, …",
)
@store_options(hooks=True)
def import_(file: TextIO, form: str, reason: str | None, choice: StoreChoice) -> None:
    """Put the addresses of a list on ours. FILE may be -.

    The same file can be imported again. An entry that is older than its removal from our list stays off.
    Exit status 3 when there was no address in an entry, 1 when it could not be read for another reason; the
    others are imported.
    """
    total, unreadable, no_address = Listed(), 0, False
    with choice.open(create=True) as store:
        try:
            entries = read_list(file, form, reason)
            while some := list(islice(entries, _IMPORTED_AT_ONCE)):
                good = [one for one in some if isinstance(one, Suppression)]
                bad = [one for one in some if isinstance(one, Unreadable)]
                for one in bad[: max(_SHOWN_PROBLEMS - unreadable, 0)]:
                    click.echo(f"Entry {one.number}: {one.why}.", err=True)
                unreadable += len(bad)
                no_address = no_address or any(one.no_address for one in bad)
                total += store.suppress(good)
        except ValueError as problem:
            raise click.ClickException(f"{problem}.") from None
        store.tick()
    _say(total)
    if unreadable:
        click.echo(f"{unreadable:,} entries could not be read.", err=True)
        raise click.exceptions.Exit(NO_ADDRESS if no_address else 1)


@suppressions.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(LIST_FORMATS),
    default="csv",
    show_default=True,
    help="csv, csv-plain (for programs, not spreadsheets) and jsonl are our own; the others are what the "
    "provider takes.",
)
@click.option("--reason", "reasons", multiple=True, help="Only this reason. May be repeated.")
@click.option("--source", "sources", multiple=True, help="Only from this source. May be repeated.")
@click.option("--output", "-o", metavar="FILE", help="Default: standard output.")
@store_options()
def export(
    form: str, reasons: tuple[str, ...], sources: tuple[str, ...], output: str | None, choice: StoreChoice
) -> None:
    """Write the list for another system, or for a copy. Pauses and reviews are not in it."""
    if choice.hash_addresses or choice.hash_key_file:
        raise click.UsageError("The database holds hashes; the addresses are not in it.")
    with choice.ask() as store, Output(output) as out:
        pieces = write_list(store.suppressions(reasons=reasons, sources=sources), form)
        while some := list(islice(pieces, _AT_ONCE)):
            out.write("".join(some))


@suppressions.command()
def policy() -> None:
    """Print the default policy, to make your own of it."""
    click.echo(default_text(), nl=False)


@suppressions.command()
@store_options(hooks=True)
def reapply(choice: StoreChoice) -> None:
    """After a change of the policy: judge what every address has been through by the new one."""
    with choice.open() as store:
        changed = store.reapply()
        store.tick()
    click.echo(f"The state of {_addresses(changed)} changed.")


def _say(listed: Listed) -> None:
    click.echo(f"{_addresses(listed.changed)} newly suppressed.")
    if listed.unchanged:
        click.echo(f"{_addresses(listed.unchanged)} unchanged: suppressed already, or lifted since.")
    if listed.expired:
        click.echo(f"{_addresses(listed.expired)} left out: the suppression would have ended by now.")


def _addresses(count: int) -> str:
    return "1 address" if count == 1 else f"{count:,} addresses"


def _date(text: str, option: str) -> datetime:
    try:
        date = read_time(text)
    except ValueError as problem:
        raise click.BadParameter(f"{problem}; write it as 2027-01-31.", param_hint=option) from None
    if date is None:
        raise click.BadParameter("must be a date, as 2027-01-31.", param_hint=option)
    return date


def _user() -> str:
    with ignoring(OSError, KeyError, ImportError):
        return getpass.getuser()
    return ""
