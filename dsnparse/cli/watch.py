"""`dsnparse watch`: a mailbox into the database, as messages come, until told to stop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

import click

from dsnparse.cli.backoff import Backoff
from dsnparse.cli.choice import Choice
from dsnparse.cli.failure import FAILED, Failure, reason_of
from dsnparse.cli.housekeeping import Housekeeping
from dsnparse.cli.keep_options import KeepChoice, keep_options
from dsnparse.cli.log_options import log_options
from dsnparse.cli.metrics_option import measured, metrics_option
from dsnparse.cli.readers import Readers
from dsnparse.cli.reading_anew import read_anew
from dsnparse.cli.source_options import Mailboxes, source_options
from dsnparse.cli.stopping import Stop
from dsnparse.cli.store_options import StoreChoice, store_options
from dsnparse.cli.zone_option import zone_option
from dsnparse.config import masked as masked_url
from dsnparse.errors import as_sentence
from dsnparse.ingest import Keeping, ingest
from dsnparse.log import say, say_started, say_taken, say_told, warn
from dsnparse.mailboxes.claims import MaildirSource
from dsnparse.mailboxes.journal import JournalSource
from dsnparse.mailboxes.log_follower import FollowedLog, followed_log
from dsnparse.mailboxes.sources import MailboxRefused, Source
from dsnparse.mailboxes.tally import Tally
from dsnparse.read.logs.formats import logs
from dsnparse.render.summary import ingest_summary, problem_lines
from dsnparse.store.changes.batch import AddResult
from dsnparse.store.sql.errors import StoreReplaced, StoreUnavailable

if TYPE_CHECKING:
    from dsnparse.metrics import Metrics
    from dsnparse.store.changes.outbox import Delivered
    from dsnparse.store.store import Store

#: Problems that are remembered, so that a message that can never be read is named once.
_REMEMBERED = 10_000


@click.command()
@click.argument("name", metavar="SOURCE")
@click.option(
    "--interval", type=click.FloatRange(0.1, 3600), default=5.0, show_default=True, metavar="SECONDS",
    help="How often to look, where the mailbox cannot tell that something has come.",
)  # fmt: skip
@click.option(
    "--as", "log", type=Choice(logs()), metavar="NAME",
    help=f"SOURCE is a mail server's log: {', '.join(logs())}.",
)  # fmt: skip
@zone_option
@metrics_option
@log_options("text")
@keep_options
@source_options
@store_options(hooks=True)
def watch(
    name: str,
    interval: float,
    log: str | None,
    zone: tzinfo | None,
    metrics: str | None,
    mailboxes: Mailboxes,
    kept: KeepChoice,
    choice: StoreChoice,
) -> int:
    """Store what bounces, as it comes, until told to stop.

    SOURCE is maildir:PATH, imaps://user@host/Folder or pop3s://user@host, as for 'dsnparse ingest'; with --as
    a mail server's log, which may be rotated, or journal:UNIT for what systemd's journal has of a unit.

    A line on standard error tells of each batch. When the mailbox or the database is away, it tries again
    with growing pauses, and nothing is lost; several watchers may share one mailbox.

    SIGHUP reads the rules and the policy anew.

    SIGTERM and Ctrl-C finish the batch. Exit status: 0 after that, 2 when it cannot start, 75 when the
    database was away to the end.
    """
    say_started("watch", db=masked_url(choice.db))
    keeping = kept.keeping(choice, None)
    with (
        Stop(anew=True) as stop,
        # Before anything is opened: they may fork.
        Readers(mailboxes, choice, keeping, 1 if log else mailboxes.jobs) as readers,
        choice.open(create=True) as store,
        closing(readers),
    ):
        source = (
            followed_log(log, name, mailboxes.parser(), store.position, zone)
            if log
            else mailboxes.source(name, store.position)
        )
        watcher = _Watcher(source, store, stop, mailboxes, readers, keeping)
        with (
            measured(metrics, store, lambda: _waiting(source)) as watcher.metrics,
            Housekeeping(
                store, choice, stopping=stop, told=watcher.hooks_told, kept=kept.bounds
            ) as housekeeping,
            closing(source),
        ):
            say(f"Watching {source.label}.")
            watcher.run(interval, housekeeping, choice)
    say("Stopped.")
    return 0


def _waiting(source: Source) -> int | None:
    """How many messages wait in a Maildir; an IMAP server is not asked each time that Prometheus asks."""
    if not isinstance(source, MaildirSource):
        return None
    try:
        return source.backlog()
    except OSError:
        return None


class _Watcher:
    """Works off one mailbox again and again."""

    def __init__(
        self,
        source: Source,
        store: Store,
        stop: Stop,
        mailboxes: Mailboxes,
        readers: Readers,
        keeping: Keeping,
    ) -> None:
        self.source = source
        self.store = store
        self.stop = stop
        self.mailboxes = mailboxes
        self.keeping = keeping
        self.readers = readers
        self.parser = mailboxes.parser()
        self.backoff = Backoff()
        self.told: set[str] = set()
        self.worked = False
        self.metrics: Metrics | None = None

    def run(self, interval: float, housekeeping: Housekeeping, choice: StoreChoice) -> None:
        while not self.stop():
            if self.stop.take_anew():
                self.source.close()  # it may have been interrupted while it waited
                parser = read_anew(self.mailboxes.parser, self.store, choice)
                if parser is not None:
                    self.parser = parser
                    self.readers.begin_anew()
                    if isinstance(self.source, (FollowedLog, JournalSource)):
                        self.source.parser = parser
            try:
                found = False
                for tally in self.work_off():
                    found = found or tally.messages > 0
                    housekeeping.changed(tally)
                    self.tell(tally)
                self.worked = True
                self.backoff.reset()
                if not found:
                    self.stop.pause(lambda: self.source.wait(interval))
            except StoreUnavailable as error:
                if self.stop():
                    raise
                self.pause(str(error))
            except OSError as error:
                if isinstance(error, MailboxRefused) and not self.worked:
                    raise Failure(str(error), FAILED) from None
                self.pause(reason_of(error))

    def work_off(self) -> Iterator[Tally]:
        """What is there now, until something is to be done between two batches."""
        return ingest(
            self.source,
            self.add,
            self.parser,
            batch=self.mailboxes.batch,
            stop=self.stop.is_wanted,
            keeping=self.keeping,
            spread=self.readers.spread,
        )

    def add(self, items: Sequence[Any], *, positions: Mapping[str, str] | None = None) -> AddResult:
        """`Store.add`, again and again while the database is away, unless told to stop."""
        waited = Backoff()
        while True:
            try:
                return self.store.add(items, positions=positions)
            except StoreReplaced:
                raise  # where to go on is to be asked of the new one
            except StoreUnavailable as error:
                if self.stop.is_wanted():
                    raise
                if waited.failures == 0:
                    warn(f"{as_sentence(error)} Trying again until it is there.")
                waited.wait(self.stop)

    def tell(self, tally: Tally) -> None:
        fresh = [problem for problem in tally.problems if f"{problem.name} {problem.reason}" not in self.told]
        if len(self.told) < _REMEMBERED:
            self.told.update(f"{problem.name} {problem.reason}" for problem in fresh)
        tally.problems = fresh
        say_taken(tally)
        if self.metrics is not None:
            self.metrics.count(tally)
        total = Tally()
        total.add(tally)
        for line in problem_lines(tally):
            warn(line)
        if total.messages or total.failed:
            say(ingest_summary(total))

    def hooks_told(self, delivered: Delivered) -> None:
        """What came of telling the hooks."""
        say_told(delivered)
        if self.metrics is not None:
            self.metrics.told(delivered)

    def pause(self, reason: str) -> None:
        if self.backoff.failures == 0 or self.backoff.failures % 10 == 0:
            warn(f"{as_sentence(reason)} Trying again until it is there.")
        self.source.close()
        self.backoff.wait(self.stop)
