"""Replies of administrators whom nobody has met: each stands for a cause of misreading, not for a wording."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsnparse import classify_reply

ROWS = [
    tuple(part.strip() for part in line.split("|", 2))
    for line in (Path(__file__).parent / "unknown_admins.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize(("reasons", "types", "reply"), ROWS, ids=[row[2][:60] for row in ROWS])
def test_a_reply_is_read_as_a_careful_person_would(reasons: str, types: str, reply: str) -> None:
    verdict = classify_reply(reply)
    assert (verdict.reason in reasons.split(), verdict.bounce_type in types.split()) == (True, True), verdict


def test_there_is_one_for_each_cause() -> None:
    assert len(ROWS) > 120
