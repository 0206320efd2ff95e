"""Invariant 8: attachments or body text of the returned message cannot change the verdict.

Nor can its subject and names, nor a bounce that somebody forwards.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planting import (
    HARMLESS,
    LINE_PLACES,
    MESSAGE_PLACES,
    NO_BOUNCES,
    PLANTED_LINE,
    PLANTED_MESSAGE,
    PLANTED_TEXT,
    REPORTS,
    SUBJECT_NOTICES,
    TEXT_NOTICES,
    TEXT_PLACES,
    TOM,
    Place,
    silenced,
    verdicts,
)

from dsnparse import BounceType, Kind, parse_dsn


def name_of(place: object) -> str:
    return str(getattr(place, "__name__", place))


@pytest.mark.parametrize("place", TEXT_PLACES, ids=name_of)
@given(fields=REPORTS, planted=PLANTED_TEXT)
def test_text_in_the_returned_message_changes_nothing(place: Place, fields: str, planted: str) -> None:
    found, clean = parse_dsn(place(fields, planted)), parse_dsn(place(fields, HARMLESS))
    assert verdicts(found) == verdicts(clean)
    assert found.kind == clean.kind


@pytest.mark.parametrize("place", LINE_PLACES, ids=name_of)
@given(fields=REPORTS, planted=PLANTED_LINE)
def test_a_subject_or_a_name_changes_nothing(place: Place, fields: str, planted: str) -> None:
    found, clean = parse_dsn(place(fields, planted)), parse_dsn(place(fields, "hello"))
    assert verdicts(found) == verdicts(clean)
    assert found.kind == clean.kind


@pytest.mark.parametrize("place", MESSAGE_PLACES, ids=name_of)
@given(fields=REPORTS, planted=PLANTED_MESSAGE)
def test_a_bounce_within_the_returned_message_changes_nothing(
    place: Place, fields: str, planted: str
) -> None:
    found, clean = parse_dsn(place(fields, planted)), parse_dsn(place(fields, HARMLESS))
    assert verdicts(found) == verdicts(clean)
    assert found.kind == clean.kind


@pytest.mark.parametrize("name", TEXT_NOTICES)
@given(planted=st.one_of(PLANTED_TEXT, PLANTED_MESSAGE))
def test_a_message_quoted_in_a_notice_in_plain_text_changes_nothing(name: str, planted: str) -> None:
    place = TEXT_NOTICES[name]
    found, clean = parse_dsn(place(planted)), parse_dsn(place(HARMLESS))
    assert verdicts(found) == verdicts(clean)
    assert [record.recipient for record in found] == [TOM]


@pytest.mark.parametrize("place", SUBJECT_NOTICES, ids=name_of)
@given(planted=PLANTED_LINE)
def test_a_subject_quoted_in_a_notice_in_plain_text_makes_no_hard_record(
    place: Callable[[str], bytes], planted: str
) -> None:
    found = parse_dsn(place(planted))
    assert silenced(found) == []
    assert [record.recipient for record in found] == [TOM]


@pytest.mark.parametrize("place", NO_BOUNCES, ids=name_of)
@given(planted=st.one_of(PLANTED_TEXT, PLANTED_MESSAGE))
def test_a_bounce_in_mail_that_is_none_makes_no_hard_record(
    place: Callable[[str], bytes], planted: str
) -> None:
    found = parse_dsn(place(planted))
    assert [record.recipient for record in found if record.bounce_type is BounceType.HARD] == []
    assert found.kind is not Kind.BOUNCE or silenced(found) == []
