"""A status part that states success of a recipient who failed: what the notice's text says counts."""

from __future__ import annotations

from pathlib import Path

import pytest
from messages import group, report

from dsnparse import Reason, parse_dsn, parse_file

SAMPLE = Path(__file__).parents[2] / "samples" / "provider" / "aol-mailbox-not-found.eml"
TRANSCRIPT = ">>> RCPT To:<kim@example.org>\n<<< 550 MAILBOX NOT FOUND\n550 <kim@example.org>... User unknown"


def test_old_aols_250_ok_is_no_reason_and_the_transcript_is() -> None:
    (record,) = parse_file(SAMPLE).records
    assert record.diagnostic == "RCPT To <tombeck@example.org> <<< 550 MAILBOX NOT FOUND"
    assert (record.reason, record.reply_code) == (Reason.USER_UNKNOWN, 550)
    rules = {entry.rule: entry.text for entry in record.evidence if entry.field == "diagnostic"}
    assert rules["outranked: rfc3464.diagnostic-code"] == "SMTP; 250 OK"
    (reason,) = [entry for entry in record.evidence if entry.field == "reason"]
    assert (reason.part, reason.line) == ("1", 30)


@pytest.mark.parametrize(
    ("diagnostic", "action", "text", "expected"),
    [
        ("smtp; 250 OK", "failed", TRANSCRIPT, "RCPT To <kim@example.org> <<< 550 MAILBOX NOT FOUND"),
        ("smtp; 250 OK", "failed", "<kim@example.org>: no more is known", "250 OK"),
        ("smtp; 250 OK", "failed", "Somebody else has 550 5.1.1 no such user.", "250 OK"),
        ("smtp; 250 OK", "relayed", TRANSCRIPT, "250 OK"),
        ("smtp; 550 5.7.1 spam", "failed", TRANSCRIPT, "550 5.7.1 spam"),
        ("X-Unix; 250", "failed", TRANSCRIPT, "250"),
    ],
)
def test_only_a_reply_of_success_about_a_failure_gives_way_and_only_to_a_refusal(
    diagnostic: str, action: str, text: str, expected: str
) -> None:
    fields = group("kim@example.org", action=action, status="2.0.0", diagnostic=diagnostic)
    (record,) = parse_dsn(report(fields, text=text)).records
    assert record.diagnostic == expected
