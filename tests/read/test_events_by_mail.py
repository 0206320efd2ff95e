"""Events of mail services that come as mail: what SNS sends, and files that a program passes on."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from messages import notice

from dsnparse import BounceType, Kind, parse_dsn

_MAIL = {"timestamp": "2026-01-02T03:04:05Z", "source": "nora.lind@example.com", "messageId": "m-1"}
_DELAY = {
    "eventType": "DeliveryDelay",
    "mail": {**_MAIL, "destination": ["tom.beck@example.org"]},
    "deliveryDelay": {
        "timestamp": "2026-01-02T04:04:05Z",
        "delayType": "MailboxFull",
        "delayedRecipients": [{"emailAddress": "tom.beck@example.org", "status": "4.2.2"}],
    },
}
_REFUSED = {"event": "bounce", "type": "bounce", "sg_event_id": "e1", "timestamp": 1767323045,
            "email": "tom.beck@example.org", "status": "5.1.1",
            "reason": "550 5.1.1 No such user"}  # fmt: skip
_DROPPED = {"event": "dropped", "sg_event_id": "e2", "timestamp": 1767323046, "email": "kim@example.org",
            "reason": "Unsubscribed Address"}  # fmt: skip
_OPENED = {"event": "open", "sg_event_id": "e3", "timestamp": 1767323047, "email": "lee@example.org"}


def _sns(text: str) -> bytes:
    return notice(text, sender="AWS <no-reply@sns.amazonaws.com>", subject="AWS Notification", header="")


def attached(value: Any, *, sender: str = "hooks@robot.example", header: str = "") -> bytes:
    data = base64.b64encode(json.dumps(value).encode()).decode()
    body = (
        "--b\nContent-Type: text/plain\n\nWhat was posted is attached.\n"
        '--b\nContent-Type: application/json; name="posted.json"\nContent-Transfer-Encoding: base64\n\n'
        f"{data}\n--b--\n"
    )
    return notice(
        body, sender=sender, subject="Posted", header=header, content_type='multipart/mixed; boundary="b"'
    )


def _in_envelope(event: Any) -> str:
    return json.dumps({"Type": "Notification", "TopicArn": "t", "Message": json.dumps(event)})


@pytest.mark.parametrize("wrap", [json.dumps, _in_envelope])
def test_what_sns_sends_is_read_bare_and_in_its_envelope(wrap: Any) -> None:
    report = parse_dsn(_sns(wrap(_DELAY)))
    (record,) = report.records
    assert (report.kind, record.recipient, record.reason) == (
        Kind.DELAY,
        "tom.beck@example.org",
        "mailbox_full",
    )


def test_events_in_a_file_name_those_who_failed_and_make_nobody_hard() -> None:
    report = parse_dsn(attached([_OPENED, _REFUSED, _DROPPED]))
    assert (report.kind, report.format) == (Kind.BOUNCE, "sendgrid")
    assert {record.recipient: record.reason for record in report} == {
        "tom.beck@example.org": "user_unknown",
        "kim@example.org": "suppressed",
    }
    assert BounceType.HARD not in {record.bounce_type for record in report}


@pytest.mark.parametrize(
    "message",
    [
        attached([_OPENED]),
        attached({"event": "bounce"}),
        attached({"colour": "red", "tags": ["bounce"]}),
        attached([_REFUSED], sender="Tom Beck <tom@example.org>"),
        attached([_REFUSED], header="In-Reply-To: <1@example.org>\n"),
        attached(["bounce", 1, None, [[[[]]]]]),
        attached([]),
    ],
)
def test_other_files_and_those_that_people_attach_are_none(message: bytes) -> None:
    assert parse_dsn(message).kind is Kind.OTHER


def _below_words(value: Any, *, sender: str = "hooks@robot.example", width: int = 76, cut: int = 0) -> bytes:
    """JSON in the text, below some words, folded at a width as mail systems do; `cut`: what is left out."""
    text = json.dumps(value)
    text = text[: len(text) - cut]
    lines = "\n".join(text[at : at + width] for at in range(0, len(text), width))
    return notice(f"This was posted:\n\n{lines}\n", sender=sender, subject="Posted", header="")


@pytest.mark.parametrize("cut", [0, 3])
@pytest.mark.parametrize(
    "sender", ["hooks@robot.example", "no-reply@robot.example", "Events <event-mailer@x.example>"]
)
def test_events_below_words_of_a_webhook_are_told_of_and_make_nobody_hard(sender: str, cut: int) -> None:
    report = parse_dsn(_below_words([_OPENED, _REFUSED], sender=sender, cut=cut))
    (record,) = report.records
    assert (report.kind, report.format, record.recipient, record.reason) == (
        Kind.BOUNCE,
        "sendgrid",
        "tom.beck@example.org",
        "user_unknown",
    )
    assert record.bounce_type is not BounceType.HARD


@pytest.mark.parametrize(
    "sender", ["Kim <kim@example.org>", "support@example.org", '"no-reply@x" <kim@example.org>']
)
def test_events_that_anybody_else_quotes_are_none(sender: str) -> None:
    assert parse_dsn(_below_words([_REFUSED], sender=sender)).kind is Kind.OTHER


@pytest.mark.parametrize("count", [1, 20])
def test_whoever_is_told_of_by_a_file_is_reported_once(count: int) -> None:
    report = parse_dsn(attached([_REFUSED] * count))
    assert [record.recipient for record in report] == ["tom.beck@example.org"]
