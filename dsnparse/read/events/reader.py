"""From an event of a provider to a report."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, BinaryIO

from dsnparse.classify.by_code import effective_status
from dsnparse.classify.verdict import advise
from dsnparse.mailboxes.items import PassedOver, Problem
from dsnparse.mailboxes.received import received_at
from dsnparse.model import BounceRecord, BounceType, Evidence, Kind, OriginalMessage, Reason, Report
from dsnparse.parser import Parser
from dsnparse.read.events.recipients import drafts_of
from dsnparse.read.events.tables import Table, class_of, names_of, table_of, text_of, time_of, value_at
from dsnparse.read.readers import Reading
from dsnparse.read.record import finish
from dsnparse.wire.identity import event_identity, message_identity
from dsnparse.wire.json_values import Mistake, values

#: Wrappings within one another that are opened.
_DEPTH = 6
#: From here on the words and codes outweigh the provider's own classification.
_SURE = 0.6
_CONFIDENCE = {True: 0.9, False: 0.75}


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
        return read_event(table, event, name, parser)
    except Exception as error:  # noqa: BLE001
        # It never should. One event must not end a run over a million, nor be lost in silence.
        return Problem(name, f"made the reader fail, please report it ({type(error).__name__}: {error})")


def unwrapped(table: Table, value: Any, depth: int = _DEPTH) -> Iterator[Any]:
    """The events within what a provider sends: a list, an SNS envelope, a page of an API, …"""
    if isinstance(value, list) and depth:
        for item in value:
            yield from unwrapped(table, item, depth - 1)
        return
    for path in table.get("unwrap", ()) if isinstance(value, dict) and depth else ():
        inner = value_at(path, value)
        if isinstance(inner, str):
            try:
                inner = json.loads(inner)
            except (ValueError, RecursionError):
                continue
        if isinstance(inner, (dict, list)):
            if path == "Message" and value_at("SubscribeURL", value):
                break
            yield from unwrapped(table, inner, depth - 1)
            return
    yield value


def read_event(table: Table, event: Any, name: str, parser: Parser) -> Event | Problem | PassedOver:
    """One event, out of its wrapping. Never raises."""
    if not isinstance(event, dict):
        return Problem(name, "is no JSON object")
    for refusal in table.get("refuse", ()):
        if value_at(refusal["has"], event) is not None:
            inside = table.get("bounces_inside")
            if not (inside and value_at(inside["content"], event)):
                return Problem(name, refusal["says"])
    names = list(names_of(table, event))
    if any(known in table["passed"] for known in names):
        return PassedOver(name)
    inside = table.get("bounces_inside")
    if inside and inside["event"] in names:
        return _message_inside(inside, event, name, parser)
    known = next(
        (known for known in names if known in table["events"]), table.get("otherwise") if names else None
    )
    if known is None:
        what = f"is an event {names[0]!r}, which is not known" if names else "is no event: it has no name"
        return Problem(name, f"{what} ({table['title']})")
    report = _report(table, known, event, parser)
    if report is None:
        return PassedOver(name)
    if not report.records and report.kind in (Kind.BOUNCE, Kind.DELAY, Kind.DELIVERY):
        return Problem(name, f"names no recipient ({table['title']} {known})")
    given, _ = text_of(table["fields"]["id"], event)
    identity = event_identity(table["format"], known, given or json.dumps(event, sort_keys=True))
    return Event(name, identity, report, time_of(table["fields"]["time"], event))


def _report(table: Table, known: str, event: dict[str, Any], parser: Parser) -> Report | None:
    spec, fields = dict(table["events"][known]), table["fields"]
    found = class_of(table, event)
    if found and "kind" in found[0]:
        spec["kind"] = found[0]["kind"]
    if spec["kind"] == "other":
        return None
    kind = Kind(spec["kind"])
    if kind is Kind.DELAY:
        spec["action"] = "delayed"
    if kind is Kind.COMPLAINT:
        spec.pop("action", None)
    reading = Reading(
        kind, [Evidence("kind", "event", 0, f"{table['format']}.{known}", known)], table["format"]
    )
    stated = text_of(fields.get("feedback_type", ()), event)[0].lower()
    reading.feedback_type = stated or spec.get("feedback_type")
    drafts = [] if kind is Kind.AUTO_REPLY else drafts_of(table, spec, event, parser.limits.recipients)
    reporting = text_of(fields.get("reporting_mta", ()), event)[0].rpartition(";")[2].strip() or None
    hosts = (reporting,) if reporting else ()
    records = [finish(draft, reading, hosts, parser.rules) for draft in drafts]
    if found and kind in (Kind.BOUNCE, Kind.DELAY) and "reason" in found[0]:
        records = [_weighed(record, *found, table["format"]) for record in records]
    return Report(
        kind=kind,
        records=tuple(records),
        reporting_mta=reporting,
        arrival_date=time_of(fields.get("sent", ()), event),
        envelope_id=text_of(fields.get("envelope_id", ()), event)[0] or None,
        original=_original(fields, event),
        feedback_type=reading.feedback_type if kind is Kind.COMPLAINT else None,
        format=table["format"],
        evidence=tuple(reading.evidence),
    )


def _weighed(record: BounceRecord, entry: dict[str, Any], said: str, form: str) -> BounceRecord:
    """The record with what the provider's own classification adds to it."""
    certain = bool(entry.get("certain"))
    reason = Reason(entry["reason"])
    rule = f"{form}.class"
    if not certain and record.reason is not Reason.UNDEFINED and record.confidence >= _SURE:
        if reason in (record.reason, Reason.UNDEFINED):
            return record
        note = Evidence("reason", "event", 0, f"outranked: {rule}", said)
        return replace(record, evidence=(*record.evidence, note))
    bounce_type = BounceType(entry["type"]) if "type" in entry else reason.bounce_type
    if reason is Reason.UNDEFINED and record.reason.bounce_type is bounce_type:
        reason = record.reason  # a guess that the provider confirms
    if record.action == "delayed" and bounce_type is BounceType.HARD:
        bounce_type = BounceType.SOFT
    digit = {BounceType.HARD: 5, BounceType.SOFT: 4}.get(bounce_type)
    return replace(
        record,
        effective_status=record.status or effective_status(reason, digit, record.action),
        reason=reason,
        bounce_type=bounce_type,
        advice=advise(reason, None, bounce_type),
        confidence=_CONFIDENCE[certain],
        evidence=(*record.evidence, Evidence("reason", "event", 0, rule, said)),
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
    return Event(name, message_identity(data), parser.parse(data), received_at(data))
