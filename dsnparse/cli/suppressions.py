"""`dsnparse suppressions`: the list of addresses that are not mailed."""

from __future__ import annotations

import getpass
from contextlib import suppress as ignoring
from datetime import UTC, datetime

import click

from dsnparse.cli.addresses import Addresses
from dsnparse.cli.choice import Choice
from dsnparse.cli.listing import format_option, print_rows
from dsnparse.cli.store_options import StoreChoice, store_options
from dsnparse.cli.suppression_lists import (
    count_of,
    export,
    import_,
    reasons_option,
    say_listed,
    sources_option,
)
from dsnparse.render.store_rows import SUPPRESSION_COLUMNS, suppression_row
from dsnparse.store.lists.entry import STATES, Suppression
from dsnparse.store.lists.import_formats import read_time
from dsnparse.store.pieces import in_pieces
from dsnparse.store.policy.policy import SUPPRESSION_REASONS, default_text

_AT_ONCE = 1_000


@click.group()
def suppressions() -> None:
    """Show and change the list of addresses that are not mailed."""


@suppressions.command("list")
@click.option(
    "--state",
    "states",
    type=Choice([*STATES, "all"]),
    multiple=True,
    default=("suppressed",),
    show_default=True,
    help="May be repeated.",
)
@reasons_option
@sources_option
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
        none = "No such address is on the list."
        print_rows((suppression_row(one, form) for one in found), SUPPRESSION_COLUMNS, form, none=none)


@suppressions.command()
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...|-")
@click.option(
    "--reason",
    type=Choice(SUPPRESSION_REASONS),
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
    say_listed(listed)
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
    click.echo(f"{count_of(len(lifted))} may be mailed again.")
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
        for some in in_pieces(given, _AT_ONCE):
            known += store.delivered(some, at=moment)
        store.tick()
    click.echo(f"Noted deliveries to {count_of(known)} that had been heard of.")
    given.finish()


suppressions.add_command(import_)
suppressions.add_command(export)


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
    click.echo(f"The state of {count_of(changed)} changed.")


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
