"""When a message was written or came, by its own header."""

from __future__ import annotations

from datetime import UTC, datetime

from dsnparse.wire.dates import parse_date
from dsnparse.wire.header import FieldLines, header_end

_FIELDS = (b"date", b"received")
_LINES = FieldLines(_FIELDS)
#: How far into a message its Date is looked for. Exchange puts some 10 KB of its own fields before it.
_HEAD_BYTES = 64 * 1024
#: Before this, a date is a clock that was never set.
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


def received_at(data: bytes, arrived: datetime | None = None) -> datetime | None:
    """The Date of a message, but not later than the topmost Received, which our own side wrote.

    `arrived`: what the mailbox says, when the message itself has no usable date. None when nobody says.
    """
    written, stamped = _dates(data)
    known = [date for date in (written, stamped) if date is not None and date >= _EARLIEST]
    return min(known) if known else arrived


def _dates(data: bytes) -> tuple[datetime | None, datetime | None]:
    """Date and the topmost Received of a message."""
    found: dict[bytes, bytes] = {}
    most = min(len(data), _HEAD_BYTES)
    start = most - len(data[:most].lstrip(b"\r\n"))
    end, _ = header_end(data, start, most)
    for line in _LINES(data, start, end):
        name, _, value = line.partition(b":")
        key = name.rstrip().lower()
        if key in _FIELDS:
            found.setdefault(key, value)
            if len(found) == len(_FIELDS):
                break
    return _date(found.get(b"date", b"")), _date(found.get(b"received", b"").rpartition(b";")[2])


def _date(value: bytes) -> datetime | None:
    found = parse_date(" ".join(value[:200].decode("ascii", "replace").split())) if value else None
    return found if isinstance(found, datetime) else None
