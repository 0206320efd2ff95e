"""In every language an address is unknown only where the words say so of the recipient's address."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsnparse import BounceType, Reason, classify_reply

_LINES = [
    tuple(line.split(" | ", 1))
    for line in (Path(__file__).parent / "languages.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize("said", [said for kind, said in _LINES if kind == "hard"])
def test_an_address_that_is_unknown_is_hard(said: str) -> None:
    assert classify_reply(f"550 {said}").bounce_type is BounceType.HARD


@pytest.mark.parametrize("said", [said for kind, said in _LINES if kind == "full"])
def test_no_room_is_a_full_mailbox(said: str) -> None:
    assert classify_reply(f"552 {said}").reason is Reason.MAILBOX_FULL


@pytest.mark.parametrize("code", ["", "550 ", "550 5.7.1 "])
@pytest.mark.parametrize("said", [said for kind, said in _LINES if kind == "other"])
def test_what_is_about_anything_else_is_never_hard(said: str, code: str) -> None:
    assert classify_reply(f"{code}{said}").bounce_type is not BounceType.HARD
