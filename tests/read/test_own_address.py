"""A mail system that speaks of an address of its own, in a sentence that nobody has met."""

from __future__ import annotations

import pytest
from messages import notice

from dsnparse import BounceType, Kind, parse_dsn

SYSTEM = "postmaster@mail.example.net"
KIM = "kim@mail.example.net"
TOLD = (
    f"{KIM} 는 존재하지 않는 사용자입니다.",
    f"Contul {KIM} este suspendat. Mesajul a fost trimis înapoi.",
    f"{KIM} adresi sistemimizde kayıtlı değildir.",
    f"Ο λογαριασμός {KIM} έχει ανασταλεί.",
)


def read(
    text: str, *, sender: str = SYSTEM, subject: str = "A letter", header: str = "Return-Path: <>\n"
) -> list[str]:
    report = parse_dsn(notice(text, sender=sender, subject=subject, header=header))
    assert all(one.bounce_type is not BounceType.HARD for one in report)
    rules = {entry.rule for one in report for entry in one.evidence if entry.field == "recipient"}
    assert rules <= {"text.own-address"}
    return [one.recipient for one in report] if report.kind is Kind.BOUNCE else []


@pytest.mark.parametrize("text", TOLD)
def test_it_is_about_that_address_and_is_not_hard(text: str) -> None:
    assert read(text) == [KIM]


@pytest.mark.parametrize(
    "text",
    [
        f"{KIM} will be on the new server from Monday.",
        f"A login to {KIM} from a new device was seen.",
        TOLD[0].replace(KIM, f"{KIM}, lee@mail.example.net"),
        TOLD[0].replace(KIM, "ann@elsewhere.example"),
        "\n".join([f"House rule {number}." for number in range(14)] + [TOLD[0]]),
    ],
)
def test_where_it_may_be_about_anything_else_nobody_is_named(text: str) -> None:
    assert read(text) == []


def test_a_person_and_whoever_can_be_answered_name_nobody() -> None:
    for text in TOLD:
        assert read(text, sender="Nora Lind <nora@mail.example.net>") == []
        assert read(text, header="Return-Path: <office@mail.example.net>\n") == []
        assert read(text, header="Return-Path: <>\nList-Id: <l.example.net>\n", subject="Re: hello") == []
