"""Whom a notice is from."""

from __future__ import annotations

import pytest

from dsnparse.notice.head import Head
from dsnparse.wire.mime import read_message


def is_daemon(sender: str) -> bool:
    return Head(read_message(f"From: {sender}\n\n".encode())).is_daemon


@pytest.mark.parametrize(
    "local",
    [
        "mailer-daemon", "MAILERDAEMON", "mail-daemon", "maildaemon", "postmaster", "mdaemon", "mmdf",
        "daemon",
        "mailer", "mail.delivery.system", "mailadmin", "maildelivery", "bounce", "bounces", "smtp-daemon",
        "mailsystem", "mail-system", "system", "uucp",
    ],
)  # fmt: skip
def test_an_address_of_a_mail_system_is_a_daemons(local: str) -> None:
    assert is_daemon(f"{local}@mx.example")
    assert is_daemon(f"<{local}@mx.example>")


@pytest.mark.parametrize(
    "name",
    [
        "Mail Delivery System", "Mailer-Daemon", "mail.system", "System Administrator", "The Postmaster",
        "Mail Administrator", "Undeliverable", "content-filter", "ContentFilter", "Mail Server",
        "mailgateway", "Mail Gateway", "VirusWall", "Virus Wall", "NDR Administrator", "Microsoft Exchange",
        "Microsoft Outlook", "InterScan", "MDaemon", "GroupWise", "Mail Delivery Subsystem",
    ],
)  # fmt: skip
def test_a_name_of_a_mail_system_is_a_daemons(name: str) -> None:
    assert is_daemon(f"{name} <x@mx.example>")


@pytest.mark.parametrize(
    "sender", ["Kim Oh <kim@mx.example>", "kim@system.example", "Systems Ltd <news@mx.example>", "", "kim"]
)
def test_a_person_is_no_daemon(sender: str) -> None:
    assert not is_daemon(sender)
