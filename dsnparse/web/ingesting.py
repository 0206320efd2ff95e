"""A message into the database, by the very steps of `dsnparse ingest`.

Messages that come at the same time share a transaction: while one is being committed, the next ones gather.
SQLite waits for the disk at each commit, so that this decides how many a second there can be.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from dsnparse.ingest import store_all
from dsnparse.mailboxes.items import Mail
from dsnparse.model import Report
from dsnparse.store.changes.change import Change
from dsnparse.trust.envelope import Envelope
from dsnparse.trust.settings import TrustSettings
from dsnparse.understood import is_understood
from dsnparse.web.access import Caller
from dsnparse.web.bounded import Room
from dsnparse.web.heard import Heard, in_short
from dsnparse.web.parsing import parse_to_store
from dsnparse.web.problems import problem
from dsnparse.web.service import Service

#: Messages in one transaction.
BATCH = 100


class Ingested(msgspec.Struct):
    """What became of a message."""

    #: Its identity, by which it counts once.
    message: str
    #: False when the database had it before.
    added: bool
    kind: str
    records: int
    #: Whether a person need not look at it.
    understood: bool
    #: The changes of state that it caused, as hooks are told them.
    changes: list[dict[str, Any]]


class Handed(NamedTuple):
    """A message that has been parsed, who sent it, and who waits for what becomes of it."""

    caller: Caller
    mail: Mail
    report: Report
    digest: str
    answer: asyncio.Future[Ingested]


class Ingesting:
    """Stores messages, those that gather in one transaction."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._gathered: list[Handed] = []
        self._task: asyncio.Task[None] | None = None
        #: Messages that wait for their transaction, or are in it.
        self.room = Room(BATCH + service.settings.waiting, "The places before the database")

    async def store(
        self, caller: Caller, data: bytes, recipients: Sequence[str], sender: str | None
    ) -> Ingested:
        """Parse a message and store it. `recipients`, `sender`: its envelope, where that is known.

        Raise the problems of parsing, `busy` and `database-away`: then it was not stored; and TimeoutError.
        """
        service = self._service
        envelope = None
        if recipients or sender is not None:
            envelope = Envelope(sender, tuple(recipients), arrived=datetime.now(UTC))
        report, digest = await service.parsing.run(parse_to_store, data, envelope)
        mail = Mail(service.settings.source, data, len(data), envelope=envelope)
        answer: asyncio.Future[Ingested] = asyncio.get_running_loop().create_future()
        with self.room.held():
            self._gathered.append(Handed(caller, mail, report, digest, answer))
            if self._task is None:
                self._task = asyncio.create_task(self._work())
            async with asyncio.timeout(service.settings.timeout):
                return await answer

    async def _work(self) -> None:
        """Store what has gathered, again and again, until nothing is left."""
        while self._gathered:
            some, self._gathered = self._gathered[:BATCH], self._gathered[BATCH:]
            try:
                answers = await self._service.writing.run(_store, self._service, some)
            except Exception as error:  # noqa: BLE001  (each of those who wait is told)
                answers = [error] * len(some)
            for handed, answer in zip(some, answers, strict=True):
                if handed.answer.done():
                    continue  # it was given up
                if isinstance(answer, Exception):
                    handed.answer.set_exception(answer)
                else:
                    handed.answer.set_result(answer)
        self._task = None


def _store(service: Service, some: Sequence[Handed]) -> list[Ingested | Exception]:
    """In the thread that writes: what became of each."""
    known = service.store.known([handed.digest for handed in some])
    add = Heard(service.store)
    mails = [handed.mail._replace(key=str(number)) for number, handed in enumerate(some)]
    tally, stored = store_all(
        mails,
        service.settings.source,
        add,
        _Read({id(handed.mail.data): handed.report for handed in some}),
        known=lambda digests: {digest: known[digest] for digest in digests if digest in known},
        keeping=service.keeping,
    )
    counted = set(known)
    refused = {one.name: one.reason for one in tally.problems}
    answers: list[Ingested | Exception] = []
    for mail, handed in zip(mails, some, strict=True):
        if mail.key not in stored:
            answers.append(problem("not-stored", refused.get(mail.key, "It could not be stored.")))
            continue
        added = handed.digest not in counted
        counted.add(handed.digest)
        # Where there is one message alone, all changes rest on it.
        changes = [
            change
            for change in add.changes
            if added and (len(some) == 1 or change.detail.get("notice") == handed.digest)
        ]
        answers.append(_told(service, handed, changes, added=added))
    service.changed(tally)
    return answers


def _told(service: Service, handed: Handed, changes: Sequence[Change], *, added: bool) -> Ingested:
    """What became of one that is stored; the audit log is told, too."""
    service.note(
        handed.caller,
        "ingest",
        message=handed.digest,
        added=added,
        changes=in_short(changes),
    )
    report = handed.report
    return Ingested(
        handed.digest,
        added,
        report.kind.value,
        len(report.records),
        is_understood(report),
        [change.to_dict() for change in changes],
    )


class _Read:
    """A parser of messages that other processes have read, each found by the place of its bytes."""

    def __init__(self, reports: Mapping[int, Report]) -> None:
        self._reports = reports
        self.trust: TrustSettings | None = None

    def parse(self, message: bytes, *, envelope: Envelope | None = None) -> Report:  # noqa: ARG002
        return self._reports[id(message)]
