"""A message into the database, by the very steps of `dsnparse ingest`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from dsnparse.ingest import store_all
from dsnparse.mailboxes.items import Mail
from dsnparse.model import Report
from dsnparse.store.changes.batch import AddResult, Seen
from dsnparse.store.store import Store
from dsnparse.trust.envelope import Envelope
from dsnparse.trust.settings import TrustSettings
from dsnparse.understood import is_understood
from dsnparse.web.access import Caller
from dsnparse.web.parsing import parse
from dsnparse.web.problems import problem
from dsnparse.web.service import Service
from dsnparse.wire.identity import message_identity


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


async def ingest_message(
    service: Service, caller: Caller, data: bytes, recipients: Sequence[str], sender: str | None
) -> Ingested:
    """Parse a message and store it. `recipients`, `sender`: its envelope, where that is known.

    Raise the problems of parsing and `database-away`: then nothing was stored.
    """
    envelope = None
    if recipients or sender is not None:
        envelope = Envelope(sender, tuple(recipients), arrived=datetime.now(UTC))
    report = await service.parsing.run(parse, data, envelope)
    mail = Mail(service.settings.source, data, len(data), key="1", envelope=envelope)
    return await service.change(_store, service, caller, mail, report)


def _store(service: Service, caller: Caller, mail: Mail, report: Report) -> Ingested:
    add = _Heard(service.store)
    tally, _ = store_all([mail], mail.name, add, _Read(report), known=service.store.known)
    if tally.problems:
        raise problem("parser-failed", tally.problems[0].reason)
    changes = [change.to_dict() for change in add.result.changes]
    digest = message_identity(mail.data)
    service.note(
        caller,
        "ingest",
        message=digest,
        added=bool(tally.added),
        changes=[f"{change['event']} {change['address'] or ''}".strip() for change in changes],
    )
    service.changed(tally)
    return Ingested(
        digest, bool(tally.added), report.kind.value, len(report.records), is_understood(report), changes
    )


class _Heard:
    """`Store.add`, and what it said."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.result = AddResult()

    def __call__(self, items: Sequence[Seen], *, positions: Mapping[str, str] | None = None) -> AddResult:
        self.result = self._store.add(items, positions=positions)
        return self.result


class _Read:
    """A parser of one message that another process has read."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self.trust: TrustSettings | None = None

    def parse(self, message: bytes, *, envelope: Envelope | None = None) -> Report:  # noqa: ARG002
        return self._report
