"""What programs, providers and administrators are known to say, and what a careful person makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsnparse import classify_reply

_HERE = Path(__file__).parent
ROWS = [
    tuple(line.split(" | ", 2))
    for line in (_HERE / "real_replies.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
ABOUT_OTHERS = (_HERE / "about_others.txt").read_text("utf-8").splitlines()[1:]


@pytest.mark.parametrize("reply", ABOUT_OTHERS, ids=[reply[:60] for reply in ABOUT_OTHERS])
def test_what_is_said_of_others_or_perhaps_silences_nobody(reply: str) -> None:
    assert classify_reply(reply.replace("\\n", "\n")).bounce_type != "hard"


@pytest.mark.parametrize(("reasons", "types", "reply"), ROWS, ids=[row[2][:60] for row in ROWS])
def test_it_is_read_as_a_careful_person_would(reasons: str, types: str, reply: str) -> None:
    verdict = classify_reply(reply.replace("\\n", "\n"))
    assert (verdict.reason in reasons.split(), verdict.bounce_type in types.split()) == (True, True), verdict


def test_there_are_as_many_as_were_written_down() -> None:
    assert len(ROWS) > 800
