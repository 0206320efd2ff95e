"""What a person should look at: one answer for `parse --unknown` and for the folders of `ingest`."""

from __future__ import annotations

import pytest

from dsnparse import Action, BounceRecord, Kind, Reason, Report
from dsnparse.understood import LOW_CONFIDENCE, is_understood


def record(
    reason: Reason = Reason.USER_UNKNOWN, confidence: float = 0.9, action: Action = Action.FAILED
) -> BounceRecord:
    return BounceRecord("lee@example.com", action=action, reason=reason, confidence=confidence)


DOUBTFUL = record(confidence=LOW_CONFIDENCE - 0.01)
UNDEFINED = record(Reason.UNDEFINED)
DELIVERED = record(Reason.UNDEFINED, 0, Action.DELIVERED)


@pytest.mark.parametrize(
    ("title", "kind", "records", "understood"),
    [
        ("a failure with a reason", Kind.BOUNCE, (record(),), True),
        ("one without a recipient", Kind.BOUNCE, (), False),
        ("one without a reason", Kind.BOUNCE, (UNDEFINED,), False),
        ("one with a doubtful reason", Kind.BOUNCE, (DOUBTFUL,), False),
        ("one of two without a reason", Kind.BOUNCE, (record(), UNDEFINED), False),
        ("delivered to one of two", Kind.BOUNCE, (record(), DELIVERED), True),
        ("a delay with a reason", Kind.DELAY, (record(action=Action.DELAYED),), True),
        ("a delay without a recipient", Kind.DELAY, (), True),
        ("a delay without a reason", Kind.DELAY, (UNDEFINED,), False),
        ("a delivery", Kind.DELIVERY, (), True),
        ("a complaint whose address is blacked out", Kind.COMPLAINT, (), True),
        ("an automatic answer", Kind.AUTO_REPLY, (), True),
        ("a receipt", Kind.RECEIPT, (), True),
        ("no notice", Kind.OTHER, (), False),
    ],
)  # fmt: skip
def test_a_person_looks_at_what_is_no_notice_and_at_failures_that_say_too_little(
    title: str, kind: Kind, records: tuple[BounceRecord, ...], understood: bool
) -> None:
    assert is_understood(Report(kind, records)) is understood, title
