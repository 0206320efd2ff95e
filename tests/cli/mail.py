"""Messages that the tests of the command use."""

from __future__ import annotations

from pathlib import Path

ORDINARY = b"From: a@example.org\nTo: b@example.org\nSubject: Lunch\n\nAt noon?\n"


def bounce(
    recipient: str = "kim@example.com", reply: str = "550 5.1.1 no such user", code: str = "5.1.1"
) -> bytes:
    """A delivery status notification (RFC 3464) for one recipient."""
    return f"""\
From: MAILER-DAEMON@mx.example.org
To: sender@example.org
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; {recipient}
Action: failed
Status: {code}
Diagnostic-Code: smtp; {reply}

--b--
""".encode()


def folder_of(path: Path, count: int) -> Path:
    """A folder with `count` bounces, each for its own recipient, and as many ordinary messages."""
    path.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (path / f"{number:05}.eml").write_bytes(bounce(f"user{number}@example.com"))
        (path / f"{number:05}-ordinary.eml").write_bytes(ORDINARY)
    return path
