"""When a message was written or came, by its own header."""

from __future__ import annotations

from datetime import UTC, datetime

from dsnparse.wire.dates import parse_date

#: How far into a message its Date is looked for. Exchange puts some 10 KB of its own fields before it.
_HEAD_BYTES = 64 * 1024
#: Before this, a date is a clock that was never set.
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


def received_at(data: bytes, arrived: datetime | None = None) -> datetime | None:
    """The Date of a message, but not later than the topmost Received, which our own side wrote.

    `arrived`: what the mailbox says, when the message itself has no usable date. None when nobody says.
    """
    written, stamped = _dates(data[:_HEAD_BYTES])
    known = [date for date in (written, stamped) if date is not None and date >= _EARLIEST]
    return min(known) if known else arrived


def _dates(head: bytes) -> tuple[datetime | None, datetime | None]:
    """Date and the topmost Received of a header block."""
    fields: dict[bytes, bytes] = {}
    name = b""
    for line in head.lstrip(b"\r\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"):
        if line[:1] in (b" ", b"\t"):
            if name:
                fields[name] += line
            continue
        if not line:
            break
        field, _, value = line.partition(b":")
        field = field.rstrip().lower()
        name = field if field in (b"date", b"received") and field not in fields else b""
        if name:
            fields[name] = value
    return _date(fields.get(b"date", b"")), _date(fields.get(b"received", b"").rpartition(b";")[2])


def _date(value: bytes) -> datetime | None:
    found = parse_date(" ".join(value[:200].decode("ascii", "replace").split())) if value else None
    return found if isinstance(found, datetime) else None
