"""Invariant 7: composing a DSN from records and parsing it gives the records back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import DATES, HOSTS, SENDER, Dsn, carried, dsns, kind_of, records

from dsnparse import BounceRecord, Kind, OriginalMessage, Report, compose_dsn, parse_dsn

LISTS = st.lists(records(), min_size=1, max_size=6, unique_by=lambda record: record.recipient.lower())


@given(dsns())
def test_records_written_in_any_way_in_use_are_read_back(dsn: Dsn) -> None:
    report = parse_dsn(dsn.data)
    assert [carried(record) for record in report] == [carried(record) for record in dsn.records]
    assert report.kind == dsn.kind


@given(LISTS, HOSTS, st.one_of(st.none(), DATES), st.sampled_from([None, "QQ314159", "a+b=c d"]))
def test_what_compose_dsn_writes_is_read_back(
    wanted: list[BounceRecord], host: str, arrival: datetime | None, envelope_id: str | None
) -> None:
    original = OriginalMessage(
        message_id="<1@example.com>", subject="Grüße", from_=SENDER, x_headers={"x-campaign": "minutes 3"}
    )
    report = Report(kind_of(wanted), tuple(wanted), host, arrival, envelope_id=envelope_id, original=original)
    again = parse_dsn(compose_dsn(report))
    assert [carried(record) for record in again] == [carried(record) for record in wanted]
    assert (again.kind, again.reporting_mta, again.arrival_date) == (report.kind, host, arrival)
    assert (again.envelope_id, again.original) == (envelope_id, original)


@given(LISTS)
def test_what_was_parsed_composes_to_the_same_again(wanted: list[BounceRecord]) -> None:
    once = parse_dsn(compose_dsn(Report(kind_of(wanted), tuple(wanted))))
    assert parse_dsn(compose_dsn(once)) == once


def test_a_thousand_recipients_come_back_in_their_order() -> None:
    wanted = [BounceRecord(f"user{number}@example.org", status="5.1.1") for number in range(1000)]
    again = parse_dsn(compose_dsn(Report(Kind.BOUNCE, tuple(wanted))))
    assert [record.recipient for record in again] == [record.recipient for record in wanted]


def test_a_composed_notice_has_the_date_that_is_given() -> None:
    report = Report(Kind.BOUNCE, (BounceRecord("tom@example.org"),))
    date = datetime(2025, 10, 14, 9, 11, tzinfo=UTC)
    assert b"\r\nDate: Tue, 14 Oct 2025 09:11:00 +0000\r\n" in compose_dsn(report, date=date)
    assert b"\r\nDate:" not in compose_dsn(report)
    assert b"\r\nTo: nora@example.com\r\n" in compose_dsn(report, to="nora@example.com")


@pytest.mark.parametrize(
    ("report", "error", "sentence"),
    [
        ([], TypeError, "takes a Report, not list"),
        (Report(Kind.BOUNCE), ValueError, "at least one recipient"),
        (Report(Kind.COMPLAINT, (BounceRecord("a@example.org"),)), ValueError, "not of kind complaint"),
        (
            Report(Kind.BOUNCE, (BounceRecord("a@example.org", diagnostic="x\r\nBcc: b@example.org"),)),
            ValueError,
            "control characters: Diagnostic-Code",
        ),
        (Report(Kind.BOUNCE, (BounceRecord("a\n@example.org"),)), ValueError, "control characters"),
    ],
    ids=["no report", "no records", "a complaint", "a header injected", "a line end in an address"],
)
def test_what_cannot_be_composed_is_refused_with_a_sentence(
    report: Report, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        compose_dsn(report)
