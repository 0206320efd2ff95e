"""What comes out can be carried about: it hashes, pickles, copies, and goes into JSON and back."""

from __future__ import annotations

import copy
import gc
import json
import pickle
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse import (
    Action,
    Advice,
    Authenticity,
    BounceRecord,
    BounceType,
    Conflict,
    Evidence,
    Kind,
    OriginalMessage,
    ParseWarning,
    Reason,
    Report,
    TrustLevel,
    Verdict,
    classify_reply,
    parse_dsn,
)
from dsnparse.wire.dates import parse_date

SAMPLES = Path(__file__).parents[2] / "samples"
MESSAGES = sorted(SAMPLES.rglob("*.eml"))
TEXT = st.text(max_size=20)
MAYBE = st.none() | TEXT
#: As the parser makes them: an aware datetime, or text that is no date.
DATES = (
    st.none()
    | TEXT.map(parse_date)
    | st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-3, minutes=-30))])).map(
        lambda date: date.replace(fold=0)
    )
)
EVIDENCE = st.lists(st.builds(Evidence), max_size=2).map(tuple)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
REPORTS = st.builds(
    Report,
    kind=st.sampled_from(Kind),
    records=st.lists(
        st.builds(
            BounceRecord,
            recipient=TEXT,
            original_recipient=MAYBE,
            actual_recipient=MAYBE,
            action=st.none() | st.sampled_from(Action),
            status=MAYBE,
            effective_status=MAYBE,
            reply_code=st.none() | st.integers(),
            diagnostic=MAYBE,
            diagnostic_type=MAYBE,
            remote_mta=MAYBE,
            reason=st.sampled_from(Reason),
            bounce_type=st.sampled_from(BounceType),
            advice=st.sampled_from(Advice),
            last_attempt_date=DATES,
            will_retry_until=DATES,
            final_log_id=MAYBE,
            smtp_command=MAYBE,
            provider=MAYBE,
            confidence=FINITE,
            evidence=EVIDENCE,
        ),
        max_size=3,
    ).map(tuple),
    reporting_mta=MAYBE,
    arrival_date=DATES,
    envelope_id=MAYBE,
    original=st.builds(
        OriginalMessage,
        message_id=MAYBE,
        from_=MAYBE,
        date=DATES,
        x_headers=st.dictionaries(TEXT, TEXT, max_size=3),
    ),
    warnings=st.lists(st.builds(ParseWarning, TEXT, TEXT), max_size=2).map(tuple),
    evidence=EVIDENCE,
    authenticity=st.none()
    | st.builds(
        Authenticity,
        verdict=st.sampled_from(TrustLevel),
        mailed=MAYBE,
        mailed_id=MAYBE,
        is_expected=st.booleans(),
        evidence=EVIDENCE,
    ),
)
VERDICTS = st.builds(
    Verdict,
    reason=st.sampled_from(Reason),
    bounce_type=st.sampled_from(BounceType),
    advice=st.sampled_from(Advice),
    confidence=FINITE,
    conflicts=st.lists(st.builds(Conflict, TEXT, st.sampled_from(Reason), TEXT), max_size=2).map(tuple),
)
REPORT = Report(
    Kind.BOUNCE,
    (
        BounceRecord(
            "tom@example.org", reason=Reason.USER_UNKNOWN, evidence=(Evidence("a", "1", 2, "b", "c"),)
        ),
    ),
    arrival_date=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    original=OriginalMessage(subject="Hello", x_headers={"x-mailer": "Pine"}),
    warnings=(ParseWarning("limit.depth", "Too deep."),),
)


def assert_carries(value: Report | Verdict) -> None:
    kind = type(value)
    for other in (
        pickle.loads(pickle.dumps(value)),
        copy.copy(value),
        copy.deepcopy(value),
        replace(value),
        kind.from_dict(value.to_dict()),
        kind.from_dict(json.loads(json.dumps(value.to_dict()))),
    ):
        assert other == value
        assert hash(other) == hash(value)
        assert repr(other) == repr(value)


@given(REPORTS | VERDICTS)
def test_a_value_is_the_same_after_pickle_copy_and_json(value: Report | Verdict) -> None:
    assert_carries(value)


@pytest.mark.parametrize("message", MESSAGES, ids=[f"{path.parent.name}/{path.stem}" for path in MESSAGES])
def test_the_report_of_a_sample_is_the_same_after_pickle_copy_and_json(message: Path) -> None:
    assert_carries(parse_dsn(message.read_bytes()))


def test_a_verdict_is_the_same_after_pickle_copy_and_json() -> None:
    verdict = classify_reply("550 5.1.1 mailbox full, no such user")
    assert verdict.conflicts
    assert_carries(verdict)


@pytest.mark.parametrize(
    "value", [REPORT, *REPORT, REPORT.original, *REPORT.warnings, *REPORT.records[0].evidence]
)
def test_every_value_hashes_and_comes_back_from_json(value: Any) -> None:
    assert {value: 1}[type(value).from_dict(json.loads(json.dumps(value.to_dict())))] == 1


def test_values_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        REPORT.kind = Kind.OTHER  # type: ignore[misc]
    with pytest.raises(TypeError, match="does not support item assignment"):
        REPORT.original.x_headers["x-a"] = "b"  # type: ignore[index]


def test_x_headers_are_a_mapping_that_equals_a_dict_and_keeps_no_hold_on_it() -> None:
    given = {"x-mailer": "Pine"}
    original = OriginalMessage(x_headers=given)
    given["x-mailer"] = "Mutt"
    assert original.x_headers == {"x-mailer": "Pine"}
    assert {**original.x_headers} == dict(original.x_headers) == {"x-mailer": "Pine"}
    assert original == OriginalMessage(x_headers={"x-mailer": "Pine"}) != OriginalMessage()
    assert original.x_headers.get("x-nothing") is None
    assert original.to_dict()["x_headers"] == {"x-mailer": "Pine"}


@given(
    st.datetimes(timezones=st.timezones()).map(datetime.isoformat)
    | st.datetimes().map(datetime.isoformat)
    | st.from_regex(
        r"\d{4}-?[01]\d-?[0-3]\d([T ][0-2]\d:?[0-5]\d(:?[0-5]\d)?(Z|[+-][01]\d:?\d\d)?)?", fullmatch=True
    )
    | TEXT
)
def test_what_stays_text_is_no_date_that_could_come_back_from_json_as_one(text: str) -> None:
    date = parse_date(text)
    record = BounceRecord("tom@example.org", last_attempt_date=date)
    assert type(BounceRecord.from_dict(record.to_dict()).last_attempt_date) is type(date)


@pytest.mark.parametrize(
    "text", ["2026-01-02T03:04:05Z", "2026-01-02 03:04", "yesterday", "2026-01-02T03:04:05"]
)
def test_a_text_that_is_no_whole_date_with_its_zone_stays_text_in_json(text: str) -> None:
    assert BounceRecord.from_dict(
        {"recipient": "tom@example.org", "last_attempt_date": text}
    ) == BounceRecord("tom@example.org", last_attempt_date=text)


def test_a_field_that_is_left_out_has_its_default() -> None:
    assert Report.from_dict({"kind": "other"}) == Report(Kind.OTHER)
    assert Evidence.from_dict(REPORT.records[0].evidence[0].to_dict()) == REPORT.records[0].evidence[0]


def changed(**changes: Any) -> dict[str, Any]:
    return REPORT.to_dict() | changes


def with_record(**changes: Any) -> dict[str, Any]:
    return changed(records=[{"recipient": "tom@example.org"}, {"recipient": "eva@example.org", **changes}])


@pytest.mark.parametrize(
    ("data", "kind", "sentence"),
    [
        ("{}", TypeError, "Report is made from a dict, not from str; load the JSON first"),
        ([], TypeError, "Report is made from a dict, not from list."),
        (None, TypeError, "Report is made from a dict, not from NoneType."),
        ({}, ValueError, "Report needs the field 'kind'."),
        (changed(source="a.eml"), ValueError, "Report has no field 'source'. Its fields: kind, records, "),
        (changed(kind="bounced"), ValueError, "Report.kind is 'bounced'; it is one of: bounce, delay, "),
        (changed(kind=None), ValueError, "Report.kind is None; it is one of: bounce, delay, "),
        (changed(kind=["bounce"]), ValueError, "Report.kind is ['bounce']; it is one of: bounce, delay, "),
        (changed(format=5), TypeError, "Report.format must be a text, not int."),
        (changed(arrival_date=5), TypeError, "Report.arrival_date must be a text, not int."),
        (changed(records={}), TypeError, "Report.records must be a list, not dict."),
        (changed(records="tom"), TypeError, "Report.records must be a list, not str."),
        (changed(records=["tom"]), TypeError, "Report.records[0] is made from a dict, not from str"),
        (changed(records=[{}]), ValueError, "Report.records[0] needs the field 'recipient'."),
        (with_record(reason="gone"), ValueError, "Report.records[1].reason is 'gone'; it is one of: user_"),
        (with_record(reply_code="550"), TypeError, "Report.records[1].reply_code must be a whole number"),
        (with_record(reply_code=True), TypeError, "Report.records[1].reply_code must be a whole number"),
        (with_record(confidence="1"), TypeError, "Report.records[1].confidence must be a number, not str."),
        (with_record(recipient=None), TypeError, "Report.records[1].recipient must be a text, not NoneType."),
        (with_record(evidence=None), TypeError, "Report.records[1].evidence must be a list, not NoneType."),
        (with_record(recipent="x"), ValueError, "Report.records[1] has no field 'recipent'. Its fields: "),
        (changed(original=None), TypeError, "Report.original is made from a dict, not from NoneType."),
        (changed(original={"from_": "x"}), ValueError, "Report.original has no field 'from_'. Its fields: "),
        (changed(original={"x_headers": []}), TypeError, "Report.original.x_headers must be a dict"),
        (changed(original={"x_headers": {"a": 1}}), TypeError, "Report.original.x_headers.a must be a text"),
        (changed(original={"x_headers": {1: "a"}}), TypeError, "Report.original.x_headers must be a text"),
        (changed(warnings=["odd"]), TypeError, "Report.warnings[0] is made from a dict, not from str"),
    ],
)  # fmt: skip
def test_what_is_no_report_is_refused_with_the_place(data: Any, kind: type[Exception], sentence: str) -> None:
    with pytest.raises(kind) as caught:
        Report.from_dict(data)
    assert str(caught.value).startswith(sentence)


def test_evidence_is_the_same_before_and_after_it_was_read() -> None:
    message = (SAMPLES / "provider" / "qmail-local-and-dns.eml").read_bytes()
    fresh, read = parse_dsn(message), parse_dsn(message)
    assert all(type(one) is Evidence for record in read.records for one in record.evidence)
    assert pickle.loads(pickle.dumps(fresh)) == copy.deepcopy(fresh) == fresh == read
    assert hash(parse_dsn(message)) == hash(read)
    (first, *_) = parse_dsn(message).records
    assert first.evidence is first.evidence
    assert replace(first, status=None).evidence == read.records[0].evidence
    with pytest.raises(FrozenInstanceError):
        first.evidence = ()  # type: ignore[misc]


def test_evidence_that_nobody_reads_is_nothing_for_the_collector() -> None:
    fields = "".join(
        f"\n\nFinal-Recipient: rfc822; kim{number}@example.org\nAction: failed\nStatus: 5.1.1"
        for number in range(200)
    )
    report = parse_dsn(
        b"From: MAILER-DAEMON@example.net\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b"
        b"\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net"
        + fields.encode()
        + b"\n\n--b--\n"
    )
    gc.collect()
    gc.collect()
    assert len(report.records) == 200
    assert not any(isinstance(one, Evidence) for record in report for one in gc.get_referents(record))
    assert all(record.evidence for record in report)
