"""`dsnparse unknown`: what was not understood, to be looked at, passed on, and read again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from dsnparse.cli.copies import Copies, make_folder
from dsnparse.cli.failure import FAILED, Failure
from dsnparse.cli.listing import format_option, print_rows
from dsnparse.cli.output import Output
from dsnparse.cli.rules_option import rules_option
from dsnparse.cli.store_options import Duration, StoreChoice, store_options
from dsnparse.cli.trust_option import limit_option, make_parser, trust_option
from dsnparse.mailboxes.items import Mail
from dsnparse.mailboxes.tally import Tally
from dsnparse.parser import Parser
from dsnparse.render.summary import counted, problem_lines
from dsnparse.render.table import Column
from dsnparse.render.terminal import json_safe, visible
from dsnparse.store.changes.batch import Seen
from dsnparse.wire.limits import Limits

if TYPE_CHECKING:
    from dsnparse.store.queries.unknown import Kept, Unknown
    from dsnparse.store.store import Store

#: Messages that are read again in one transaction.
_AT_ONCE = 200
_SHOWN = 16

_COLUMNS = (
    ("seen_at", Column("SEEN", 16)),
    ("digest", Column("MESSAGE", _SHOWN)),
    ("kind", Column("KIND", 8)),
    ("why", Column("WHY", 20)),
    ("kept", Column("KEPT", 4)),
    ("source", Column("SOURCE", share=2, keep_end=True)),
    ("diagnostic", Column("REPLY", share=2)),
    *((name, Column(name, only="csv")) for name in ("format", "recipient", "reason")),
)
_CHANGED = (
    ("digest", Column("MESSAGE", _SHOWN)),
    ("before", Column("BEFORE", share=1)),
    ("after", Column("AFTER", share=2)),
    ("source", Column("SOURCE", share=2, keep_end=True)),
)
_NONE_KEPT = (
    "None is kept: --keep-raw unknown of 'ingest', 'watch', 'listen' and 'serve' keeps those to come."
)
_since = click.option(
    "--since", type=Duration(), metavar="AGE", help="What was stored within AGE, as in 30d."
)


@click.group()
def unknown() -> None:
    """Look at what was not understood, pass it on, and read it again.

    Not understood are bounces without a recipient, failures without a reason that is known with some
    confidence, and mail that is no notice. The messages themselves are there when --keep-raw of 'ingest',
    'watch', 'listen' or 'serve' kept them.
    """


@unknown.command("list")
@_since
@click.option(
    "--limit", metavar="N", type=click.IntRange(1), default=100, show_default=True, help="The latest so many."
)
@format_option
@store_options()
def list_(since: timedelta | None, limit: int, form: str, choice: StoreChoice) -> None:
    """List the messages, the latest first."""
    with choice.open(read_only=True) as store:
        found = store.unknown(since=_start(since), limit=limit)
    print_rows((_row(one, form) for one in found), _COLUMNS, form, none="Every message was understood.")


@unknown.command("show")
@click.argument("message")
@click.option("--raw", is_flag=True, help="Print the message itself, as it came, and nothing else.")
@store_options()
def show(message: str, raw: bool, choice: StoreChoice) -> None:
    """Show what is stored of MESSAGE, and itself where it is kept.

    MESSAGE is its identity, as 'list' and the log have it; its first six letters will do.
    """
    with choice.open(read_only=True) as store:
        digest = _one(store, message)
        rows = store.message(digest)
        kept = next(store.kept(digests=[digest]), None)
    if raw:
        if kept is None:
            raise Failure(f"{digest[:_SHOWN]} itself is not kept: see --keep-raw", FAILED)
        with Output(None) as out:
            out.write_bytes(kept.raw.data)
        return
    for row in rows:
        click.echo(json_safe(json.dumps(row, indent=2, ensure_ascii=False, default=str)))
    if kept is None:
        click.echo("The message itself is not kept: see --keep-raw.", err=True)
    else:
        click.echo()
        for line in kept.raw.data.decode("utf-8", "replace").splitlines():
            click.echo(visible(line))


@unknown.command("export")
@click.argument("folder")
@_since
@click.option("--all", "everything", is_flag=True, help="All that are kept, also those understood.")
@store_options()
def export(folder: str, since: timedelta | None, everything: bool, choice: StoreChoice) -> int:
    """Write the messages that are kept into FOLDER, one file each, for a person or a report of a mistake.

    Exit status: 0 when all could be written, 1 when not.
    """
    make_folder(folder)
    copy, problems, number = Copies(folder), Tally(), 0
    with choice.open(read_only=True) as store:
        for kept in store.kept(since=_start(since), unknown=not everything):
            found = copy(kept.digest[:_SHOWN], kept.raw.data)
            problems.problems += found
            number += not found
    for line in problem_lines(problems):
        click.echo(line, err=True)
    click.echo(f"{counted(number, 'message')} written to {folder}.")
    if not number and not problems.problems:
        click.echo(_NONE_KEPT, err=True)
    return 1 if problems.problems else 0


@unknown.command("reparse")
@click.argument("messages", nargs=-1, metavar="[MESSAGE]...")
@_since
@click.option("--all", "everything", is_flag=True, help="All that are kept, also those understood.")
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
        digests = [_one(store, message) for message in messages] or None
        kept = store.kept(since=_start(since), digests=digests, unknown=not everything and digests is None)
        for some in _pieces(kept):
            read += len(some)
            changed += _reread(store, some, parser, tally, write=not dry_run)
        if not dry_run:
            store.tick()
    if changed or form != "table":
        print_rows(({**row, "digest": _short(row["digest"], form)} for row in changed), _CHANGED, form)
    for line in problem_lines(tally):
        click.echo(line, err=True)
    would = "would be" if dry_run else "are"
    click.echo(f"{counted(read, 'message')} read again, {len(changed):,} {would} read otherwise.", err=True)
    if not read:
        click.echo(_NONE_KEPT, err=True)
    return 1 if tally.problems else 0


def _reread(
    store: Store, some: list[Kept], parser: Parser, tally: Tally, *, write: bool
) -> Iterator[dict[str, Any]]:
    items: list[Seen] = []
    reports: dict[str, str] = {}
    for kept in some:
        data = kept.raw.data
        mail = Mail(
            kept.digest[:_SHOWN], data, len(data), arrived=kept.raw.arrived, envelope=kept.raw.envelope
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


def _one(store: Store, start: str) -> str:
    """The identity of a message that begins so; a sentence ends the command when there is not one."""
    from dsnparse.store.queries.unknown import SHORTEST

    text = start.strip().lower()
    if len(text) < SHORTEST or not text.isalnum() or not text.isascii():
        raise click.UsageError(f"MESSAGE is an identity; its first {SHORTEST} letters will do.")
    found = store.digests(text)
    if len(found) == 1:
        return found[0]
    raise Failure(
        f"There is no message {text}"
        if not found
        else f"Several messages begin with {text}: give more letters",
        FAILED,
    )


def _pieces(items: Iterator[Kept]) -> Iterator[list[Kept]]:
    while piece := list(islice(items, _AT_ONCE)):
        yield piece


def _start(since: timedelta | None) -> datetime | None:
    return None if since is None else datetime.now(UTC) - since


def _row(one: Unknown, form: str) -> dict[str, Any]:
    row = one.to_dict()
    if form == "table":
        row["seen_at"] = f"{one.seen_at:%Y-%m-%d %H:%M}" if one.seen_at else ""
        row["kept"] = "yes" if one.kept else "no"
    return {**row, "digest": _short(one.digest, form)}


def _short(digest: str, form: str) -> str:
    return digest[:_SHOWN] if form == "table" else digest
