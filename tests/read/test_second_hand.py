"""A notice within a notice that names nobody: what it says is told, and silences nobody."""

from __future__ import annotations

import pytest
from messages import notice, report

from dsnparse import BounceType, Kind, parse_dsn

_GROUP = (
    "Final-Recipient: rfc822; kay@example.net\nAction: failed\nStatus: 5.1.1\n"
    "Diagnostic-Code: smtp; 550 5.1.1 User unknown\n"
)
_INNER = report(_GROUP, returned=None).decode()


def wrapped(inner: str, text: str = "Undelivered mail. The message is attached.", subject: str = "") -> bytes:
    """A gateway's notice with a message in it."""
    parts = [f"Content-Type: text/plain\n\n{text}\n", f"Content-Type: message/rfc822\n\n{inner}\n"]
    body = "".join(f"--outer\n{part}" for part in parts) + "--outer--\n"
    subject = subject or "Undelivered Mail Returned to Sender"
    return notice(body, content_type='multipart/mixed; boundary="outer"', subject=subject)


def test_who_failed_by_a_notice_within_the_notice_is_told_and_is_never_hard() -> None:
    assert [record.bounce_type for record in parse_dsn(_INNER.encode())] == [BounceType.HARD]
    found = parse_dsn(wrapped(_INNER))
    (record,) = found
    assert (found.kind, record.recipient, record.reason) == (Kind.BOUNCE, "kay@example.net", "user_unknown")
    assert record.bounce_type is not BounceType.HARD
    assert "not-hard.second-hand" in [one.rule for one in record.evidence]
    assert "repair.second_hand" in [warning.code for warning in found.warnings]


@pytest.mark.parametrize(
    "inner",
    [
        _INNER.replace("Mail Delivery System <MAILER-DAEMON@mail.example.net>", "lee@example.net"),
        notice("Minutes of the meeting.", sender="MAILER-DAEMON@mail.example.net", subject="Hello").decode(),
    ],
    ids=["of a person's", "without recipients"],
)
def test_a_message_in_it_that_is_no_mail_systems_notice_names_nobody(inner: str) -> None:
    assert "kay@example.net" not in [record.recipient for record in parse_dsn(wrapped(inner))]


def test_what_the_notice_itself_names_comes_first() -> None:
    text = "Undelivered mail.\n\n<lee@example.net>: 552 5.2.2 mailbox full\n"
    assert [record.recipient for record in parse_dsn(wrapped(_INNER, text))] == ["lee@example.net"]


def test_a_notice_within_a_notice_within_a_notice_is_not_looked_for() -> None:
    inner = wrapped(_INNER).decode()
    assert [record.recipient for record in parse_dsn(wrapped(inner))] == []


def test_an_answer_with_the_subject_and_text_that_a_stranger_sent_silences_nobody() -> None:
    message = (
        b"Return-Path: <>\nFrom: Lee <lee@example.com>\nTo: me@example.net\nAuto-Submitted: auto-replied\n"
        b"Subject: Message not delivered\n\nYour message could not be delivered to kim@example.org: "
        b"550 5.1.1 user unknown\n"
    )
    assert [one.bounce_type for one in parse_dsn(message).records] == ["undetermined"]


def test_what_list_software_takes_for_a_bounce_is_read_whoever_it_is_from_and_silences_nobody() -> None:
    told = "Your letter was not delivered.\n\nRecipient: kay@example.net\nReason: 550 5.1.1 User unknown\n"
    inner = notice(told, sender="Post <noreply@mail.example.net>", subject="Letter not delivered").decode()
    listed = "Return-Path: <mailman-bounces@lists.example.net>\nX-List-Administrivia: yes\n"
    action = wrapped(
        inner, "This is a Mailman mailing list bounce action notice.", "Bounce action notification"
    )
    message = action.replace(b"Return-Path: <>\n", listed.encode(), 1).replace(
        b"Mail Delivery System <MAILER-DAEMON@mail.example.net>", b"mailman@lists.example.net", 1
    )
    assert [(one.recipient, one.bounce_type) for one in parse_dsn(message)] == [
        ("kay@example.net", BounceType.UNDETERMINED)
    ]
    assert parse_dsn(message.replace(b"X-List-Administrivia: yes\n", b"", 1)).records == ()
