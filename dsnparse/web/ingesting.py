"""A message into the database, by the very steps of `dsnparse ingest`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from dsnparse.ingest import store_all
from dsnparse.mailboxes.items import Mail
from dsnparse.mailboxes.tally import Tally
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
    ingested, tally = await service.writing.run(_store, service.store, mail, report)
    service.changed(tally)
    service.note(
        caller,
        "ingest",
        message=ingested.message,
        added=ingested.added,
        changes=[f"{change['event']} {change['address'] or ''}".strip() for change in ingested.changes],
    )
    return ingested


def _store(store: Store, mail: Mail, report: Report) -> tuple[Ingested, Tally]:
    add = _Heard(store)
    tally, _ = store_all([mail], mail.name, add, _Read(report), known=store.known)
    if tally.problems:
        raise problem("parser-failed", tally.problems[0].reason)
    return (
        Ingested(
            message=message_identity(mail.data),
            added=bool(tally.added),
            kind=report.kind.value,
            records=len(report.records),
            understood=is_understood(report),
            changes=[change.to_dict() for change in add.result.changes],
        ),
        tally,
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
