"""What changed, in a sentence: how many, since when, until when, and by whose word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dsnparse.report.changes import find_changes
from dsnparse.report.facts import Fact, Reader
from dsnparse.report.period import Period
from dsnparse.report.sentences import rest_sentence
from dsnparse.report.tally import Tally
from dsnparse.report.told_changes import changes_of
from dsnparse.store.queries.records import StoredRecord

END = datetime(2026, 11, 26, tzinfo=UTC)
_SPAN = "19 November to 22 November"
_WAS = "; your IP 192.0.2.10 was on its list"


def fact(number: int, at: datetime, provider: str | None, type_: str, reason: str, said: str = "") -> Fact:
    record = StoredRecord(
        id=number, at=at, domain="example.com", recipient=f"kim{number}@example.com", original_recipient=None,
        actual_recipient=None, action="failed", status="5.0.0", effective_status="5.0.0", reply_code=550,
        diagnostic=said, remote_mta=None, smtp_command=None, reason=reason, bounce_type=type_, advice="",
        provider=provider, confidence=0.9, kind="bounce", digest=str(number), source="x", feedback_type=None,
        reporting_mta=None, envelope_id=None, original={}, authenticity=None,
    )  # fmt: skip
    return Reader().fact(record)


def sentences(
    days: list[int], others: list[int], *, before: int, reason: str = "blocklisted", type_: str = "block",
    provider: str | None = "microsoft", said: str = "messages from [192.0.2.10] weren't sent (S3150)",
) -> list[str]:  # fmt: skip
    """The sentences on one count a day, beside others; `before`: days of the time before."""
    start = END - timedelta(days=len(days))
    turn = start + timedelta(days=before)
    period = Period(turn, END, start, turn)
    tally = Tally(period.pieces())
    number = 0
    for day, (count, other) in enumerate(zip(days, others, strict=True)):
        for provider_, many, kind, why, words in (
            (provider, count, type_, reason, said), ("google", other, "hard", "user_unknown", ""),
            ("yahoo", other // 2, "hard", "user_unknown", ""),
        ):  # fmt: skip
            for minute in range(many):
                number += 1
                at = start + timedelta(days=day, minutes=minute)
                tally.add(fact(number, at, provider_, kind, why, words))
    found, volume = find_changes(tally.cells, tally.pieces)
    told = [change.sentence for change in changes_of(found, tally, period)]
    return [*told, rest_sentence(volume, period, found_any=bool(found))]


@pytest.mark.parametrize(
    ("days", "before", "expected"),
    [
        (
            [1, 0, 2, 1, 2, 1, 1, 1, 9, 12, 10, 11, 9, 12], 7,
            "Microsoft: blocks 8 → 64, S3150, since 20 November; your IP 192.0.2.10 is on its list",
        ),
        (
            [1, 0, 2, 1, 2, 1, 9, 11, 9, 12, 10, 11, 9, 12], 7,
            "Microsoft: blocks 16 → 74, S3150, since 18 November; your IP 192.0.2.10 is on its list",
        ),
        (
            [1, 0, 2, 1, 2, 1, 1, 9, 10, 12, 11, 1, 0, 1], 7,
            f"Microsoft: blocks 8 → 44, S3150, {_SPAN} (42 in that time, where about 5 are usual){_WAS}",
        ),
        (
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40, 0, 0, 0], 7,
            f"Microsoft: blocks 0 → 40, S3150, 22 November only (40 in that time, where none is usual){_WAS}",
        ),
        (
            [9, 10, 12, 11, 9, 12, 10, 1, 0, 1, 1, 0, 1, 1], 7,
            "Microsoft: blocks 73 → 5, S3150, since 19 November",
        ),
        (
            [1, 0, 2, 1, 9, 12, 10, 11, 9, 12], 4,
            "Microsoft: blocks 1.0 → 10.5 a day, S3150, since 20 November; your IP 192.0.2.10 is on its list",
        ),
    ],
    ids=["goes on", "began before", "is over", "one day", "better", "by the day"],
)  # fmt: skip
def test_a_change_is_told_with_its_time(days: list[int], before: int, expected: str) -> None:
    told = sentences(days, [60] * len(days), before=before)
    assert told[0] == expected
    assert len(told) == 2


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (
            {
                "type_": "soft",
                "reason": "rate_limited",
                "provider": "yahoo",
                "said": "421 4.7.0 [TSS04] later",
            },
            "Yahoo: rate limited 8 → 64, TSS04, since 20 November",
        ),
        (
            {"provider": None, "said": "no"},
            "example.com: blocks 8 → 64, blocklisted, since 20 November; your IP or domain is on its list",
        ),
        (
            {"reason": "auth_failed", "provider": "att", "said": "no"},
            "AT&T: blocks 8 → 64, auth failed, since 20 November",
        ),
    ],
)
def test_a_change_is_told_by_its_receivers_name_and_words(what: dict[str, str], expected: str) -> None:
    days = [1, 0, 2, 1, 2, 1, 1, 1, 9, 12, 10, 11, 9, 12]
    told = sentences(days, [60] * 14, before=7, **what)
    assert told[0] == expected


def test_twice_as_much_of_everything_is_told_once() -> None:
    told = sentences([2] * 7 + [4] * 7, [60] * 7 + [120] * 7, before=7)
    assert told == ["All failures: 644 → 1,288, at all receivers alike: probably more was mailed."]


def test_nothing_is_told_where_nothing_changed() -> None:
    told = sentences([2, 1, 3, 2, 2, 1, 3] * 2, [60, 55, 70, 64, 61, 58, 66] * 2, before=7)
    assert told == ["All failures: 664 → 664, which is no more than chance."]
