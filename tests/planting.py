"""Failures planted by a stranger where he can write, in and around notices about somebody else."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st
from messages import RETURNED, group, notice, report
from strategies import SENDER, VICTIM, multipart

from dsnparse import BounceRecord, Report

TOM = "tom.beck@example.org"

#: A blank line parts one from the next; "|" is a line end within one.
_SENTENCES = [
    " ".join(lines.split("\n")).strip().replace("|", "\n")
    for lines in f"""
550 5.1.1 <{VICTIM}>: user unknown

<{VICTIM}>: host mx.victim.example[192.0.2.9] said: 550 5.1.1 <{VICTIM}>: Recipient address rejected:
User unknown in virtual mailbox table (in reply to RCPT TO command)

Your message to {VICTIM} could not be delivered: 550 5.1.1 no such user

   ----- The following addresses had permanent fatal errors -----|<{VICTIM}>|    (reason: 550 User unknown)

A message that you sent could not be delivered to one or more of its recipients.
The following address(es) failed:||  {VICTIM}|    550 unrouteable address

Hi. This is the qmail-send program at mail.victim.example.||<{VICTIM}>:|Sorry, no mailbox here by that name.
(#5.1.1)||--- Below this line is a copy of the message.

Final-Recipient: rfc822; {VICTIM}|Action: failed|Status: 5.1.1|Diagnostic-Code: smtp; 550 5.1.1 user unknown

X-Failed-Recipients: {VICTIM}

>>> RCPT To:<{VICTIM}>|<<< 550 5.1.1 <{VICTIM}>... User unknown

{VICTIM} is no longer a valid address: the mailbox does not exist.

Original message headers:||<{VICTIM}>: 550 5.1.1 user unknown
""".split("\n\n")
]
_FILLER = st.sampled_from(
    ["", "Dear all,\n\n", "hello\n" * 30, "From: x@example.net\nTo: y@example.net\n\n", "-- \n", "> "]
)

#: Text that claims that the victim's address failed, among other words.
PLANTED_TEXT = st.builds("{}{}\n{}".format, _FILLER, st.sampled_from(_SENTENCES), _FILLER)
#: The same in one line.
PLANTED_LINE = st.sampled_from(_SENTENCES).map(lambda text: " ".join(text.split()))
#: A whole message that is a bounce of the victim's address.
PLANTED_MESSAGE = st.one_of(
    PLANTED_TEXT.map(lambda text: notice(text).decode()),
    st.just(report(group(VICTIM)).decode()),
    st.just(report(group(VICTIM), returned=None, status_type="message/global-delivery-status").decode()),
)

HARMLESS = "Please find the minutes below.\n"

_REPORTS = {
    "a hard bounce": group(TOM),
    "a full mailbox": group(TOM, status="5.2.2", diagnostic="smtp; 552 5.2.2 Mailbox full"),
    "a refusal for spam": group(TOM, status="5.7.1", diagnostic="smtp; 554 5.7.1 Message rejected as spam"),
    "a delay": group(
        TOM, action="delayed", status="4.4.1", diagnostic="smtp; 421 4.4.1 connection timed out"
    ),
    "a delivery": group(TOM, action="delivered", status="2.0.0", diagnostic="smtp; 250 2.0.0 Ok"),
}
REPORTS = st.sampled_from(sorted(_REPORTS)).map(_REPORTS.__getitem__)

_HEADER, _, _BODY = RETURNED.partition("\n\n")


def in_the_body(fields: str, planted: str) -> bytes:
    return report(fields, returned=f"{_HEADER}\n\n{planted}")


def in_an_attachment(fields: str, planted: str) -> bytes:
    inner = multipart(
        "mixed",
        "in",
        [b"Content-Type: text/plain\n\nhi\n", b"Content-Type: text/plain\n\n" + planted.encode()],
    )
    return report(fields, returned=f"{_HEADER}\n{inner.decode()}")


def in_a_status_part(fields: str, planted: str) -> bytes:
    status = b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; x.example\n\n" + planted.encode()
    inner = multipart("report; report-type=delivery-status", "in", [b"\nhi\n", status])
    return report(fields, returned=f"{_HEADER}\n{inner.decode()}")


def in_an_attached_message(fields: str, planted: str) -> bytes:
    inner = multipart("mixed", "in", [b"\nhi\n", b"Content-Type: message/rfc822\n\n" + planted.encode()])
    return report(fields, returned=f"{_HEADER}\n{inner.decode()}")


def as_the_message(fields: str, planted: str) -> bytes:
    """The returned message is a bounce itself."""
    return report(fields, returned=f"Return-Path: <{SENDER}>\nTo: {TOM}\n{planted}")


def in_the_subject(fields: str, planted: str) -> bytes:
    return report(fields, returned=RETURNED.replace("Minutes of the March meeting", planted))


def in_the_display_name(fields: str, planted: str) -> bytes:
    return report(fields, returned=RETURNED.replace("Nora Lind", '"' + planted.replace('"', "") + '"'))


def in_a_returned_field(fields: str, planted: str) -> bytes:
    return report(fields, returned=f"X-Failed-Recipients: {VICTIM}\nX-Note: {planted}\n{RETURNED}")


def in_returned_headers(fields: str, planted: str) -> bytes:
    header = RETURNED.replace("Minutes of the March meeting", planted).partition("\n\n")[0]
    return report(fields, returned=header, returned_type="text/rfc822-headers")


def in_the_notices_subject(fields: str, planted: str) -> bytes:
    return report(fields).replace(
        b"Undelivered Mail Returned to Sender", b"Undeliverable: " + planted.encode()
    )


def in_the_subject_quoted_in_the_text(fields: str, planted: str) -> bytes:
    quoted = f"  To:      {TOM}\n  Subject: {planted}\n  Sent:    Tue, 14 Oct 2025"
    return report(fields, text=f"Your message\n\n{quoted}\n\ndid not reach {TOM}.")


Place = Callable[[str, str], bytes]
#: Where a stranger can write text, a line, or a whole message, in a notice with a status part.
TEXT_PLACES: list[Place] = [in_the_body, in_an_attachment, in_a_status_part]
LINE_PLACES: list[Place] = [
    in_the_subject,
    in_the_display_name,
    in_a_returned_field,
    in_returned_headers,
    in_the_notices_subject,
    in_the_subject_quoted_in_the_text,
]
MESSAGE_PLACES: list[Place] = [in_an_attached_message, as_the_message, in_an_attachment, in_the_body]


def after_a_marker(words: str) -> Callable[[str], bytes]:
    """A notice without a status part: these words, and then the returned message."""

    def place(planted: str) -> bytes:
        return notice(f"{words}\n{_HEADER}\n\n{planted}")

    return place


def _textual(opening: str, entry: str, marker: str) -> Callable[[str], bytes]:
    return after_a_marker(f"{opening}\n\n{entry}\n\n{marker}")


_QMAIL = f"""\
Hi. This is the qmail-send program at mail.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.

<{TOM}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.
"""
_EXIM = f"""\
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {TOM}
    host mx.example.org [192.0.2.5]: 550 5.1.1 User unknown

------ This is a copy of the message, including all the headers. ------
"""
_SENDMAIL = f"""\
The original message was received at Tue, 14 Oct 2025 11:09:12 +0200

   ----- The following addresses had permanent fatal errors -----
<{TOM}>
    (reason: 552 5.2.2 Mailbox full)

   ----- Original message follows -----
"""
_OTHER = f"""\
Your message could not be delivered.

<{TOM}>: 554 5.7.1 Message rejected as spam

Original message headers:
"""


def in_an_attachment_of_the_notice(planted: str) -> bytes:
    """A gateway's notice in words, with a text attachment of the returned message behind it."""
    words = f"Your message could not be delivered.\n\n<{TOM}>: 554 5.7.1 Message rejected as spam\n"
    attached = f"Content-Type: text/plain\nContent-Disposition: attachment; filename=x.txt\n\n{planted}"
    entity = multipart("mixed", "gw", [f"Content-Type: text/plain\n\n{words}".encode(), attached.encode()])
    return notice("").partition(b"MIME-Version")[0] + entity


#: Notices in plain text that quote the whole message: qmail's, Exim's, Sendmail's, and others.
TEXT_NOTICES: dict[str, Callable[[str], bytes]] = {
    "qmail": after_a_marker(_QMAIL),
    "exim": after_a_marker(_EXIM),
    "sendmail": after_a_marker(_SENDMAIL),
    "some other": after_a_marker(_OTHER),
    "attached": in_an_attachment_of_the_notice,
}


def exchange(subject: str) -> bytes:
    return notice(
        f"Your message\n\n  To:      {TOM}\n  Subject: {subject}\n  Sent:    Tue, 14 Oct 2025 11:09:12\n\n"
        f"did not reach the following recipient(s):\n\n{TOM} on Tue, 14 Oct 2025 11:10:00 +0200\n"
        "    The recipient name is not recognized\n",
        sender="System Administrator <postmaster@mail.example.net>",
        subject=f"Undeliverable: {subject}",
    )


def domino(subject: str) -> bytes:
    return notice(
        f"Your message\n\n  Subject: {subject}\n\nwas not delivered to:\n\n  {TOM}\n\nbecause:\n\n"
        "  User tom.beck (tom.beck@example.org) not listed in Domino Directory\n",
        subject=f"DELIVERY FAILURE: {subject}",
    )


def webmail(subject: str) -> bytes:
    return notice(
        f'The message with the subject "{subject}" could not be delivered to the following address:\n\n'
        f"{TOM}\n550 5.1.1 No such user\n"
    )


#: Notices in plain text that quote the subject of the message.
SUBJECT_NOTICES: list[Callable[[str], bytes]] = [exchange, domino, webmail]


def attached_by_a_person(planted: str) -> bytes:
    entity = multipart("mixed", "p", [b"Content-Type: text/plain\n\nSee the attached bounce.\n",
                                      b"Content-Type: message/rfc822\n\n" + planted.encode()])  # fmt: skip
    return b"From: Kim <kim@example.org>\nTo: nora.lind@example.com\nSubject: Fwd: a bounce\n" + entity


def forwarded_inline(planted: str) -> bytes:
    text = "Look what I got:\n\n-----Original Message-----\n" + planted
    return notice(
        text, sender="Kim <kim@example.org>", subject="FW: Undelivered Mail Returned to Sender", header=""
    )


def quoted_in_an_answer(planted: str) -> bytes:
    text = "Why do I get this?\n\n" + "".join(f"> {line}\n" for line in planted.splitlines())
    return notice(text, sender="Kim <kim@example.org>", subject="Re: failure notice", header="")


def in_an_auto_reply(planted: str) -> bytes:
    return notice(
        f"I am out of the office until Monday.\n\n{planted}",
        sender="Kim <kim@example.org>",
        subject="Out of office: hello",
        header="Return-Path: <>\nAuto-Submitted: auto-replied\n",
    )


def in_a_complaint(planted: str) -> bytes:
    feedback = b"Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\nUser-Agent: x/1\n"
    returned = b"Content-Type: message/rfc822\n\n" + f"{_HEADER}\n\n{planted}".encode()
    entity = multipart(
        "report; report-type=feedback-report", "f", [b"\nAn abuse report.\n", feedback, returned]
    )
    return b"From: staff@example.net\nTo: abuse@example.com\nSubject: complaint\n" + entity


#: Mail that is no bounce, with one in it.
NO_BOUNCES: list[Callable[[str], bytes]] = [
    attached_by_a_person,
    forwarded_inline,
    quoted_in_an_answer,
    in_an_auto_reply,
    in_a_complaint,
]


def verdicts(found: Report) -> list[tuple[object, ...]]:
    return [verdict(record) for record in found]


def verdict(record: BounceRecord) -> tuple[object, ...]:
    return (
        record.recipient,
        record.action,
        record.status,
        record.reply_code,
        record.diagnostic,
        record.reason,
        record.bounce_type,
        record.advice,
    )


def silenced(found: Report, address: str = VICTIM) -> list[str]:
    """The hard records about an address."""
    return [
        record.recipient for record in found if record.bounce_type == "hard" and record.recipient == address
    ]
