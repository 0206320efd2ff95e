"""`dsnparse listen`: a mail server hands its bounces over."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import click

from dsnparse.cli.common_options import rules_option, unknown_option
from dsnparse.cli.failure import FAILED, Failure, reason_of
from dsnparse.cli.housekeeping import Housekeeping
from dsnparse.cli.keep_options import KeepChoice, keep_options
from dsnparse.cli.listening_options import read_addresses, socket_mode_option
from dsnparse.cli.log_options import log_options
from dsnparse.cli.metrics_option import measured, metrics_option
from dsnparse.cli.option_group import bytes_option
from dsnparse.cli.reading_anew import read_anew
from dsnparse.cli.store_options import StoreChoice, store_options
from dsnparse.cli.trust_option import limit_option, make_parser, trust_option
from dsnparse.config import masked as masked_url
from dsnparse.errors import as_sentence
from dsnparse.ingest import Keeping, store_all
from dsnparse.log import say, say_started, say_taken, say_told, warn
from dsnparse.mailboxes.items import Mail
from dsnparse.mailboxes.listening import MAX_SIZE, MEMORY, TIMEOUT
from dsnparse.mailboxes.tally import Tally
from dsnparse.parser import Parser
from dsnparse.render.summary import ingest_summary, problem_lines
from dsnparse.store.sql.errors import StoreError
from dsnparse.wire.limits import Limits

if TYPE_CHECKING:
    from dsnparse.mailboxes.listener import Listener
    from dsnparse.mailboxes.lmtp import Handed
    from dsnparse.metrics import Metrics
    from dsnparse.store.changes.outbox import Delivered
    from dsnparse.store.store import Store

#: Seconds between two lines that tell what has come.
_TELL = 60.0


@click.command()
@click.option(
    "--lmtp",
    "lmtp",
    multiple=True,
    metavar="HOST:PORT|SOCKET",
    help="Listen there with LMTP; a path is a Unix socket. May be repeated.",
)
@click.option("--smtp", "smtp", multiple=True, metavar="HOST:PORT|SOCKET", help="The same with SMTP.")
@bytes_option("--max-size", default=MAX_SIZE, help="Larger messages are refused with 552.")
@bytes_option(
    "--max-memory",
    default=MEMORY,
    help="Bytes of messages under way in all connections; more are answered with 452.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(1),
    default=TIMEOUT,
    show_default=True,
    metavar="SECONDS",
    help="Close a connection that says nothing for so long.",
)
@socket_mode_option
@rules_option
@trust_option
@log_options("text")
@limit_option
@unknown_option
@keep_options
@metrics_option
@store_options(hooks=True)
def listen(
    lmtp: tuple[str, ...],
    smtp: tuple[str, ...],
    max_size: int,
    max_memory: int,
    timeout: float,
    socket_mode: int,
    rules: tuple[str, ...],
    trust: str | None,
    limits: Limits,
    metrics: str | None,
    unknown: str | None,
    kept: KeepChoice,
    choice: StoreChoice,
) -> int:
    """Store what a mail server hands over, until told to stop.

    It answers 250 when a message is committed, and 451 when the database is away, so that the mail server
    keeps the message and tries again. It takes mail for any recipient: only your own mail server should
    reach it.

    SIGHUP reads the rules, the policy and the file of --trust anew.

    SIGTERM and Ctrl-C finish what has been handed over. Exit status: 0 after that, 2 when it cannot start,
    75 when the database cannot be reached at the start.
    """
    addresses = read_addresses({"lmtp": lmtp, "smtp": smtp})
    make = partial(make_parser, rules, trust, limits)
    parser = make()
    if not addresses:
        raise click.UsageError("Give --lmtp or --smtp, and where to listen.")
    from dsnparse.mailboxes.listener import Listener

    keeping = kept.keeping(choice, unknown)
    say_started("listen", db=masked_url(choice.db))
    with choice.open(create=True) as store:
        desk = _Desk(store, parser, keeping, ", ".join(map(str, addresses)))
        listener = Listener(
            addresses,
            desk.commit,
            max_size=max_size,
            timeout=timeout,
            socket_mode=socket_mode,
            memory=max_memory,
        )
        for address in addresses:
            if not address.is_local:
                warn(f"{address} is reached from other machines, and takes mail from anybody: guard it.")
        try:
            with measured(metrics, store, lambda: listener.waiting) as desk.metrics:
                housekeeping = Housekeeping(
                    store,
                    choice,
                    stopping=lambda: True,
                    beside=desk.tell_now_and_then,
                    told=desk.hooks_told,
                    kept=kept.bounds,
                )
                desk.changed = housekeeping.changed
                with housekeeping:
                    asyncio.run(_serve(listener, desk, partial(desk.read_anew, make, choice)))
        except OSError as error:
            raise Failure(reason_of(error), FAILED) from None
    desk.tell_total()
    say("Stopped.")
    return 0


class _Desk:
    """Takes messages to the store, in the listener's thread for that, and tells what has come."""

    def __init__(self, store: Store, parser: Parser, keeping: Keeping, label: str) -> None:
        self.store = store
        self.parser = parser
        self.keeping = keeping
        self.label = label
        #: Called with what came of a batch.
        self.changed: Callable[[Tally], None] = lambda _: None
        self.metrics: Metrics | None = None
        self.total = Tally()
        self.counting = threading.Lock()
        self.away = False
        self.told = time.monotonic()

    def commit(self, messages: Sequence[Handed]) -> list[bool]:
        """Store messages; for each whether it is committed."""
        mails = [
            Mail(self.label, data, len(data), key=str(number), envelope=envelope)
            for number, (data, envelope) in enumerate(messages)
        ]
        try:
            tally, stored = store_all(mails, self.label, self.store.add, self.parser, keeping=self.keeping)
        except StoreError as error:
            if not self.away:
                warn(f"{as_sentence(error)} Answering 451 until it works.")
            self.away = True
            return [False] * len(messages)
        except Exception as error:  # noqa: BLE001  (whatever it is, the mail server must keep the messages)
            warn(f"dsnparse: {as_sentence(error)} Please report it; answered 451.")
            return [False] * len(messages)
        if self.away:
            say("The database works again.")
        self.away = False
        for line in problem_lines(tally):
            warn(line)
        say_taken(tally)
        if self.metrics is not None:
            self.metrics.count(tally)
        with self.counting:
            self.total.add(tally)
        self.changed(tally)
        return [mail.key in stored for mail in mails]

    def read_anew(self, make: Callable[[], Parser], choice: StoreChoice) -> None:
        """The rules, what is known of our mail, and the policy."""
        self.parser = read_anew(make, self.store, choice) or self.parser

    def hooks_told(self, delivered: Delivered) -> None:
        """What came of telling the hooks."""
        say_told(delivered)
        if self.metrics is not None:
            self.metrics.told(delivered)

    def tell_now_and_then(self) -> None:
        """What has come, about once a minute."""
        if time.monotonic() - self.told >= _TELL:
            self.tell_total()

    def tell_total(self) -> None:
        """What has come since it was told last."""
        with self.counting:
            total, self.total = self.total, Tally()
        if total.messages or total.failed:
            say(ingest_summary(total))
        self.told = time.monotonic()


async def _serve(listener: Listener, desk: _Desk, reload: Callable[[], None]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    tasks: set[asyncio.Task[None]] = set()

    def begin_anew() -> None:
        tasks.add(asyncio.create_task(listener.alone(reload)))

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, begin_anew)
    await listener.run(stop, lambda: say(f"Listening on {desk.label}."))
