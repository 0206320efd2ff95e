"""A sender who is greeted, or gets his message back, is not spoken of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse import classify_reply
from dsnparse.reply.addressed import without_addressed


@pytest.mark.parametrize(
    "text",
    [
        "sehr geehrter absender, das postfach ist voll",
        "správa bola vrátená odosielateľovi",
        "stimate expeditor",
    ],
)
def test_he_is_blanked(text: str) -> None:
    low = without_addressed(text)
    assert len(low) == len(text)
    assert low.count(" ") > text.count(" ") + 5


@pytest.mark.parametrize("text", ["absender abgelehnt", "expéditeur refusé", "sender rejected"])
def test_of_whom_something_is_said_stays(text: str) -> None:
    assert without_addressed(text) == text


@given(st.text(max_size=200))
def test_nothing_but_blanks_takes_the_place_of_anything(text: str) -> None:
    low = text.lower()
    out = without_addressed(low)
    assert len(out) == len(low)
    assert all(new in (old, " ") for old, new in zip(low, out, strict=True))


def test_a_letter_to_the_sender_gives_the_cause() -> None:
    assert classify_reply("Sehr geehrter Absender, das Postfach ist voll").reason == "mailbox_full"
