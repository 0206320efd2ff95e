"""Parsing in processes of its own, so that the event loop and other requests go on meanwhile.

Measured with two cores, at 8 requests at once: with threads the event loop waited 11 ms (p99) for the
interpreter's lock, with processes 1 ms, and they did half as much again. A request that takes too long ends
its process.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar, TypeVarTuple

from anyio import BrokenWorkerProcess, CapacityLimiter, to_process

from dsnparse.errors import DsnparseError
from dsnparse.mailboxes.eml import looks_like_message
from dsnparse.mailboxes.items import OUTLOOK
from dsnparse.model import Kind, Report
from dsnparse.parser import Parser
from dsnparse.render.cells import to_json
from dsnparse.trust.envelope import Envelope
from dsnparse.web.bounded import Room
from dsnparse.web.problems import problem
from dsnparse.wire.identity import message_identity
from dsnparse.wire.limits import Limits
from dsnparse.wire.warning import INTERNAL_ERROR

T = TypeVar("T")
Args = TypeVarTuple("Args")


#: Seconds that a process may take to start.
START = 120.0
_log = logging.getLogger("dsnparse.web")

#: The options of a parser.
Options = tuple[tuple[str, ...], str | None, Limits]


class ParsingProcesses:
    """Runs functions of a parser in processes, a bounded number at once and waiting.

    `rules`, `trust`, `limits`: see `Parser`. `renew` has their files read anew, process by process.
    """

    def __init__(
        self,
        rules: tuple[str, ...],
        trust: str | None,
        limits: Limits,
        processes: int,
        waiting: int,
        timeout: float,
    ) -> None:
        self._options: Options = (rules, trust, limits)
        self._processes = processes
        self._timeout = timeout
        self._limiter: CapacityLimiter | None = None
        self._edition = 0
        self._replacing: set[asyncio.Task[bool]] = set()
        #: Pieces that run or wait.
        self.room = Room(processes + waiting, "The parsing processes")

    async def start(self) -> None:
        """Start the processes, and have them load what parsing needs. Raise what keeps them from it."""
        self._limiter = CapacityLimiter(self._processes)
        for done in await asyncio.gather(*(self._warm_up() for _ in range(self._processes))):
            assert done

    async def _warm_up(self) -> bool:
        """Have one process more, which has loaded what it needs: that takes longer than most messages."""
        async with asyncio.timeout(START):
            return await self._call(_warm_up)

    def renew(self) -> None:
        """Read the files of rules and trust anew from now on."""
        self._edition += 1

    async def run(self, work: Callable[[Parser, *Args], T], *args: *Args) -> T:
        """What `work(parser, *args)` returns or raises in another process.

        Raise the problems `busy`, `took-too-long`, `parser-failed`, and those of `NotRead`.
        """
        self.room.take()
        task = asyncio.create_task(self._run(work, *args))
        task.add_done_callback(self._ended)
        # A client that leaves must not end a process: starting one anew takes longer than most messages.
        return await asyncio.shield(task)

    async def _run(self, work: Callable[[Parser, *Args], T], *args: *Args) -> T:
        try:
            async with asyncio.timeout(self._timeout):
                return await self._call(work, *args)
        except TimeoutError:
            self._replace()
            raise problem("took-too-long", f"It was given up after {self._timeout:g} seconds.") from None
        except NotRead as answer:
            raise problem(*answer.args) from None
        except BrokenWorkerProcess:
            self._replace()
            raise problem("parser-failed", "The process that read the message ended.") from None

    async def _call(self, work: Callable[[Parser, *Args], T], *args: *Args) -> T:
        assert self._limiter is not None, "start() comes first"
        return await to_process.run_sync(
            _work, work, self._options, self._edition, args, cancellable=True, limiter=self._limiter
        )

    def _replace(self) -> None:
        """A process was ended: the next message must not wait for another one to load."""
        task = asyncio.create_task(self._warm_up())
        self._replacing.add(task)
        task.add_done_callback(self._replaced)

    def _replaced(self, task: asyncio.Task[bool]) -> None:
        self._replacing.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("A process that parses could not be started: %s", task.exception())

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self.room.give_back()
        if not task.cancelled():
            task.exception()  # nobody may be left to hear of it


def _work(
    work: Callable[[Parser, *Args], T],
    options: Options,
    edition: int,
    args: tuple[*Args],
) -> T:
    """In the other process."""
    return work(_parser(*options, edition), *args)


@lru_cache(maxsize=1)
def _parser(rules: tuple[str, ...], trust: str | None, limits: Limits, edition: int) -> Parser:  # noqa: ARG001
    # Whoever stops the service stops the parent, which ends this process when it is done with it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    return Parser(rules=rules, trust=trust, limits=limits)


def _warm_up(parser: Parser) -> bool:
    parser.classify_reply("550 5.1.1 no such user")
    return True


class NotRead(DsnparseError):  # noqa: N818  (an answer more than a mistake)
    """A message that gives no report: the name of a problem, and a sentence."""


def parse(parser: Parser, data: bytes, envelope: Envelope | None = None) -> Report:
    """The report on a message. Raise NotRead when it is none, or dsnparse makes a mistake with it."""
    report = parser.parse(data, envelope=envelope)
    if report.kind is Kind.OTHER and not report.records:
        for warning in report.warnings:
            if warning.code == INTERNAL_ERROR:
                raise NotRead("parser-failed", warning.text)
        if data.startswith(OUTLOOK):
            raise NotRead("not-mail", "It is an Outlook message (.msg): `dsnparse parse` reads it as a file.")
        if not looks_like_message(data):
            raise NotRead("not-mail", "It has no header as mail messages have.")
    return report


def parse_to_store(parser: Parser, data: bytes, envelope: Envelope | None) -> tuple[Report, str]:
    """The report on a message, and its identity. Raise NotRead as `parse` does."""
    return parse(parser, data, envelope), message_identity(data)


def parse_to_json(parser: Parser, source: str | None, data: bytes) -> bytes:
    """The report on a message as one line of JSON, as `dsnparse parse --format jsonl` writes it.

    `source`: what it is called there; None for no name. Raise NotRead as `parse` does.
    """
    named = {} if source is None else {"source": source}
    return to_json({**named, **parse(parser, data).to_dict()}).encode() + b"\n"


def classify_to_json(parser: Parser, reply: str, provider: str | None, host: str | None) -> bytes:
    """The verdict on a reply as JSON. Raise NotRead for a provider that nobody knows."""
    try:
        return to_json(parser.classify_reply(reply, provider, host=host).to_dict()).encode() + b"\n"
    except ValueError as error:
        raise NotRead("unknown-value", str(error)) from None
