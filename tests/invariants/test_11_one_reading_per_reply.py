"""Invariant 11: one reply has one reading, whoever asks."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse import Action, classify_reply, parse_dsn
from dsnparse.explain import explain
from dsnparse.mailboxes.events import Event, read_events
from dsnparse.wire.address_spans import addresses_in

ROOT = Path(__file__).resolve().parents[2]
#: Real mail of other projects, where it lies beside a checkout; the samples alone are enough for the law.
ELSEWHERE = ROOT.parent / "shared" / "corpora"
HOSTS = (None, "mx.example.org", "aspmx.l.google.com", "example-com.mail.protection.outlook.com")
#: Reply code, status, effective status, reason, bounce type.
Reading = tuple[int | None, str | None, str | None, str, str]


def diagnostics() -> list[str]:
    """Every diagnostic in the mail at hand, once."""
    paths = [*ROOT.glob("samples/*/*.eml"), *ELSEWHERE.glob("*/*")]
    found: dict[str, None] = {}
    for path in sorted(paths):
        if path.is_file() and path.suffix not in (".jsonl", ".md"):
            for record in parse_dsn(path.read_bytes()):
                if record.diagnostic:
                    found[" ".join(record.diagnostic.split())] = None
    return list(found)


DIAGNOSTICS = diagnostics()


def recipient_of(reply: str) -> str:
    """Whom the reply names: one that names somebody else would be believed less."""
    return next(iter(addresses_in(reply)), "kim@example.com")


def notice(reply: str, host: str | None, action: Action) -> bytes:
    """A report about one recipient that states nothing but the reply, the host, and what was done."""
    fields = f"Final-Recipient: rfc822; {recipient_of(reply)}\nAction: {action}\n"
    fields += f"Remote-MTA: dns; {host}\n" if host else ""
    body = (
        "MIME-Version: 1.0\nFrom: <>\nSubject: report\nContent-Type: multipart/report; boundary=b\n\n"
        "--b\n\n\n--b\nContent-Type: message/delivery-status; charset=utf-8\n"
        f"Content-Transfer-Encoding: 8bit\n\n\n{fields}"
    )
    return body.encode() + b"Diagnostic-Code: smtp; " + reply.encode("utf-8", "replace") + b"\n--b--\n"


def of_notice(reply: str, host: str | None, action: Action) -> Reading:
    (record,) = parse_dsn(notice(reply, host, action)).records
    return (
        record.reply_code,
        record.status,
        record.effective_status,
        record.reason,
        record.bounce_type,
    )


def of_event(reply: str, host: str | None, action: Action) -> Reading:
    recipient = {
        "emailAddress": recipient_of(reply),
        "action": action.value,
        "diagnosticCode": f"smtp; {reply}",
    }
    event = {
        "eventType": "Bounce",
        "bounce": {"bouncedRecipients": [recipient], "reportingMTA": f"dns; {host}" if host else ""},
    }
    (item,) = read_events("ses", io.BytesIO(json.dumps(event).encode()), "event")
    assert isinstance(item, Event)
    (record,) = item.report.records
    return (
        record.reply_code,
        record.status,
        record.effective_status,
        record.reason,
        record.bounce_type,
    )


def of_reply(reply: str, host: str | None, action: Action) -> Reading:
    verdict = classify_reply(reply, host=host, action=action)
    return (
        verdict.reply_code,
        verdict.status,
        verdict.effective_status,
        verdict.reason,
        verdict.bounce_type,
    )


def test_there_is_something_to_hold_it_to() -> None:
    assert len(DIAGNOSTICS) > 150


@pytest.mark.parametrize("action", [Action.FAILED, Action.DELAYED])
@pytest.mark.parametrize("host", HOSTS)
def test_notice_event_and_classifier_agree_on_every_diagnostic(host: str | None, action: Action) -> None:
    differ = {}
    for reply in DIAGNOSTICS:
        asked = of_reply(reply, host, action)
        told = of_notice(reply, host, action), of_event(reply, host, action)
        if told != (asked, asked):
            differ[reply] = (asked, *told)
    assert differ == {}


def test_explain_shows_the_classifiers_verdict_on_every_diagnostic() -> None:
    differ = []
    for reply in DIAGNOSTICS:
        verdict = classify_reply(reply)
        page = explain(reply) if len(reply.split()) > 1 and verdict.source is not None else None
        if page is not None and page.verdict not in (verdict, None):
            differ.append(reply)
    assert differ == []


_PIECES = (
    "550", "421", "5.1.1", "4.7.28", "2.1.5", "550-5.7.1", "smtp;", "more than", "500 messages", "port 465",
    "user unknown", "mailbox full", "<kim@example.com>:", "try later", "said:", "(in reply to RCPT TO)", ":",
    "host mx.example.org[192.0.2.1]", "version 4.5.2", "(#5.2.2)", "250 2.0.0 ok", "\u0130", "550.", "[421]",
)  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), min_size=1, max_size=8), st.sampled_from(HOSTS))
def test_they_agree_on_replies_that_nobody_sent_yet(pieces: list[str], host: str | None) -> None:
    reply = " ".join(pieces)
    for action in (Action.FAILED, Action.DELAYED):
        asked = of_reply(reply, host, action)
        assert of_notice(reply, host, action) == of_event(reply, host, action) == asked
