"""Mail that people, lists and programs make of a notice: none of it says that anybody failed.

Each way has a name and makes one message of one notice. Wordings are our own, after what the programs named
write.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dsnparse.notice.notice import Notice
from dsnparse.rulebook.template_matcher import load_formats
from dsnparse.wire.mime import read_message

_DATE = "Thu, 01 Jan 2026 10:00:00 +0000"
_PERSON = "Joe Doe <joe@person.example>"
_DESK = "help@example.com"
_NULL = "Return-Path: <>\n"
_SHORT = 12


class Source(NamedTuple):
    """A notice: what others quote of it, and its bytes."""

    subject: str
    sender: str
    text: str
    raw: bytes

    @property
    def quoted(self) -> str:
        """Its text behind quote marks."""
        return "\n".join([f"> {line}" for line in self.text.split("\n")])


def source_of(data: bytes) -> Source:
    """What the bytes of a notice are, taken apart."""
    notice = Notice(read_message(data), load_formats(only=()))
    text = "\n".join(notice.body.lines).strip("\n")
    sender = " ".join(notice.head.mail_from.split()) or "MAILER-DAEMON"
    return Source(" ".join(notice.head.subject.split()), sender, text, data)


def _mail(
    subject: str,
    body: str,
    *,
    sender: str = _PERSON,
    to: str = _DESK,
    fields: str = "",
    kind: str = "plain",
) -> bytes:
    head = (
        f"{fields}From: {sender}\nTo: {to}\nDate: {_DATE}\nMessage-ID: <1@person.example>\n"
        f"Subject: {subject}\nMIME-Version: 1.0\nContent-Type: text/{kind}; charset=utf-8\n\n"
    )
    return f"{head}{body}\n".encode("utf-8", "replace")


def _with_part(subject: str, body: str, content_type: str, part: bytes, **more: str) -> bytes:
    """A letter with one more part."""
    letter = _mail(subject, body, **more)
    head, _, text = letter.partition(b"\n\n")
    head = head.rpartition(b"\nContent-Type:")[0]
    return (
        head + b'\nContent-Type: multipart/mixed; boundary="=_letter"\n\n--=_letter\n'
        b"Content-Type: text/plain; charset=utf-8\n\n" + text + b"\n--=_letter\n"
        b"Content-Type: " + content_type.encode() + b"\n\n" + part + b"\n--=_letter--\n"
    )


def _header_of(one: Source, *, names: tuple[str, str, str, str] = ("From", "Sent", "To", "Subject")) -> str:
    values = (one.sender, "Thursday, January 1, 2026 9:00 AM", "joe@person.example", one.subject)
    return "\n".join([f"{name}: {value}" for name, value in zip(names, values, strict=True)])


def _html(text: str) -> str:
    shown = text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>\n")
    return f"<html><body><div>See below.</div><blockquote>{shown}</blockquote></body></html>"


def _log(one: Source) -> str:
    lines = [line.strip() for line in one.text.split("\n") if line.strip()][:40]
    return "\n".join([f"Jan  1 03:12:{n:02} mx postfix/smtp[811]: 4cmQ2x: {x}" for n, x in enumerate(lines)])


def _report_of_a_person(one: Source) -> bytes:
    """The notice's own parts, which a mail program sends on as they are, below a letter's header."""
    head, _, body = one.raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    lines = head.split(b"\n")
    kept: list[bytes] = []
    for line in lines:
        goes_on = line[:1] in (b" ", b"\t") and bool(kept)
        if goes_on or line.lower().startswith((b"content-", b"mime-version")):
            kept.append(line)
        elif kept and not goes_on and kept[-1] != b"":
            kept.append(b"")
    fields = b"\n".join([line for line in kept if line.strip()])
    top = f"From: {_PERSON}\nTo: {_DESK}\nDate: {_DATE}\nSubject: Fwd: {one.subject}\n"
    return top.encode("utf-8", "replace") + b"User-Agent: Mutt/2.2\n" + fields + b"\n\n" + body


_FORWARDS: dict[str, Callable[[Source], bytes]] = {
    "forwarded in Gmail": lambda n: _mail(
        f"Fwd: {n.subject}",
        f"Any idea?\n\n---------- Forwarded message ---------\n{_header_of(n)}\n\n\n{n.text}",
    ),
    "forwarded in Outlook": lambda n: _mail(
        f"FW: {n.subject}", f"Hi,\n\nsee below.\n\nJoe\n\n\n{_header_of(n)}\n\n{n.text}"
    ),
    "forwarded in Outlook, nothing added": lambda n: _mail(
        f"FW: {n.subject}", f"{_header_of(n)}\n\n{n.text}"
    ),
    "forwarded in Apple Mail": lambda n: _mail(
        f"Fwd: {n.subject}",
        f"\n\nBegin forwarded message:\n\n> {_header_of(n)}\n> \n{n.quoted}",
        fields="X-Mailer: Apple Mail (2.3774)\n",
    ),
    "forwarded in Thunderbird, German": lambda n: _mail(
        f"WG: {n.subject}",
        "Hallo,\n\n-------- Weitergeleitete Nachricht --------\n"
        f"{_header_of(n, names=('Von', 'Datum', 'An', 'Betreff'))}\n\n{n.text}",
    ),
    "forwarded in French": lambda n: _mail(
        f"TR: {n.subject}",
        f"Bonjour,\n\n-----Message d'origine-----\n{_header_of(n, names=('De', 'Envoyé', 'À', 'Objet'))}"
        f"\n\n{n.text}",
    ),
    "forwarded as HTML": lambda n: _mail(f"Fwd: {n.subject}", _html(n.text), kind="html"),
    "forwarded, attached": lambda n: _with_part(f"Fwd: {n.subject}", "Why?", "message/rfc822", n.raw),
    "attached by a desk": lambda n: _with_part(
        "The bounce that you asked about",
        "Hello,\n\nhere it is.",
        "message/rfc822",
        n.raw,
        sender="IT Support <support@person.example>",
    ),
    "attached as a file": lambda n: _with_part(
        f"Fwd: {n.subject}", "Attached.", 'application/octet-stream; name="bounce.eml"', n.raw
    ),
    "attached, no words": lambda n: _with_part(n.subject, "", "message/rfc822", n.raw),
    "its parts sent on": _report_of_a_person,
    "pasted under the same subject": lambda n: _mail(n.subject, f"Hello,\n\nI get this:\n\n{n.text}"),
    "pasted, no greeting": lambda n: _mail(
        "strange mail from your server", n.text, fields="User-Agent: Mozilla Thunderbird\n"
    ),
}

_ANSWERS: dict[str, Callable[[Source], bytes]] = {
    "answered below": lambda n: _mail(
        f"Re: {n.subject}",
        f"On Thu, Jan 1, 2026 at 9:00 AM {n.sender} wrote:\n{n.quoted}\n\nThank you, fixed.\n",
        fields="In-Reply-To: <1@mx.example>\nReferences: <1@mx.example>\n",
    ),
    "answered above": lambda n: _mail(
        f"RE: {n.subject}",
        f"Please try another address.\n\n-----Original Message-----\n{_header_of(n)}\n\n{n.text}",
        fields="In-Reply-To: <1@mx.example>\n",
    ),
    "answered, no thread": lambda n: _mail(f"Re: {n.subject}", f"What is this?\n\n{n.quoted}"),
    "answered with bars": lambda n: _mail(
        f"AW: {n.subject}", "Danke.\n\n" + "\n".join([f"| {line}" for line in n.text.split("\n")])
    ),
    "answered by a postmaster": lambda n: _mail(
        f"Re: {n.subject}",
        f"Hello Joe,\n\nthe address is wrong, see below.\n\n{n.quoted}",
        sender="Postmaster <postmaster@example.com>",
        to="joe@person.example",
        fields="In-Reply-To: <1@mx.example>\nReferences: <1@mx.example>\nUser-Agent: Mutt/2.2\n",
    ),
    "answered by a ticket system": lambda n: _mail(
        f"[#4711] {n.subject}",
        f"##- Please type your reply above this line -##\n\nHello,\n\nwe look at it.\n\n{n.quoted}",
        sender="Support Desk <support@desk.example>",
        fields="In-Reply-To: <1@mx.example>\nAuto-Submitted: auto-generated\n",
    ),
    "answered from a telephone": lambda n: _mail(
        f"Re: {n.subject}", f"<p>Who is this?</p><p>Sent from my phone</p>{_html(n.text)}", kind="html"
    ),
    "answered by a mailbox that nobody reads": lambda n: _mail(
        f"Re: {n.subject}",
        f"This mailbox is not monitored. Your mail was not read.\n\n{n.quoted}",
        sender="No Reply <noreply@person.example>",
        fields=f"{_NULL}Auto-Submitted: auto-replied\n",
    ),
}

_LISTS: dict[str, Callable[[Source], bytes]] = {
    "asked on a list": lambda n: _mail(
        f"[users] {n.subject}",
        f"Hi all,\n\nI get this:\n\n{n.quoted}\n\n{'_' * 47}\nusers mailing list\nusers@lists.example",
        to="users@lists.example",
        fields="List-Id: <users.lists.example>\nPrecedence: list\n",
    ),
    "pasted on a list": lambda n: _mail(
        f"[users] {n.subject}", n.text, to="users@lists.example", fields="List-Id: <users.lists.example>\n"
    ),
    "asked on an old list": lambda n: _mail(
        n.subject,
        f"Hi,\n\nwhy?\n\n{n.quoted}",
        fields="Sender: owner-users@lists.example\nPrecedence: bulk\n",
    ),
    "in a digest": lambda n: _mail(
        "users Digest, Vol 9, Issue 1",
        f"Today's Topics:\n\n   1. {n.subject}\n\n{'-' * 70}\n\nMessage: 1\nDate: {_DATE}\nFrom: {n.sender}\n"
        f"Subject: {n.subject}\nMessage-ID: <1@mx.example>\n\n{n.text}\n\n{'-' * 30}\n",
        sender="users-request@lists.example",
        fields="Sender: users-bounces@lists.example\nList-Id: <users.lists.example>\nPrecedence: list\n",
    ),
    "in a MIME digest": lambda n: _with_part(
        "users Digest, Vol 9, Issue 2",
        "Today's Topics:",
        "message/rfc822",
        n.raw,
        sender="users-request@lists.example",
        fields="List-Id: <users.lists.example>\nPrecedence: list\n",
    ),
    "in a bug report": lambda n: _mail(
        f"[Bug 4711] {n.subject}",
        f"https://bugs.example/4711\n\n--- Comment #1 from Joe Doe ---\nI get\n\n{n.text}",
        sender="bugzilla-daemon@bugs.example",
        fields="X-Bugzilla-Type: changed\nAuto-Submitted: auto-generated\n",
    ),
    "in a code review": lambda n: _mail(
        f"Re: [acme/mailer] {n.subject} (Issue #12)",
        f"The server says\n```\n{n.text}\n```\n\n-- \nReply to this email directly or view it online.",
        sender="Joe Doe <notifications@code.example>",
        fields="List-Id: acme/mailer <mailer.acme.code.example>\nPrecedence: list\n",
    ),
    "held for a moderator": lambda n: _with_part(
        "users post from joe@person.example requires approval",
        "As list administrator, your authorization is requested for the following mailing list posting.",
        "message/rfc822",
        n.raw,
        sender="users-owner@lists.example",
        fields="List-Id: <users.lists.example>\nPrecedence: list\n",
    ),
}

_ABSENCES: dict[str, Callable[[Source], bytes]] = {
    "vacation": lambda n: _mail(
        f"Re: {n.subject}",
        f"I am away until Monday and cannot read your mail.\n\n{n.quoted}",
        fields=f"{_NULL}Auto-Submitted: auto-replied (vacation)\nPrecedence: bulk\n",
    ),
    "Exchange's absence": lambda n: _mail(
        f"Automatic reply: {n.subject}",
        f"I am out of the office.\n\n{n.text}",
        fields=f"{_NULL}X-Auto-Response-Suppress: All\nAuto-Submitted: auto-generated\n",
    ),
    "absence by its subject alone": lambda n: _mail(
        f"Out of Office: {n.subject}", f"Back on Monday.\n\n{n.text}"
    ),
    "absence, German": lambda n: _mail(
        f"Abwesenheitsnotiz: {n.subject}",
        f"Ich bin bis Montag nicht im Haus.\n\n{n.text}",
        fields="X-Autoreply: yes\n",
    ),
    "a postmaster's absence": lambda n: _mail(
        f"Automatic reply: {n.subject}",
        f"The postmaster is away until Monday.\n\n{n.quoted}",
        sender="Postmaster <postmaster@example.com>",
        fields=f"{_NULL}Auto-Submitted: auto-replied\n",
    ),
    "a ticket's receipt": lambda n: _mail(
        f"[Ticket #4711] {n.subject}",
        f"Thank you for contacting us. We have received your message:\n\n{n.text}",
        sender="Helpdesk <helpdesk@desk.example>",
        fields=f"{_NULL}Auto-Submitted: auto-replied\n",
    ),
    "a challenge": lambda n: _mail(
        f"Re: {n.subject}",
        "This mailbox is protected from spam. Please click the link below to have your message delivered.\n"
        f"https://guard.example/?c=4711\n\n{n.quoted}",
        fields=_NULL,
    ),
    "somebody who left": lambda n: _mail(
        f"Re: {n.subject}",
        f"I no longer work here. Please write to ada@person.example instead.\n\n{n.quoted}",
        fields=f"{_NULL}Auto-Submitted: auto-replied\n",
    ),
}

_PROGRAMS: dict[str, Callable[[Source], bytes]] = {
    "a log watcher's report": lambda n: _mail(
        "Logwatch for mx.example.com (Linux)",
        f" ################### Logwatch 7.5 ###\n\n --------- postfix Begin ---------\n\n{_log(n)}",
        sender="logwatch@mx.example.com",
    ),
    "a postmaster's daily figures": lambda n: _mail(
        "Postfix log summary for Jan 1",
        f"Grand Totals\n------------\nmessages\n\n    811   received\n\nmessage bounce detail\n{_log(n)}",
        sender="postmaster@mx.example.com",
    ),
    "cron": lambda n: _mail(
        "Cron <root@mx> mailq",
        f"-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------\n{_log(n)}",
        sender="Cron Daemon <root@mx.example.com>",
        fields="Auto-Submitted: auto-generated\n",
    ),
    "a newsletter with a return path for each reader": lambda n: _mail(
        "Ten things your bounces tell you",
        f"Hello Joe,\n\nhave you ever got this?\n\n{n.quoted}\n\nUnsubscribe: https://news.example/u/4711",
        sender="The Mail Letter <letter@news.example>",
        fields="Return-Path: <bounces+joe=person.example@news.example>\nList-Unsubscribe: <https://news.example/u>\n",
    ),
    "a quarantine's list": lambda n: _mail(
        "Spam quarantine: 1 new message",
        f"These messages were held:\n\n  From: {n.sender}\n  Subject: {n.subject}\n  Release | Delete\n",
        sender="quarantine@filter.example",
        fields="Auto-Submitted: auto-generated\n",
    ),
    "phishing for a mailbox": lambda n: _mail(
        "(4) incoming mails pending delivery",
        "Your mailbox joe@person.example has 4 undelivered messages.\n\n"
        f"{n.subject} - pending\n\nCLICK HERE to release them, or they are deleted in 24 hours.",
        sender="Mail Administrator <admin@evil.example>",
        to="joe@person.example",
    ),
    "a monitor's alarm": lambda n: _mail(
        "** PROBLEM alert: mx/SMTP queue is CRITICAL **",
        f"Service: SMTP queue\nHost: mx\nState: CRITICAL\n\nAdditional Info:\n\n{_log(n)}",
        sender="nagios@monitor.example",
    ),
    "a list server's answer to commands": lambda n: _mail(
        f"Majordomo results: {n.subject}",
        "\n".join(
            [f">>>> {x}\n**** Command not recognized." for x in n.text.split("\n")[:_SHORT] if x.strip()]
        ),
        sender="Majordomo@lists.example",
        fields="Precedence: junk\n",
    ),
    "a journal": lambda n: _with_part(
        n.subject,
        "Sender: joe@person.example\nMessage-Id: <1@mx.example>\nRecipient: ada@person.example",
        "message/rfc822",
        n.raw,
        sender="Journal <journal@person.example>",
    ),
    "an archive's copy for a reader": lambda n: _mail(
        f"Export of your mail: {n.subject}",
        f"Exported by the archive.\n\n{_header_of(n)}\n\n{n.text}",
        sender="archive@person.example",
        fields="Auto-Submitted: auto-generated\n",
    ),
}

#: Every way, by what it is.
WAYS: dict[str, Callable[[Source], bytes]] = {**_FORWARDS, **_ANSWERS, **_LISTS, **_ABSENCES, **_PROGRAMS}
