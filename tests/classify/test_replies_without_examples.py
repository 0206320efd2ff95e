"""Replies as servers give them, for which no rule was written: the rules have to be general enough."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsnparse import classify_reply

LINES = (Path(__file__).parent / "replies.txt").read_text("utf-8").splitlines()
REPLIES = [line.partition(" | ")[::2] for line in LINES if not line.startswith("#")]


@pytest.mark.parametrize(("accepted", "reply"), REPLIES, ids=[reply[:60] for _, reply in REPLIES])
def test_a_reply_gets_a_reason_that_a_careful_person_would_accept(accepted: str, reply: str) -> None:
    assert classify_reply(reply).reason in accepted.split()
