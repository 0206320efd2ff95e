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


@pytest.mark.parametrize(
    "reply",
    [
        "550 Lee is not here now",
        "550 no such magic here as free postage",
        "550 there is no encryption here",
        "550 no such method at this site",
        "550 no such object in the cache",
        "550 no such entity exists",
        "550 nobody at our site has your certificate",
        "550 we never heard of this cipher suite",
        "550 your former colleague's key has run out",
        "550 she is no longer on our team rate",
        "550 5.7.1 our register has no entry for your server",
        "550 this gateway is send-only",
        "550 delivery is turned off for the time of the upgrade",
        "550 the domain has lapsed signatures",
        "550 the old address is not trusted",
        "550 the address lacks a domain signature",
        "550 the employee has left for today",
    ],
)
def test_what_is_said_of_other_things_than_a_recipient_is_never_hard(reply: str) -> None:
    assert classify_reply(reply).bounce_type != "hard"
