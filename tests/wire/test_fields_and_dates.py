"""The fields of status parts, as standards and mail systems write them; and dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse.wire.dates import parse_date
from dsnparse.wire.fields import Field, read_groups, recipient_groups


def read(text: str) -> list[list[tuple[str, str, int]]]:
    return [[(field.name, field.value, field.line) for field in group] for group in read_groups(text)]


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("Action: failed\nStatus: 5.1.1\n", [[("action", "failed", 1), ("status", "5.1.1", 2)]]),
        ("Action: failed\n\nStatus: 5.1.1", [[("action", "failed", 1)], [("status", "5.1.1", 3)]]),
        ("\n\nAction:failed\n \n\t\n", [[("action", "failed", 3)]]),
        ("ACTION : failed", [[("action", "failed", 1)]]),
        ("Remote-MTA: dns;\n mx.example.org", [[("remote-mta", "dns; mx.example.org", 1)]]),
        ("Remote-MTA:\n\tdns; mx.example.org", [[("remote-mta", "dns; mx.example.org", 1)]]),
        (
            "Diagnostic-Code: smtp; 550-5.1.1 one\n550 5.1.1 two: three\nhttps://x.example/\nStatus: 5.1.1",
            [
                [
                    ("diagnostic-code", "smtp; 550-5.1.1 one 550 5.1.1 two: three https://x.example/", 1),
                    ("status", "5.1.1", 4),
                ]
            ],
        ),
        (
            "Diagnostic-Code: smtp; 550 x\nReason: y\nX-Note: z",
            [[("diagnostic-code", "smtp; 550 x Reason: y", 1), ("x-note", "z", 3)]],
        ),
        ("X-Note:z\nhost:25", [[("x-note", "z host:25", 1)]]),
        ("no field at all\nAction: failed", [[("action", "failed", 2)]]),
        ("X-A: 1\nX-A: 2\nAction: x\nAction: y", [[("x-a", "1", 1), ("action", "x", 3), ("action", "y", 4)]]),
        ("", []),
        ("\n\n\n", []),
    ],
)  # fmt: skip
def test_fields_are_read_in_groups_with_their_lines(
    text: str, groups: list[list[tuple[str, str, int]]]
) -> None:
    assert read(text) == groups


def test_a_long_part_is_read_like_a_short_one() -> None:
    one = "Final-Recipient: rfc822; a@example.org\nAction: failed\n\n"
    found = read(one * 5000)
    assert len(found) == 5000
    assert found[-1] == [("final-recipient", "rfc822; a@example.org", 14998), ("action", "failed", 14999)]
    (value,) = read("Diagnostic-Code: smtp; 550\n" + " word\n" * 100_000)[0]
    assert 60_000 < len(value[1]) < 70_000


def sort(text: str) -> tuple[list[str], list[dict[str, str]]]:
    message, recipients = recipient_groups(read_groups(text))
    return sorted(message), [{name: field.value for name, field in fields.items()} for fields in recipients]


@pytest.mark.parametrize(
    "text",
    [
        "Reporting-MTA: x\n\nFinal-Recipient: a\nAction: f\n\nFinal-Recipient: b\nAction: g\n",
        "Reporting-MTA: x\nFinal-Recipient: a\nAction: f\nFinal-Recipient: b\nAction: g\n",
        "Final-Recipient: a\nAction: f\n\nFinal-Recipient: b\n\nAction: g\n\nReporting-MTA: x\n",
        "Final-Recipient: a\n\nAction: f\n\nReporting-MTA: x\nFinal-Recipient: b\nAction: g\n",
    ],
    ids=["as in the standard", "without blank lines", "the message last", "blank lines anywhere"],
)
def test_recipients_are_told_apart_with_and_without_blank_lines(text: str) -> None:
    assert sort(text) == (
        ["reporting-mta"],
        [{"final-recipient": "a", "action": "f"}, {"final-recipient": "b", "action": "g"}],
    )


@pytest.mark.parametrize("between", ["\n\n", "\n"])
def test_an_original_recipient_belongs_to_the_final_one_behind_it(between: str) -> None:
    text = between.join(
        ["Reporting-MTA: x", "Final-Recipient: a\nAction: f", "Original-Recipient: o\nFinal-Recipient: b"]
    )
    assert sort(text)[1] == [
        {"final-recipient": "a", "action": "f"},
        {"original-recipient": "o", "final-recipient": "b"},
    ]


@given(st.text(st.sampled_from("aX-: \t\n.é;"), max_size=200))
def test_any_text_gives_fields_in_the_order_of_their_lines(text: str) -> None:
    fields: list[Field] = [field for group in read_groups(text) for field in group]
    lines = [field.line for field in fields]
    assert lines == sorted(set(lines))
    assert all(field.name == field.name.lower() and "\n" not in field.value for field in fields)


CEST = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Tue, 14 Oct 2025 11:09:12 +0200", datetime(2025, 10, 14, 11, 9, 12, tzinfo=CEST)),
        ("14 Oct 2025 11:09:12 +0000 (UTC)", datetime(2025, 10, 14, 11, 9, 12, tzinfo=UTC)),
        ("Tue 14 October 2025 11:09 GMT", datetime(2025, 10, 14, 11, 9, tzinfo=UTC)),
        ("14-Oct-2025 11:09:12 CEST", datetime(2025, 10, 14, 11, 9, 12, tzinfo=CEST)),
        ("Tue, 14 Oct 25 11:09:12 +0000", datetime(2025, 10, 14, 11, 9, 12, tzinfo=UTC)),
        ("Tue, 14 Oct 2025 11:09:60 +0000", datetime(2025, 10, 14, 11, 9, 59, tzinfo=UTC)),
        ("Tue, 14 Oct 2025 11:09:12", "Tue, 14 Oct 2025 11:09:12"),
        ("Tue, 14 Oct 2025 11:09:12 XYZ", "Tue, 14 Oct 2025 11:09:12 XYZ"),
        ("Tue, 34 Oct 2025 11:09:12 +0000", "Tue, 34 Oct 2025 11:09:12 +0000"),
        ("Tue, 14 Oct 2025 11:09:12 +9999", "Tue, 14 Oct 2025 11:09:12 +9999"),
        ("in four hours", "in four hours"),
        ("", ""),
    ],
)
def test_dates_are_read_or_kept_as_text(text: str, date: datetime | str) -> None:
    assert parse_date(text) == date


@given(st.text(st.sampled_from("Tue, 14 Oct2025:11+-GMTZ\u0660\u00b2"), max_size=60))
def test_any_date_is_aware_or_text(text: str) -> None:
    found = parse_date(text)
    assert found == text or (isinstance(found, datetime) and found.tzinfo is not None)
