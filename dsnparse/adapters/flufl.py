"""What flufl.bounce gives its callers, found by dsnparse: put this module in its place.

    from dsnparse.adapters.flufl import all_failures, scan_message

A failure is permanent when the mail system gave up, whatever the reason, and temporary when it goes on
trying: as in flufl.bounce, which asks neither for a reason nor whose fault it is. `parse_dsn` tells both.
"""

from __future__ import annotations

from email.message import Message

from dsnparse.model import Action, BounceRecord, BounceType, Kind, Origin
from dsnparse.parser import parse_dsn

#: Addresses that a notice does not name for certain, or only one within it.
_DOUBTFUL = (Origin.AMBIGUOUS, Origin.SECOND_HAND)


def scan_message(msg: Message | bytes) -> frozenset[bytes]:
    """The addresses that failed for good, as the message was sent to them (Original-Recipient before
    Final-Recipient), in UTF-8. Raises what `parse_dsn` does."""
    return all_failures(msg)[1]


def all_failures(msg: Message | bytes) -> tuple[frozenset[bytes], frozenset[bytes]]:
    """The addresses that are still being tried, and those that failed for good; see `scan_message`."""
    return _failures(msg)


def failures_of_addresses(msg: Message | bytes) -> tuple[frozenset[bytes], frozenset[bytes]]:
    """The same, but refusals of the message or its sender (`bounce_type` block) count as temporary.

    For lists: when a provider refuses a post for its content, or the list's server, no member is to blame.
    """
    return _failures(msg, temporary_type=BounceType.BLOCK)


def _failures(
    msg: Message | bytes, temporary_type: BounceType | None = None
) -> tuple[frozenset[bytes], frozenset[bytes]]:
    report = parse_dsn(msg)
    temporary: set[bytes] = set()
    permanent: set[bytes] = set()
    if report.kind not in (Kind.BOUNCE, Kind.DELAY):
        return frozenset(), frozenset()
    for record in report.records:
        is_delayed = record.action is Action.DELAYED or (record.action is None and report.kind is Kind.DELAY)
        if record.recipient_origin in _DOUBTFUL or not (is_delayed or record.action in (Action.FAILED, None)):
            continue
        is_temporary = is_delayed or record.bounce_type is temporary_type
        (temporary if is_temporary else permanent).add(_mailed(record))
    return frozenset(temporary), frozenset(permanent)


def _mailed(record: BounceRecord) -> bytes:
    return (record.original_recipient or record.recipient).encode("utf-8", "surrogateescape")
