"""Events of mail services as reports: files and streams of JSON, as the services send them.

for item in read_events("ses", open("events.jsonl", "rb"), "events.jsonl"):
    match item:
        case Event(report=report): ...
        case Problem(name=name, reason=reason): ...   # the rest goes on
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from dsnparse.mailboxes.items import PassedOver, Problem
from dsnparse.mailboxes.received import received_at
from dsnparse.model import OriginalMessage, Report
from dsnparse.parser import Parser
from dsnparse.read.events.event import read_event
from dsnparse.read.events.tables import Table, names_of, table_of, text_of, time_of, value_at
from dsnparse.read.events.wrapping import unwrapped
from dsnparse.read.record import records_of
from dsnparse.vocabulary import Kind
from dsnparse.wire.identity import event_identity, message_identity
from dsnparse.wire.json_values import Mistake, values

#: How a Problem begins that is a mistake of ours: the event should come again.
READER_FAILED = "made the reader fail"


@dataclass(frozen=True, slots=True)
class Event:
    """One event that was read."""

    #: Where it stands: `path:line`.
    name: str
    #: The same for the same event, however often and in whatever wrapping it is delivered.
    identity: str
    report: Report
    #: When it happened; None when it does not say.
    happened: datetime | None = None
    #: Whether it is a message that somebody sent, which the event carries.
    by_mail: bool = False
    #: The event as it came: JSON.
    event: Any = field(default=None, compare=False, repr=False)


def read_events(
    provider: str, stream: BinaryIO, name: str, *, parser: Parser | None = None
) -> Iterator[Event | Problem | PassedOver]:
    """The events in a file or stream of JSON, as `provider` ("ses", "sendgrid", …) sends them.

    `name`: what the stream is called. `parser`: gives the rules, and the limit of recipients. What cannot be
    read is a Problem, and what is no news about delivery (opens, clicks) is a PassedOver; the rest goes on.
    Raise ValueError for another provider, OSError when the stream cannot be read.
    """
    table = table_of(provider)
    parser = parser or Parser()
    for item in values(stream):
        if isinstance(item, Mistake):
            yield Problem(f"{name}:{item.line}", item.reason)
        else:
            line, value = item
            for event in unwrapped(table, value):
                yield _safely(table, event, f"{name}:{line}", parser)


def _safely(table: Table, event: Any, name: str, parser: Parser) -> Event | Problem | PassedOver:
    try:
        return event_report(table, event, name, parser)
    except Exception as error:  # noqa: BLE001
        # It never should. One event must not end a run over a million, nor be lost in silence.
        return Problem(name, f"{READER_FAILED}, please report it ({type(error).__name__}: {error})")


def event_report(table: Table, event: Any, name: str, parser: Parser) -> Event | Problem | PassedOver:
    """One event, out of its wrapping. Never raises."""
    if not isinstance(event, dict):
        return Problem(name, "is no JSON object")
    for refusal in table.get("refuse", ()):
        if value_at(refusal["has"], event) is not None:
            inside = table.get("bounces_inside")
            if not (inside and value_at(inside["content"], event)):
                return Problem(name, refusal["says"])
    names = list(names_of(table, event))
    if any(known in table.get("passed", ()) for known in names):
        return PassedOver(name)
    inside = table.get("bounces_inside")
    if inside and inside["event"] in names:
        return _message_inside(inside, event, name, parser)
    known = next((known for known in names if known in table["events"]), None)
    if known is None:
        what = f"is an event {names[0]!r}, which is not known" if names else "is no event: it has no name"
        return Problem(name, f"{what} ({table['title']})")
    report = _report(table, known, event, parser)
    if report is None:
        return PassedOver(name)
    if not report.records and report.kind in (Kind.BOUNCE, Kind.DELAY, Kind.DELIVERY):
        return Problem(name, f"names no recipient ({table['title']} {known})")
    given, _ = text_of(table["fields"].get("id", ()), event)
    # Some ids are of a message: of its recipients each has an event.
    who = [record.recipient for record in report.records]
    identity = event_identity(table["format"], known, given or json.dumps(event, sort_keys=True), *who)
    return Event(name, identity, report, time_of(table, "time", event), event=event)


def _report(table: Table, known: str, event: dict[str, Any], parser: Parser) -> Report | None:
    found = read_event(table, known, event, parser.limits.recipients)
    if found is None:
        return None
    reading, claims = found
    fields = table["fields"]
    reporting = text_of(fields.get("reporting_mta", ()), event)[0].rpartition(";")[2].strip() or None
    return Report(
        kind=reading.kind,
        records=records_of(reading, reporting, parser.rules, claims),
        reporting_mta=reporting,
        arrival_date=time_of(table, "sent", event),
        envelope_id=text_of(fields.get("envelope_id", ()), event)[0] or None,
        original=_original(fields, event),
        feedback_type=reading.feedback_type,
        format=reading.format,
        evidence=tuple(reading.evidence),
    )


def _original(fields: dict[str, list[str]], event: Any) -> OriginalMessage:
    def text(name: str) -> str | None:
        return text_of(fields.get(name, ()), event)[0] or None

    return OriginalMessage(
        message_id=text("message_id"),
        subject=text("subject"),
        from_=text("from"),
        to=text("to"),
        return_path=text("return_path"),
    )


def _message_inside(inside: dict[str, str], event: Any, name: str, parser: Parser) -> Event | Problem:
    """A received message that the event carries (SES "Received" with an SNS action)."""
    content = value_at(inside["content"], event)
    if not isinstance(content, str) or not content:
        return Problem(name, "says that a message was received, and does not hold it")
    data = content.encode("utf-8", "surrogateescape")
    if str(value_at(inside["encoding"], event)).lower() == "base64":
        try:
            data = base64.b64decode(content)
        except (binascii.Error, ValueError):
            return Problem(name, "holds a message in base64 that cannot be decoded")
    return Event(
        name, message_identity(data), parser.parse(data), received_at(data), by_mail=True, event=event
    )
