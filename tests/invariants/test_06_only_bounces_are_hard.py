"""Invariant 6: a delay, a delivery, an auto-reply, a complaint or ordinary mail yields no hard record."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from messages import group, notice, report
from mutations import mutated
from strategies import dsns, records

from dsnparse import Action, BounceRecord, BounceType, Kind, Report, compose_dsn, parse_dsn

HARD_WORDS = "550 5.1.1 User unknown: the mailbox does not exist"
NOT_FAILED = st.sampled_from([Action.DELAYED, Action.DELIVERED, Action.RELAYED, Action.EXPANDED])
LISTS = st.lists(records(), min_size=1, max_size=4, unique_by=lambda record: record.recipient.lower())


def hard(found: Report) -> list[str]:
    return [record.recipient for record in found if record.bounce_type is BounceType.HARD]


@given(mutated())
def test_a_mutated_sample_has_hard_records_only_as_a_bounce(data: bytes) -> None:
    found = parse_dsn(data)
    assert found.kind is Kind.BOUNCE or hard(found) == []


@given(LISTS, NOT_FAILED)
def test_whoever_has_not_failed_is_not_hard_whatever_is_said(
    wanted: list[BounceRecord], action: Action
) -> None:
    said = [
        replace(record, action=action, status="5.1.1", diagnostic=HARD_WORDS, diagnostic_type="smtp")
        for record in wanted
    ]
    found = parse_dsn(compose_dsn(Report(Kind.DELAY, tuple(said))))
    assert [record.action for record in found] == [action] * len(wanted)
    assert found.kind is not Kind.BOUNCE
    assert hard(found) == []


@given(dsns())
def test_in_a_mixed_report_only_the_failed_are_hard(dsn: object) -> None:
    found = parse_dsn(dsn.data)  # type: ignore[attr-defined]
    assert {record.action for record in found if record.bounce_type is BounceType.HARD} <= {Action.FAILED}


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (Kind.DELAY, report(group("tom@example.org", action="delayed", diagnostic=f"smtp; {HARD_WORDS}"))),
        (Kind.DELAY, notice(
            f"Delivery is delayed. It will be retried.\n\n<tom@example.org>: {HARD_WORDS}",
            subject="Warning: message delayed 4 hours",
        )),
        (Kind.DELIVERY, report(group("tom@example.org", action="delivered", status="2.0.0"))),
        (Kind.DELIVERY, report(group("tom@example.org", action="relayed", diagnostic=f"smtp; {HARD_WORDS}"))),
        (Kind.AUTO_REPLY, notice(
            f"I am away until Monday. Our old addresses say {HARD_WORDS}: <tom@example.org>.",
            sender="Kim <kim@example.org>", subject="Out of office", header="Auto-Submitted: auto-replied\n",
        )),
        (Kind.OTHER, notice(
            f"Hi, do you know what this means? <tom@example.org>: {HARD_WORDS}",
            sender="Kim <kim@example.org>", subject="Question", header="",
        )),
    ],
    ids=["a delay", "a delay in words", "a delivery", "a relay", "an auto-reply", "a question"],
)  # fmt: skip
def test_a_hard_failure_in_words_is_none_in_a_message_of_another_kind(kind: Kind, data: bytes) -> None:
    found = parse_dsn(data)
    assert found.kind is kind
    assert hard(found) == []
