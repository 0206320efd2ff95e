"""`dsnparse ingest`: from mailboxes into the database, once."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime, tzinfo
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import click

from dsnparse.cli.backoff import Backoff
from dsnparse.cli.common_options import quiet_option
from dsnparse.cli.failure import FAILED, TRY_AGAIN, Failure, reason_of
from dsnparse.cli.housekeeping import Housekeeping
from dsnparse.cli.keep_options import KeepChoice, keep_options
from dsnparse.cli.log_options import log_options
from dsnparse.cli.opening import Opening
from dsnparse.cli.origin import origin_option, told_by
from dsnparse.cli.readers import Readers
from dsnparse.cli.source_options import WORKED_OFF, Mailboxes, source_options
from dsnparse.cli.stopping import Stop
from dsnparse.cli.store_options import StoreChoice, store_options
from dsnparse.cli.zone_option import zone_option
from dsnparse.config import masked as masked_url
from dsnparse.ingest import ingest as work_off
from dsnparse.log import is_plain, say, say_started, say_taken, say_told, warn
from dsnparse.mailboxes.event_files import EventSource
from dsnparse.mailboxes.log_files import LogSource
from dsnparse.mailboxes.sources import MailboxRefused, PathSource
from dsnparse.mailboxes.tally import Tally
from dsnparse.render.progress import Progress
from dsnparse.render.summary import ingest_summary, problem_lines
from dsnparse.render.terminal import visible
from dsnparse.trust.envelope import Envelope

if TYPE_CHECKING:
    from dsnparse.store.changes.batch import AddResult
    from dsnparse.store.store import Store

#: EX_DATAERR of sysexits.h: what came through the pipe is no message.
NO_MESSAGE = 65
#: How often in a row a connection is made anew.
_ATTEMPTS = 4


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="SOURCE...")
@origin_option
@zone_option
@click.option(
    "--recipient",
    "recipients",
    multiple=True,
    metavar="ADDRESS",
    help="With -: your address that the message was sent to, as your mail server says. May be repeated.",
)
@click.option(
    "--sender", metavar="ADDRESS", help="With -: the sender in its envelope; '' for a notice, which has none."
)
@quiet_option
@log_options("plain")
@keep_options
@source_options
@store_options(hooks=True)
def ingest(
    names: tuple[str, ...],
    origin: str | None,
    zone: tzinfo | None,
    recipients: tuple[str, ...],
    sender: str | None,
    quiet: bool,
    mailboxes: Mailboxes,
    kept: KeepChoice,
    choice: StoreChoice,
) -> int:
    """Store what bounced, and what that means for each address.

    \b
    SOURCE is one of
      PATH                      a message, folder, mbox or archive: only read
      -                         standard input
      maildir:PATH              moved to .Processed and .Unknown when stored
      imaps://user@host/Folder  notices are flagged or moved when stored
      pop3s://user@host         left, or with --delete deleted when stored

    imap:// uses STARTTLS, pop3:// STLS.

    Each message counts once, wherever it is found and however often: a second run changes nothing. It may be
    killed at any moment; run again, it ends where an uninterrupted run does. With --jobs, too, the same is
    stored in the same order: processes read, one writes.

    Exit status: 0 when all was stored, 1 when something could not be read (each is named), 2 for wrong usage
    or a database that cannot be used, 75 when it cannot be reached now. SIGTERM finishes the batch: 143.
    For SOURCE - as a mail server runs it: 65 when it is no message, 75 for all that a later try may cure.
    """
    started = time.monotonic()
    total = Tally()
    piped = names == ("-",)
    envelope = None
    if recipients or sender is not None:
        if not piped or origin:
            raise click.UsageError("--recipient and --sender are of one message, on standard input: -.")
        envelope = Envelope(sender, recipients, arrived=datetime.now(UTC))
    if not any(_may_be_there(name) for name in names):  # no empty database is left by a mistake
        for name in names:
            warn(f"dsnparse: {visible(name)}: does not exist")
        return 1
    quiet = quiet or (piped and not sys.stderr.isatty())
    logs = not is_plain()
    keeping = kept.keeping(choice, _folder(names, mailboxes, origin))
    say_started("ingest", db=masked_url(choice.db))
    with (
        Stop() as stop,
        # Before anything is opened: they may fork.
        Readers(mailboxes, choice, keeping, 1 if piped or origin else mailboxes.jobs) as readers,
        # What is worked off is not touched before the database is there.
        Opening(choice.open(create=True), early=readers.spread is not None and _stay(names)) as opening,
        closing(readers),
        ExitStack() as stack,
        Progress(_paths(names), wanted=not quiet and not logs) as bar,
    ):

        @cache
        def in_use() -> tuple[Store, Housekeeping]:
            """The store and what looks after it, from when on they are needed."""
            store = opening.store
            return store, stack.enter_context(
                Housekeeping(store, choice, stopping=stop, told=say_told, kept=kept.bounds)
            )

        def add(items: Sequence[Any], *, positions: Mapping[str, str] | None = None) -> AddResult:
            return in_use()[0].add(items, positions=positions)

        line = warn if logs else bar.line
        parser = mailboxes.parser()
        for source in (
            [told_by(origin, names, parser, zone)]
            if origin
            else mailboxes.sources(names, choice, lambda name: in_use()[0].position(name))
        ):
            strict = isinstance(source, PathSource)
            begin = partial(
                work_off,
                source,
                add,
                parser,
                batch=mailboxes.batch,
                stop=stop,
                strict=strict,
                envelope=envelope,
                known=lambda digests: in_use()[0].known(digests),
                keeping=keeping,
                copied=isinstance(source, PathSource | EventSource | LogSource),
                spread=readers.spread,
            )
            with closing(source):
                for tally in _patiently(begin, stop, line):
                    for problem in problem_lines(tally):
                        line(problem)
                    say_taken(tally)
                    total.add(tally)
                    bar.update(done=total.weight, messages=total.messages)
                    in_use()[1].changed(tally)
        in_use()
    if not quiet or logs:
        say(ingest_summary(total, time.monotonic() - started))
    if piped:
        return (
            TRY_AGAIN if total.refused or (stop() and not total.messages) else NO_MESSAGE * bool(total.failed)
        )
    return stop.exit_status or (1 if total.failed else 0)


def _stay(names: tuple[str, ...]) -> bool:
    """Whether all sources are only read."""
    return not any(name.lower().startswith(WORKED_OFF) for name in names)


def _folder(names: tuple[str, ...], mailboxes: Mailboxes, provider: str | None) -> str | None:
    """Where copies go of what stays where it is; in a mailbox that is emptied, it is a folder there."""
    stays = provider or any(not name.lower().startswith(WORKED_OFF) for name in names)
    return mailboxes.unknown if stays else None


def _may_be_there(name: str) -> bool:
    """Whether a source is a mailbox, standard input or a path that exists."""
    return name == "-" or name.lower().startswith(WORKED_OFF) or os.path.lexists(name)


def _patiently(
    begin: Callable[[], Iterator[Tally]], stop: Stop, line: Callable[[str], None]
) -> Iterator[Tally]:
    """Work off a mailbox; when the connection breaks, connect again and go on, a few times in a row."""
    backoff = Backoff()
    while True:
        try:
            for tally in begin():
                yield tally
                backoff.reset()
        except MailboxRefused as error:
            raise Failure(str(error), FAILED) from None
        except OSError as error:
            if backoff.failures >= _ATTEMPTS or stop():
                raise Failure(reason_of(error), TRY_AGAIN) from None
            line(f"dsnparse: {reason_of(error)}. Trying again.")
            backoff.wait(stop)
        else:
            return


def _paths(names: tuple[str, ...]) -> list[str]:
    """Where the bytes are that a progress bar counts."""
    found: list[str] = []
    for name in names:
        if name.startswith("maildir:"):
            path = name.removeprefix("maildir:").rstrip("/")
            found += [f"{path}/new", f"{path}/cur"]
        elif "://" not in name:
            found.append(name)
    return found
