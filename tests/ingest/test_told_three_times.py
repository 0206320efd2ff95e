"""One failure that a log, an event of the mail service and a notice tell of counts once, in any order."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from dsnparse import parse_dsn
from dsnparse.mailboxes.events import Event, read_events
from dsnparse.mailboxes.logs import read_log
from dsnparse.store import Policy, Store
from dsnparse.store.changes.batch import Seen
from dsnparse.wire.identity import message_identity

WHO = "full@example.net"
AT = datetime(2026, 11, 5, 18, 21, 32, tzinfo=UTC)
SAID = "452 4.2.2 Mailbox full"


def by_log(message_id: str) -> Seen:
    """What Postfix's log says."""
    reply = f"host mx.example.net[192.0.2.10] said: {SAID} (in reply to RCPT TO command)"
    attempt = "relay=mx.example.net[192.0.2.10]:25, delay=1, delays=1/0/0/0, dsn=4.2.2, status=bounced"
    lines = [
        f"postfix/cleanup[9]: 844EF30E6A1: message-id=<{message_id}>",
        "postfix/qmgr[9]: 844EF30E6A1: from=<news@example.org>, size=681, nrcpt=1 (queue active)",
        f"postfix/smtp[9]: 844EF30E6A1: to=<{WHO}>, {attempt} ({reply})",
    ]
    (event,) = read_log("postfix", [f"{AT.isoformat()} mx1 {line}".encode() for line in lines], "log")
    assert isinstance(event, Event)
    return Seen(event.identity, event.name, event.report, event.happened, by_mail=False)


def by_event(message_id: str) -> Seen:
    """What the mail service says."""
    failed = {"emailAddress": WHO, "action": "failed", "status": "4.2.2", "diagnosticCode": f"smtp; {SAID}"}
    told = {
        "eventType": "Bounce",
        "bounce": {
            "bounceType": "Transient",
            "bounceSubType": "MailboxFull",
            "timestamp": (AT + timedelta(seconds=4)).isoformat(),
            "feedbackId": "f-1",
            "bouncedRecipients": [failed],
        },
        "mail": {
            "messageId": "0100",
            "source": "news@example.org",
            "destination": [WHO],
            "commonHeaders": {"messageId": f"<{message_id}>"},
        },
    }
    (event,) = read_events("ses", io.BytesIO(json.dumps(told).encode()), "events")
    assert isinstance(event, Event), event
    return Seen(event.identity, event.name, event.report, event.happened, by_mail=False)


def by_mail(message_id: str) -> Seen:
    """What the notice says."""
    data = f"""\
From: MAILER-DAEMON@mx1.example.org
To: news@example.org
Subject: Undelivered Mail Returned to Sender
Date: Thu, 05 Nov 2026 18:21:40 +0000
Message-ID: <n@mx1.example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx1.example.org

Final-Recipient: rfc822; {WHO}
Action: failed
Status: 4.2.2
Diagnostic-Code: smtp; {SAID}

--b
Content-Type: message/rfc822

Message-ID: <{message_id}>
To: {WHO}

Hello
--b--
""".encode()
    return Seen(message_identity(data), "notice", parse_dsn(data), AT + timedelta(seconds=8))


@pytest.mark.parametrize("order", list(permutations([by_log, by_event, by_mail])))
def test_it_counts_once_in_any_order(order: tuple[Callable[[str], Seen], ...]) -> None:
    policy = Policy.from_toml("[soft]\nlimit = 2\n")
    with Store.open(":memory:", policy=policy) as store:
        for tell in order:
            store.add([tell("m1.4711@app.example.org")], now=AT + timedelta(hours=1))
        assert store.check(WHO, now=AT + timedelta(hours=1)).status == "active"
        store.add([by_mail("m2.4712@app.example.org")], now=AT + timedelta(hours=2))
        assert store.check(WHO, now=AT + timedelta(hours=2)).status == "paused"


def test_all_three_say_the_same_of_it() -> None:
    records = [tell("m1.4711@app.example.org").report.records for tell in (by_log, by_event, by_mail)]
    assert {(record.recipient, record.reason, record.bounce_type) for (record,) in records} == {
        (WHO, "mailbox_full", "soft")
    }
