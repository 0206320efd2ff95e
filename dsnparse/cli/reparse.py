"""`dsnparse unknown reparse`: messages that are kept, read again by the rules of today."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from dsnparse.cli.common_options import rules_option
from dsnparse.cli.kept_messages import (
    NONE_KEPT,
    SHOWN,
    all_option,
    one_message,
    shown,
    since_option,
    start_of,
)
from dsnparse.cli.listing import format_option, print_rows
from dsnparse.cli.store_options import StoreChoice, store_options
from dsnparse.cli.trust_option import limit_option, make_parser, trust_option
from dsnparse.mailboxes.items import Mail
from dsnparse.mailboxes.tally import Tally
from dsnparse.parser import Parser
from dsnparse.render.summary import counted, problem_lines
from dsnparse.render.table import Column
from dsnparse.store.changes.batch import Seen
from dsnparse.store.pieces import in_pieces
from dsnparse.wire.limits import Limits

if TYPE_CHECKING:
    from dsnparse.store.queries.unknown import Kept
    from dsnparse.store.store import Store

#: Messages that are read again in one transaction.
_AT_ONCE = 200

_CHANGED = (
    ("digest", Column("MESSAGE", SHOWN)),
    ("before", Column("BEFORE", share=1)),
    ("after", Column("AFTER", share=2)),
    ("source", Column("SOURCE", share=2, keep_end=True)),
)


@click.command()
@click.argument("messages", nargs=-1, metavar="[MESSAGE]...")
@since_option
@all_option
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@rules_option
@trust_option
@limit_option
@format_option
@store_options(hooks=True)
def reparse(
    messages: tuple[str, ...],
    since: timedelta | None,
    everything: bool,
    dry_run: bool,
    rules: tuple[str, ...],
    trust: str | None,
    limits: Limits,
    form: str,
    choice: StoreChoice,
) -> int:
    """Read the messages that are kept again, with the rules of today, and store what comes of it.

    The new reading takes the place of the old one, as if it had been the first: what the old one did to an
    address is taken back. It may be killed, and run again. MESSAGE: only these.

    The output has a line for each message that is read otherwise now. Exit status: 0, or 1 when one could not
    be read.
    """
    parser = make_parser(rules, trust, limits)
    tally, read = Tally(), 0
    changed: list[dict[str, Any]] = []
    with choice.open() as store:
        digests = [one_message(store, message) for message in messages] or None
        kept = store.kept(since=start_of(since), digests=digests, unknown=not everything and digests is None)
        for some in in_pieces(kept, _AT_ONCE):
            read += len(some)
            changed += _reread(store, some, parser, tally, write=not dry_run)
        if not dry_run:
            store.tick()
    if changed or form != "table":
        print_rows(({**row, "digest": shown(row["digest"], form)} for row in changed), _CHANGED, form)
    for line in problem_lines(tally):
        click.echo(line, err=True)
    would = "would be" if dry_run else "are"
    click.echo(f"{counted(read, 'message')} read again, {len(changed):,} {would} read otherwise.", err=True)
    if not read:
        click.echo(NONE_KEPT, err=True)
    return 1 if tally.problems else 0


def _reread(
    store: Store, some: list[Kept], parser: Parser, tally: Tally, *, write: bool
) -> Iterator[dict[str, Any]]:
    items: list[Seen] = []
    reports: dict[str, str] = {}
    for kept in some:
        data = kept.raw.data
        mail = Mail(
            kept.digest[:SHOWN], data, len(data), arrived=kept.raw.arrived, envelope=kept.raw.envelope
        )
        report = tally.parse(mail, parser)
        if report is not None:
            items.append(Seen(kept.digest, kept.source, report, kept.received))
            reports[kept.digest] = _said(
                report.kind.value, [record.reason.value for record in report.records]
            )
    before = {kept.digest: _said_before(store, kept.digest) for kept in some}
    sources = {kept.digest: kept.source for kept in some}
    for digest in store.reread(items, write=write).changed:
        yield {
            "digest": digest,
            "before": before[digest],
            "after": reports[digest],
            "source": sources[digest],
        }


def _said_before(store: Store, digest: str) -> str:
    message, *records = store.message(digest) or [{"kind": "gone"}]
    return _said(message["kind"], [record["reason"] for record in records])


def _said(kind: str, reasons: list[str]) -> str:
    """ "bounce: user_unknown, mailbox_full"."""
    return f"{kind}: {', '.join(dict.fromkeys(reasons))}" if reasons else kind
