"""Replies whose words nobody wrote a rule for: most are understood all the same, and none is falsely hard."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsnparse import BounceType, classify_reply

ROWS = [
    tuple(part.strip().replace("\\n", "\n") for part in line.split("|", 2))
    for line in (Path(__file__).parent / "in_other_words.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
#: The share whose reason is right, at least; what is left over is undefined, or what only a code says.
LEAST = 0.9


@pytest.mark.parametrize(("types", "reply"), [row[1:] for row in ROWS], ids=[row[2][:60] for row in ROWS])
def test_nobody_is_silenced_by_words_that_do_not_say_so(types: str, reply: str) -> None:
    assert "hard" in types.split() or classify_reply(reply).bounce_type is not BounceType.HARD


def test_nine_of_ten_have_a_reason_that_a_careful_person_would_accept() -> None:
    wrong = [reply for reasons, _, reply in ROWS if classify_reply(reply).reason not in reasons.split()]
    assert len(ROWS) >= 370
    assert len(wrong) <= (1 - LEAST) * len(ROWS), wrong
