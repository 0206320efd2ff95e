"""When a message was written or came, and by what our mail server's log names it, by its own header."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import NamedTuple

from dsnparse.wire.dates import parse_date
from dsnparse.wire.identity import OwnFields, own_fields

#: How far into a message its Date is looked for. Exchange puts some 10 KB of its own fields before it.
_HEAD_BYTES = 64 * 1024
#: Before this, a date is a clock that was never set.
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


#: "… with ESMTP id 4Q1x2z for <…>; Sat, …": what the log of the mail server that wrote it calls the message.
_QUEUE_ID = re.compile(rb"\bid[ \t\r\n]{1,8}<?([A-Za-z0-9][A-Za-z0-9._-]{2,63})")
_LONGEST_ID = 250


class Trace(NamedTuple):
    """What the header of a message says about it as one of many."""

    #: The Date, but not later than the topmost Received, which our own side wrote; what the mailbox says when
    #: the message has no usable date; None when nobody says.
    at: datetime | None
    #: Its Message-ID, with the angle brackets; "" without one. A stranger's text.
    message_id: str
    #: The queue id in the topmost Received: "" without one.
    queue_id: str


def trace(data: bytes, arrived: datetime | None = None, own: OwnFields | None = None) -> Trace:
    """Read it. `arrived`: what the mailbox says of when the message came; `own`: of the message."""
    found = own or own_fields(data[:_HEAD_BYTES])
    return Trace(_at(found, arrived), *names(found))


def names(own: OwnFields) -> tuple[str, str]:
    """`Trace.message_id` and `Trace.queue_id` alone."""
    queue_id = _QUEUE_ID.search(own.values.get(b"received", b"")[:2000])
    message_id = own.values.get(b"message-id", b"")[:_LONGEST_ID].decode("ascii", "replace")
    return "".join(message_id.split()), queue_id[1].decode() if queue_id else ""


def received_at(
    data: bytes, arrived: datetime | None = None, own: OwnFields | None = None
) -> datetime | None:
    """When it was written or came: see `Trace.at`."""
    return _at(own or own_fields(data[:_HEAD_BYTES]), arrived)


def _at(own: OwnFields, arrived: datetime | None) -> datetime | None:
    written = _date(own.values.get(b"date", b""))
    stamped = _date(own.values.get(b"received", b"").rpartition(b";")[2])
    known = [date for date in (written, stamped) if date is not None and date >= _EARLIEST]
    return min(known) if known else arrived


def _date(value: bytes) -> datetime | None:
    found = parse_date(" ".join(value[:200].decode("ascii", "replace").split())) if value else None
    return found if isinstance(found, datetime) else None
