"""Notices put together from a few words, for tests that are about one thing each."""

from __future__ import annotations

RETURNED = """\
Return-Path: <nora.lind@example.com>
Received: from desk.example.com (desk.example.com [192.0.2.31])
\tby mail.example.com with ESMTPSA id 4cmQ2x1Zzz8sV7
\tfor <tom.beck@example.org>; Tue, 14 Oct 2025 11:09:12 +0200
From: Nora Lind <nora.lind@example.com>
To: tom.beck@example.org
Subject: Minutes of the March meeting
Date: Tue, 14 Oct 2025 11:09:12 +0200
Message-ID: <20251014.7731@desk.example.com>
X-Campaign: minutes-3
Feedback-ID: 3:minutes:example
List-Id: Board <board.example.com>

Dear all,
"""


def notice(
    text: str,
    *,
    sender: str = "Mail Delivery System <MAILER-DAEMON@mail.example.net>",
    subject: str = "Undelivered Mail Returned to Sender",
    header: str = "Return-Path: <>\n",
    to: str = "nora.lind@example.com",
    content_type: str = "text/plain; charset=utf-8",
) -> bytes:
    """A notice in plain text."""
    return (
        f"{header}From: {sender}\nTo: {to}\nSubject: {subject}\nDate: Tue, 14 Oct 2025 11:10:00 +0200\n"
        f"Message-ID: <notice.1@mail.example.net>\nMIME-Version: 1.0\nContent-Type: {content_type}\n\n{text}"
    ).encode()


def report(
    *groups: str,
    text: str = "Your message could not be delivered.",
    message: str = "Reporting-MTA: dns; mail.example.net",
    returned: str | None = RETURNED,
    returned_type: str = "message/rfc822",
    status_type: str = "message/delivery-status",
    header: str = "Return-Path: <>\n",
) -> bytes:
    """A multipart/report with a status part of these groups of fields (RFC 3464)."""
    parts = [
        f"Content-Type: text/plain; charset=utf-8\n\n{text}\n",
        f"Content-Type: {status_type}\n\n" + "\n\n".join((message, *groups)) + "\n",
    ]
    if returned is not None:
        parts.append(f"Content-Type: {returned_type}\n\n{returned}")
    body = "".join(f"--=_b\n{part}\n" for part in parts) + "--=_b--\n"
    return notice(
        body,
        header=header,
        content_type='multipart/report; report-type=delivery-status; boundary="=_b"',
    )


def group(
    recipient: str,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 No such user",
    more: str = "",
) -> str:
    """The fields of one recipient."""
    return (
        f"Final-Recipient: rfc822; {recipient}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: {diagnostic}{more}"
    )
