"""Reports as text: complete, safe for terminals and spreadsheets, and as the schema says."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse.model import (
    Action,
    Advice,
    Authenticity,
    BounceRecord,
    BounceType,
    Evidence,
    Kind,
    OriginalMessage,
    ParseWarning,
    Reason,
    Report,
    TrustLevel,
)
from dsnparse.render.cells import csv_cell
from dsnparse.render.report_schema import report_schema
from dsnparse.render.reports import FORMATS, make_renderer

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
MAYBE = st.none() | TEXT
DATE = st.none() | TEXT | st.just(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
CODE = st.none() | st.sampled_from(["5.1.1", "4.2.2", "5.7.509"])
EVIDENCE = st.lists(
    st.builds(Evidence, TEXT, TEXT, st.integers(min_value=0, max_value=9), TEXT, TEXT), max_size=2
).map(tuple)
RECORDS = st.builds(
    BounceRecord,
    recipient=TEXT,
    original_recipient=MAYBE,
    action=st.none() | st.sampled_from(Action),
    status=CODE,
    effective_status=CODE,
    reply_code=st.none() | st.integers(min_value=200, max_value=599),
    diagnostic=MAYBE,
    diagnostic_type=MAYBE,
    remote_mta=MAYBE,
    reason=st.sampled_from(Reason),
    bounce_type=st.sampled_from(BounceType),
    advice=st.sampled_from(Advice),
    last_attempt_date=DATE,
    will_retry_until=DATE,
    confidence=st.floats(min_value=0, max_value=1),
    evidence=EVIDENCE,
)
REPORTS = st.builds(
    Report,
    kind=st.sampled_from(Kind),
    records=st.lists(RECORDS, max_size=3).map(tuple),
    reporting_mta=MAYBE,
    arrival_date=DATE,
    original=st.builds(
        OriginalMessage,
        message_id=MAYBE,
        subject=MAYBE,
        date=DATE,
        x_headers=st.dictionaries(TEXT, TEXT, max_size=2),
    ),
    warnings=st.lists(st.builds(ParseWarning, TEXT, TEXT), max_size=2).map(tuple),
    evidence=EVIDENCE,
)
VALIDATOR = jsonschema.Draft202012Validator(report_schema())


@given(TEXT, REPORTS)
def test_every_report_is_as_the_schema_says(source: str, report: Report) -> None:
    VALIDATOR.validate(report.to_dict())
    line = make_renderer("jsonl", why=False, width=80, colour=False).report(source, report)
    data = json.loads(line)
    VALIDATOR.validate(data)
    assert data.pop("source") == source
    assert data == json.loads(json.dumps(report.to_dict()))


def test_the_schema_is_a_schema_and_knows_every_field_and_word() -> None:
    schema = report_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    parts: dict[str, Any] = {"": schema, **schema["$defs"]}
    for name, kind in {
        "": Report,
        "record": BounceRecord,
        "evidence": Evidence,
        "authenticity": Authenticity,
        "original": OriginalMessage,
        "warning": ParseWarning,
    }.items():
        names = [field.name.rstrip("_") for field in fields(kind)]
        assert [key for key in parts[name]["properties"] if key != "source"] == names
        assert parts[name]["required"] == names
    words: dict[str, type[StrEnum]] = {
        "kind": Kind,
        "action": Action,
        "reason": Reason,
        "bounce_type": BounceType,
        "advice": Advice,
        "trust_level": TrustLevel,
    }
    for name, enum in words.items():
        assert parts[name]["enum"] == [member.value for member in enum]


@pytest.mark.parametrize("form", FORMATS)
@given(source=TEXT, report=REPORTS, why=st.booleans())
def test_no_format_lets_a_message_act_on_the_terminal(
    form: str, source: str, report: Report, why: bool
) -> None:
    text = make_renderer(form, why=why, width=80, colour=False).report(source, report)
    if form in ("json", "jsonl"):
        assert not any(map(_acts, text.rstrip("\n")))
    else:
        assert text.replace("\n", "").isprintable()


def _acts(character: str) -> bool:
    return ord(character) < 32 or 0x7F <= ord(character) < 0xA0 or 0x202A <= ord(character) <= 0x202E


@given(st.lists(REPORTS, max_size=3))
def test_json_is_one_array(reports: list[Report]) -> None:
    renderer = make_renderer("json", why=False, width=80, colour=False)
    text = renderer.before + renderer.between.join(renderer.report("x", r) for r in reports) + renderer.after
    assert [entry["kind"] for entry in json.loads(text)] == [report.kind.value for report in reports]


@given(TEXT, REPORTS, st.booleans())
def test_csv_has_one_row_per_record_and_no_formula(source: str, report: Report, why: bool) -> None:
    renderer = make_renderer("csv", why=why, width=80, colour=False)
    rows = list(csv.DictReader(io.StringIO(renderer.before + renderer.report(source, report)), strict=True))
    assert len(rows) == max(len(report.records), 1)
    for row in rows:
        assert row["kind"] == report.kind.value
        assert None not in row
        for value in row.values():
            assert not value.lstrip().startswith(("=", "+", "-", "@", "\t", "\r"))
    assert [row["reason"] for row in rows] == [record.reason.value for record in report.records] or [""]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+49@example.org", "'+49@example.org"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "' =1"),
        ("＝1", "'＝1"),
        ("a=b", "a=b"),
        ("\x1b[2J", "<U+001B>[2J"),
        ("two\nlines", "two lines"),
        (None, ""),
        (550, "550"),
        (0.5, "0.5"),
    ],
)
def test_a_cell_is_never_a_formula(value: object, expected: str) -> None:
    assert csv_cell(value) == expected


def report_of(*records: BounceRecord) -> Report:
    return Report(Kind.BOUNCE, records)


def test_a_table_has_one_row_per_record_and_one_for_a_message_without() -> None:
    renderer = make_renderer("table", why=False, width=140, colour=False)
    two = report_of(
        BounceRecord(
            "a@example.org", status="5.1.1", reason=Reason.USER_UNKNOWN, bounce_type=BounceType.HARD
        ),
        BounceRecord("b@example.org", effective_status="4.2.2", reason=Reason.MAILBOX_FULL),
    )
    assert [line.split() for line in renderer.report("x.eml", two).splitlines()] == [
        ["x.eml", "bounce", "hard", "5.1.1", "user_unknown", "review", "a@example.org"],
        ["x.eml", "bounce", "?", "4.2.2", "mailbox_full", "review", "b@example.org"],
    ]
    assert renderer.report("y.eml", Report(Kind.OTHER)).split() == ["y.eml", "other"]


def test_why_shows_the_evidence_of_the_message_and_of_each_record() -> None:
    renderer = make_renderer("table", why=True, width=100, colour=False)
    record = BounceRecord(
        "a@x.org", evidence=(Evidence("status", "2", 7, "rfc3464.status", "Status: 5.1.1"),)
    )
    report = Report(
        Kind.BOUNCE,
        (record, BounceRecord("b@x.org")),
        warnings=(ParseWarning("limit.depth", "The depth limit was hit."),),
        evidence=(Evidence("kind", "header", 0, "kind.report", "multipart/report " * 20),),
    )
    lines = renderer.report("x.eml", report).splitlines()
    assert all(len(line) <= 100 for line in lines)
    text = "\n".join(lines)
    assert "status             part 2 line 7      rfc3464.status             Status: 5.1.1" in text
    assert "kind               header             kind.report" in text
    assert text.index("The depth limit was hit.") < text.index("Status: 5.1.1") < text.index("b@x.org")


def test_the_folder_that_was_named_is_left_out_of_a_table() -> None:
    renderer = make_renderer("table", why=False, width=80, colour=False, prefix="mail/")
    assert renderer.report("mail/x.eml", Report(Kind.OTHER)).startswith("x.eml ")
