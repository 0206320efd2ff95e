"""`dsnparse listen`: a mail server hands its bounces over."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

import click

from dsnparse.cli.failure import FAILED, Failure, reason_of
from dsnparse.cli.housekeeping import Housekeeping
from dsnparse.cli.store_options import StoreChoice, store_options
from dsnparse.ingest import store_all
from dsnparse.mailboxes.items import Mail
from dsnparse.mailboxes.listener import MAX_SIZE, MEMORY, TIMEOUT, Address, Listener
from dsnparse.mailboxes.tally import Tally
from dsnparse.parser import Parser
from dsnparse.render.summary import ingest_summary, problem_lines
from dsnparse.store.sql.errors import StoreError
from dsnparse.store.store import Store

#: Seconds between two lines that tell what has come, and between two rounds of housekeeping.
_TELL = 60.0
_ROUND = 5.0
#: Seconds that hooks get at the end.
_FAREWELL = 5.0


@click.command()
@click.option(
    "--lmtp",
    "lmtp",
    multiple=True,
    metavar="HOST:PORT|SOCKET",
    help="Listen there with LMTP; a path is a Unix socket. May be repeated.",
)
@click.option("--smtp", "smtp", multiple=True, metavar="HOST:PORT|SOCKET", help="The same with SMTP.")
@click.option(
    "--max-size",
    type=click.IntRange(1024),
    default=MAX_SIZE,
    show_default=True,
    metavar="BYTES",
    help="Larger messages are refused with 552.",
)
@click.option(
    "--max-memory",
    type=click.IntRange(1024),
    default=MEMORY,
    show_default=True,
    metavar="BYTES",
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
@click.option(
    "--socket-mode", default="660", show_default=True, metavar="OCTAL", help="Mode of Unix sockets."
)
@click.option("--rules", multiple=True, metavar="FILE", help="Your own rules. May be repeated.")
@store_options(hooks=True)
def listen(
    lmtp: tuple[str, ...],
    smtp: tuple[str, ...],
    max_size: int,
    max_memory: int,
    timeout: float,
    socket_mode: str,
    rules: tuple[str, ...],
    choice: StoreChoice,
) -> int:
    """Store what a mail server hands over, until told to stop.

    It answers 250 when a message is committed, and 451 when the database is away, so that the mail server
    keeps the message and tries again. It takes mail for any recipient: only your own mail server should
    reach it.

    SIGHUP reads the rules and the policy anew.

    SIGTERM and Ctrl-C finish what has been handed over. Exit status: 0 after that, 2 when it cannot start,
    75 when the database cannot be reached at the start.
    """
    try:
        addresses = [Address.parse("lmtp", text) for text in lmtp] + [
            Address.parse("smtp", text) for text in smtp
        ]
        mode = int(socket_mode, 8)
        parser = Parser(rules=rules)
    except ValueError as error:
        raise click.UsageError(f"{str(error).rstrip('.')}.") from None
    if not addresses:
        raise click.UsageError("Give --lmtp or --smtp, and where to listen.")
    with choice.open(create=True) as store:
        desk = _Desk(store, parser, Housekeeping(store, choice), ", ".join(map(str, addresses)))
        listener = Listener(
            addresses, desk.commit, max_size=max_size, timeout=timeout, socket_mode=mode, memory=max_memory
        )
        for address in addresses:
            if not address.is_local:
                _say(f"{address} is reached from other machines, and takes mail from anybody: guard it.")
        try:
            asyncio.run(_serve(listener, desk, partial(_reload, desk, rules, choice)))
        except OSError as error:
            raise Failure(reason_of(error), FAILED) from None
        desk.last_round()
    desk.tell_total()
    _say("Stopped.")
    return 0


class _Desk:
    """Takes messages to the store, in the listener's thread for that, and tells what has come."""

    def __init__(self, store: Store, parser: Parser, housekeeping: Housekeeping, label: str) -> None:
        self.store = store
        self.parser = parser
        self.housekeeping = housekeeping
        self.label = label
        self.total = Tally()
        self.counting = threading.Lock()
        self.away = False
        self.told = time.monotonic()
        #: Set when there is something to tell the hooks.
        self.changed = threading.Event()

    def commit(self, messages: Sequence[bytes]) -> list[bool]:
        """Store messages; for each whether it is committed."""
        mails = [Mail(self.label, data, len(data), key=str(number)) for number, data in enumerate(messages)]
        try:
            tally, stored = store_all(mails, self.label, self.store.add, self.parser)
        except StoreError as error:
            if not self.away:
                _say(f"{error}. Answering 451 until it works.")
            self.away = True
            return [False] * len(messages)
        except Exception as error:  # noqa: BLE001  (whatever it is, the mail server must keep the messages)
            _say(f"dsnparse: {type(error).__name__}: {error}. Please report it; answered 451.")
            return [False] * len(messages)
        if self.away:
            _say("The database works again.")
        self.away = False
        for line in problem_lines(tally):
            _say(line)
        with self.counting:
            self.total.add(tally)
        if tally.events:
            self.changed.set()
        return [mail.key in stored for mail in mails]

    def look_after(self) -> None:
        """Now and then, and when there is something to tell; beside the commits, never in their way."""
        if self.changed.is_set() and self.housekeeping.hooked:
            self.changed.clear()
            self.housekeeping.round()
        self.housekeeping()
        if time.monotonic() - self.told >= _TELL:
            self.tell_total()

    def last_round(self) -> None:
        """Tell the hooks what is due, at the end: for a moment only."""
        timer = threading.Timer(_FAREWELL, self.store.stop_hooks)
        timer.daemon = True
        timer.start()
        self.housekeeping.round()
        timer.cancel()

    def tell_total(self) -> None:
        """What has come since it was told last."""
        with self.counting:
            total, self.total = self.total, Tally()
        if total.messages or total.failed:
            _say(ingest_summary(total))
        self.told = time.monotonic()


def _reload(desk: _Desk, rules: tuple[str, ...], choice: StoreChoice) -> None:
    """Read the rules and the policy anew; what is wrong with them is said, and the old ones stay."""
    try:
        parser = Parser(rules=rules)
        desk.store.change_policy(choice.load_policy())
    except click.ClickException as error:
        _say(f"{error.message} The old rules and policy stay.")
    except Exception as error:  # noqa: BLE001
        _say(f"{str(error).rstrip('.')}. The old rules and policy stay.")
    else:
        desk.parser = parser
        _say("Rules and policy were read anew.")


async def _serve(listener: Listener, desk: _Desk, reload: Callable[[], None]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    tasks: set[asyncio.Task[None]] = set()

    def read_anew() -> None:
        tasks.add(asyncio.create_task(listener.alone(reload)))

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, read_anew)
    care = threading.Thread(target=_care, args=(desk, ended := threading.Event()), daemon=True)
    care.start()
    try:
        await listener.run(stop, lambda: _say(f"Listening on {desk.label}."))
    finally:
        ended.set()
        desk.changed.set()
        await asyncio.to_thread(care.join, _FAREWELL)
        if care.is_alive():
            desk.store.stop_hooks()
            await asyncio.to_thread(care.join, _FAREWELL)


def _care(desk: _Desk, ended: threading.Event) -> None:
    """The life of a thread of its own, so that no hook keeps a mail server waiting."""
    while not ended.is_set():
        try:
            desk.look_after()
        except Exception as error:  # noqa: BLE001  (there is nobody else to tell)
            _say(f"{type(error).__name__}: {error}. Please report it.")
        desk.changed.wait(_ROUND) if desk.housekeeping.hooked else ended.wait(_ROUND)


def _say(line: str) -> None:
    click.echo(line, err=True)
