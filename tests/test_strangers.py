"""Whatever a stranger can choose in a bounce that honest servers wrote, it silences nobody else.

He chooses the address that he mails, the reply of the server that refuses it (his own), what he puts into the
mail that comes back (header, subject, attachments, parts behind it), and ORCPT. The notices themselves are as
servers write them.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dsnparse import BounceRecord, BounceType, parse_dsn
from dsnparse.mailboxes.events import Event, read_events

VICTIM = "victim@good.example"
STRANGER = "x@evil.example"
#: What he mails. None of these is the victim's address.
ADDRESSES = (
    STRANGER, f"'{VICTIM}", f"*{VICTIM}", f"foo|{VICTIM}", f"smtp={VICTIM}", f'"<{VICTIM}>"@evil.example',
    f'"{VICTIM} "@evil.example', f"{VICTIM}@evil.example", f"@evil.example:{VICTIM}", f"&lt;{VICTIM}",
    f"(x){VICTIM}", f"\u200b{VICTIM}", f'"x {VICTIM} y"@evil.example', "victim@evil.example",
    f"{VICTIM}>@evil.example", f"{VICTIM}>x@evil.example", f"{VICTIM}>: x@evil.example",
    f"{VICTIM}]@evil.example", f"[{VICTIM}]@evil.example", f"({VICTIM})@evil.example",
    f"{VICTIM} x@evil.example",
)  # fmt: skip
#: What his server says, on one line or several; "\r" is a carriage return within a line.
REPLIES = (
    "550 5.1.1 no such user", f"550 5.1.1 {VICTIM}: User unknown", f"550 RCPT TO:<{VICTIM}> failed: unknown",
    f"550 no\rFinal-Recipient: rfc822; {VICTIM}\rAction: failed\rStatus: 5.1.1",
    f"550-no\n<{VICTIM}>:\n550 5.1.1 user unknown", f"550-no\n{VICTIM}\n550 5.1.1 user unknown",
    f"550-The following addresses had permanent fatal errors:\n550 5.1.1 <{VICTIM}>... User unknown",
    f"554 delivery to {VICTIM} failed: mailbox unavailable", f"550 5.1.1 recipient: {VICTIM} unknown",
)  # fmt: skip
#: Fields of the mail that came back.
FIELDS = (
    "To: x@evil.example", f"To: {VICTIM}", f"To: Victim <{VICTIM}>\nX-Original-To: {VICTIM}",
    f"Received: from a by b for <{VICTIM}>; Mon, 3 Nov 2025 10:00:00 +0000\nTo: {VICTIM}",
    f"X-Failed-Recipients: {VICTIM}", f"Subject: 550 5.1.1 <{VICTIM}>: user unknown",
    "Subject: DMARC failure report",
)  # fmt: skip
STATUS = f"Reporting-MTA: dns; a\n\nFinal-Recipient: rfc822; {VICTIM}\nAction: failed\nStatus: 5.1.1\n"
COMPLAINT = f"Feedback-Type: abuse\nOriginal-Rcpt-To: {VICTIM}\n"
#: What he attaches, or puts behind the returned message with a boundary that he guessed.
PARTS = (
    "",
    f"Content-Type: message/delivery-status\n\n{STATUS}",
    f"Content-Type: message/feedback-report\n\n{COMPLAINT}",
    f"Content-Type: text/plain\n\n<{VICTIM}>: 550 5.1.1 user unknown\n",
)
ORCPTS = ("", f"Original-Recipient: rfc822; {VICTIM}\n")

STATUS_IN_REPLY = re.compile(r"\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})")
HEADER = (
    "Return-Path: <>\nFrom: MAILER-DAEMON@out.example.net (Mail Delivery System)\n"
    "To: news@lists.example.net\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n"
)


def returned(fields: str) -> str:
    return f"Return-Path: <news@lists.example.net>\nFrom: News <news@example.net>\n{fields}\n\nHello\n"


def postfix(address: str, reply: str, fields: str, part: str, orcpt: str) -> str:
    """A report; the reply in one line, as Postfix writes it."""
    said = reply.replace("\n", " ")
    found = STATUS_IN_REPLY.match(reply)
    status = found[1] if found else f"{reply[0]}.0.0"
    return (
        f"{HEADER}Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
        "Content-Type: text/plain; charset=utf-8\n\nThis is the mail system at host out.example.net.\n\n"
        f"<{address}>: host mx.evil.example[192.0.2.7] said: {said} (in reply to RCPT TO command)\n\n--b\n"
        "Content-Type: message/delivery-status; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
        f"Reporting-MTA: dns; out.example.net\n\nFinal-Recipient: rfc822; {address}\n{orcpt}Action: failed\n"
        f"Status: {status}\nDiagnostic-Code: smtp; {said}\n\n--b\nContent-Type: message/rfc822\n\n"
        f"{returned(fields)}\n"
        f"{f'--b{chr(10)}{part}{chr(10)}' if part else ''}--b--\n"
    )


def exim(address: str, reply: str, fields: str, part: str, orcpt: str) -> str:
    """Text with X-Failed-Recipients; the reply goes on in lines that are set in."""
    said = reply.replace("\n", "\n    ")
    return (
        f"{HEADER}X-Failed-Recipients: {address}\nContent-Type: text/plain; charset=utf-8\n\n"
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be\ndelivered to one or more of its recipients. "
        "This is a permanent error.\nThe following address(es) failed:\n\n"
        f"  {address}\n    SMTP error from remote mail server after RCPT TO:<{address}>:\n"
        f"    host mx.evil.example [192.0.2.7]: {said}\n\n"
        f"------ This is a copy of the message, including all the headers. ------\n\n{returned(fields)}"
    )


def qmail(address: str, reply: str, fields: str, part: str, orcpt: str) -> str:
    """Text; the reply as it came, line by line; qmail leaves no empty line in it."""
    said = re.sub("\n(?=\n)", "\n/", reply)
    return (
        f"{HEADER}Content-Type: text/plain; charset=utf-8\n\n"
        "Hi. This is the qmail-send program at out.example.net.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        f"This is a permanent error; I've given up. Sorry it didn't work out.\n\n<{address}>:\n"
        f"192.0.2.7 does not like recipient.\nRemote host said: {said}\nGiving up on 192.0.2.7.\n\n"
        f"--- Below this line is a copy of the message.\n\n{returned(fields)}"
    )


def plain(address: str, reply: str, fields: str, part: str, orcpt: str) -> str:
    """Text of a system that nobody has seen before."""
    return (
        f"{HEADER}Content-Type: text/plain; charset=utf-8\n\n"
        "Your message could not be delivered to the following "
        f"recipients:\n\n{address}\n{reply}\n\n----- Original message -----\n{returned(fields)}"
    )


def exchange(address: str, reply: str, fields: str, part: str, orcpt: str) -> str:
    """Text of Exchange Online, whose report lost its status part on the way."""
    said = reply.replace("\n", " ")
    return (
        f"{HEADER}Content-Type: text/plain; charset=utf-8\n\n"
        f"Delivery has failed to these recipients or groups:\n\n{address}\n"
        "The email address wasn't found at the destination domain.\n\n"
        "Diagnostic information for administrators:\n\nGenerating server: a.example.net\n\n"
        f"{address}\nRemote Server returned '{said}'\n\nOriginal message headers:\n\n{returned(fields)}"
    )


def transcript(address: str, reply: str, fields: str, part: str, orcpt: str) -> str:
    """Text with the whole session, as MDaemon and old Sendmail write it."""
    return (
        f"{HEADER}Content-Type: text/plain; charset=utf-8\n\n"
        "The following addresses did NOT receive a copy of your message:\n\n"
        f"> {address}\n\n--- Session Transcript ---\n EHLO out.example.net\n 250-mx.evil.example\n"
        f" MAIL From:<news@lists.example.net>\n 250 ok\n RCPT To:<{address}>\n {reply}\n QUIT\n"
        f"--- End Transcript ---\n\n{returned(fields)}"
    )


def letter(address: str, reply: str, fields: str, part: str, orcpt: str) -> str:
    """No notice at all: a letter of his, with an attachment."""
    return (
        "From: Kim Oh <kim@evil.example>\nTo: news@lists.example.net\nSubject: Re: your newsletter\n"
        "In-Reply-To: <1@example.net>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=m\n\n--m\n"
        f"Content-Type: text/plain; charset=utf-8\n\nHi, look: {reply}\n--m\n"
        f"{part or 'Content-Type: text/plain'}\n\n--m--\n"
    )


Make = Callable[[str, str, str, str, str], str]
NOTICES: tuple[Make, ...] = (postfix, exim, qmail, plain, exchange, transcript, letter)


def is_victims(address: str | None) -> bool:
    return address is not None and address.strip().strip("<>").lower() == VICTIM


def against_the_victim(records: Iterator[BounceRecord]) -> list[BounceRecord]:
    return [
        record for record in records if is_victims(record.recipient) and record.bounce_type is BounceType.HARD
    ]


@pytest.mark.parametrize("notice", NOTICES, ids=lambda notice: notice.__name__)
@given(
    address=st.sampled_from(ADDRESSES),
    reply=st.sampled_from(REPLIES),
    fields=st.lists(st.sampled_from(FIELDS), min_size=1, max_size=3, unique=True).map("\n".join),
    part=st.sampled_from(PARTS),
    orcpt=st.sampled_from(ORCPTS),
)
@example(address=STRANGER, reply=REPLIES[4], fields=FIELDS[0], part=PARTS[1], orcpt=ORCPTS[1])
def test_a_stranger_makes_nobody_elses_address_hard(
    notice: Make,
    address: str,
    reply: str,
    fields: str,
    part: str,
    orcpt: str,
) -> None:
    report = parse_dsn(notice(address, reply, fields, part, orcpt).encode())
    assert against_the_victim(iter(report)) == []


def test_nor_does_the_header_of_his_mail_complete_an_address_for_him() -> None:
    text = postfix("victim", "550 5.1.1 no such user", f"To: {VICTIM}", "", "")
    assert against_the_victim(iter(parse_dsn(text.encode()))) == []


@given(address=st.sampled_from(ADDRESSES), reply=st.sampled_from(REPLIES))
def test_nor_does_an_event_about_his_mail(address: str, reply: str) -> None:
    recipient = {
        "emailAddress": address,
        "action": "failed",
        "status": "5.1.1",
        "diagnosticCode": f"smtp; {reply}",
    }
    bounce = {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [recipient]}
    data = json.dumps({"notificationType": "Bounce", "bounce": bounce}).encode()
    for item in read_events("ses", io.BytesIO(data), "event"):
        if isinstance(item, Event):
            assert against_the_victim(iter(item.report)) == []


@pytest.mark.parametrize("notice", NOTICES[:6], ids=lambda notice: notice.__name__)
def test_an_honest_failure_of_the_same_shape_is_hard(
    notice: Make,
) -> None:
    report = parse_dsn(
        notice(VICTIM, f"550 5.1.1 <{VICTIM}>: user unknown", f"To: {VICTIM}", "", "").encode()
    )
    assert [record.recipient for record in against_the_victim(iter(report))] == [VICTIM]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("subject", ["DMARC failure report", "Out of office", "Re: hello", "Feedback report"])
def test_nor_does_he_hide_a_failure(part: str, subject: str) -> None:
    for notice in NOTICES[:2]:
        text = notice(VICTIM, f"550 5.1.1 <{VICTIM}>: user unknown", f"Subject: {subject}", part, "")
        text = text.replace(
            "Subject: Undelivered Mail Returned to Sender", f"Subject: Undeliverable: {subject}"
        )
        assert len(against_the_victim(iter(parse_dsn(text.encode())))) == 1
