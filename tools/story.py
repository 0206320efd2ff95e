"""A made-up fortnight of a sender's bounces, as an mbox: what `make report` shows, and what its tests read.

    python -m tools.story -o out/story.mbox                5,000; Microsoft refuses us for the last six days
    python -m tools.story --quiet-time -o out/story.mbox   the same without that

All people, hosts and messages are invented; the same seed and end give the same bytes.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import NamedTuple

DAYS = 14
#: How long Microsoft refuses us, until the end.
BLOCKED_DAYS = 6
OUR_IP = "192.0.2.10"


class Receiver(NamedTuple):
    """A mail provider or a company: its part of our mail, its domains, and the host that answers."""

    name: str
    weight: float
    domains: tuple[str, ...]
    host: str


_RECEIVERS = (
    Receiver("google", 3.0, ("gmail.com",), "gmail-smtp-in.l.google.com"),
    Receiver(
        "microsoft", 2.2, ("outlook.com", "hotmail.com", "live.com"), "outlook-com.olc.protection.outlook.com"
    ),
    Receiver("yahoo", 1.2, ("yahoo.com", "aol.com"), "mta5.am0.yahoodns.net"),
    Receiver("gmx", 0.8, ("gmx.net", "web.de"), "mx00.gmx.net"),
    Receiver("apple", 0.6, ("icloud.com",), "mx01.mail.icloud.com"),
    Receiver("orange", 0.5, ("orange.fr", "wanadoo.fr"), "smtp-in.orange.fr"),
    Receiver("comcast", 0.4, ("comcast.net",), "mx2.comcast.net"),
    Receiver("", 0.5, ("mill.example",), "mx.mill.example"),
    Receiver("", 0.4, ("harbour.example",), "mail.harbour.example"),
    Receiver("", 0.3, ("orchard.example", "quarry.example", "ferry.example"), "mx.hosting.example"),
)

#: Status, reply and how often, for any receiver; "{a}" is the address, "{ip}" ours.
_REPLIES = (
    ("5.1.1", "550 5.1.1 <{a}>: Recipient address rejected: User unknown", 11.0),
    ("5.2.1", "550 5.2.1 The account {a} has been disabled", 2.4),
    ("5.2.2", "552 5.2.2 <{a}>: Mailbox full", 3.4),
    ("4.7.0", "451 4.7.0 Too many messages, try again later", 0.9),
    ("5.7.1", "554 5.7.1 Message rejected as spam", 0.25),
    ("5.3.4", "552 5.3.4 Message size exceeds fixed limit", 0.12),
    ("5.0.0", "554 5.0.0 the constellation of your letter does not please the porter ({n})", 0.25),
)
#: The same for one provider.
_RATE = "421 4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP [{ip}]."
_LISTED = (
    "550 5.7.1 Unfortunately, messages from [{ip}] weren't sent. Please contact your Internet service "
    "provider since part of their network is on our block list (S3150)."
)
_TSS = "421 4.7.0 [TSS04] Messages from {ip} temporarily deferred due to unexpected volume or user complaints"
_NEMESIS = "554 gmx.net (mxgmx104) Nemesis ESMTP Service not available: IP address is block listed."
_UNAUTHENTICATED = "550 5.7.26 Your email has been blocked because the sender is unauthenticated."
_OWN_REPLIES = {
    "google": (("5.7.26", _UNAUTHENTICATED, 0.5), ("4.7.28", _RATE, 0.5)),
    "microsoft": (("5.7.1", _LISTED, 0.08),),
    "yahoo": (("4.7.0", _TSS, 0.6),),
    "gmx": (("5.7.1", _NEMESIS, 0.1),),
}
_BLOCK = _OWN_REPLIES["microsoft"][0]
_LISTS = (
    ("Weekly letter <weekly.sender.example>", "weekly-{w}", 3.0),
    ("Shop news <shop.sender.example>", "shop-{w}", 1.6),
    ("", "", 1.0),
)
_FIRST = (
    "ada ben cleo dora emil faye gus hana ivo jana kurt lena milo nora otto pia quin rosa sven tilda".split()
)
_LAST = (
    "ahlers brandt costa dahl ek falk graf holm iversen jansen kern lund meier nagel olsen pohl roth".split()
)
#: How much is mailed on each day of the week, Monday first.
_WEEK = (1.3, 1.3, 1.1, 1.2, 1.0, 0.5, 0.6)


class Story:
    """The notices, one by one, in the order of time."""

    def __init__(
        self, *, number: int = 5_000, seed: int = 1, end: datetime | None = None, blocked: bool = True
    ) -> None:
        self._random = random.Random(seed)  # noqa: S311  (no secrets)
        self._number = number
        self._end = (end or datetime.now(UTC)).replace(microsecond=0)
        self._blocked = blocked
        self._count = 0

    def messages(self) -> Iterator[bytes]:
        """All of them."""
        for at in self._times(self._number - (54 if self._blocked else 0)):
            yield self._notice(at)
        if self._blocked:
            start = self._end - timedelta(days=BLOCKED_DAYS)
            for _ in range(54):
                at = start + (self._end - start) * self._random.random()
                microsoft = _RECEIVERS[1]
                yield self._bounce(at, microsoft, *_BLOCK[:2])

    def _times(self, number: int) -> list[datetime]:
        """Times of a fortnight, more of them on workdays and in daylight."""
        start = self._end - timedelta(days=DAYS)
        found: list[datetime] = []
        while len(found) < number:
            at = start + timedelta(seconds=self._random.randrange(DAYS * 86_400))
            daylight = 1.0 if 6 <= at.hour < 19 else 0.35
            if self._random.random() * 1.3 < _WEEK[at.weekday()] * daylight:
                found.append(at)
        return sorted(found)

    def _notice(self, at: datetime) -> bytes:
        kind = self._random.random()
        receiver = self._random.choices(_RECEIVERS, [one.weight for one in _RECEIVERS])[0]
        if kind < 0.03:
            return self._absence(at, receiver)
        if kind < 0.045:
            return self._complaint(at, receiver)
        if kind < 0.07:
            return self._bounce(
                at, receiver, "4.4.1", "connect to {h}: Connection timed out", action="delayed"
            )
        if kind < 0.20:
            return self._bounce(at, receiver, "2.1.5", "250 2.1.5 OK", action="delivered")
        replies = (*_REPLIES, *_OWN_REPLIES.get(receiver.name, ()))
        status, reply, _ = self._random.choices(replies, [one[2] for one in replies])[0]
        return self._bounce(at, receiver, status, reply)

    def _person(self, receiver: Receiver) -> str:
        name = f"{self._random.choice(_FIRST)}.{self._random.choice(_LAST)}{self._random.randrange(900)}"
        return f"{name}@{self._random.choice(receiver.domains)}"

    def _returned(self, at: datetime, address: str) -> str:
        name, campaign, _ = self._random.choices(_LISTS, [one[2] for one in _LISTS])[0]
        week = f"{at:%G-w%V}"
        header = ""
        if name:
            campaign = campaign.format(w=week)
            header = f"List-Id: {name}\nX-Campaign: {campaign}\nFeedback-ID: {campaign}:sender.example\n"
        return (
            f"Return-Path: <bounces@sender.example>\n{header}"
            f"From: Sender <news@sender.example>\nTo: {address}\n"
            f"Subject: News of {week}\nDate: {format_datetime(at)}\n"
            f"Message-ID: <{self._count}.{week}@sender.example>\n\nDear reader,\n"
        )

    def _bounce(
        self, at: datetime, receiver: Receiver, status: str, reply: str, action: str = "failed"
    ) -> bytes:
        self._count += 1
        address = self._person(receiver)
        said = reply.format(a=address, ip=OUR_IP, n=self._random.randrange(100), h=receiver.host)
        told = f"host {receiver.host}[203.0.113.{self._random.randrange(1, 9)}] said: {said}"
        subject = {
            "failed": "Undelivered Mail Returned to Sender",
            "delayed": "Delayed Mail (still being retried)",
        }
        text = {
            "failed": "Your message could not be delivered to one recipient.",
            "delayed": "Your message could not be delivered yet; it will be retried.",
            "delivered": "Your message was successfully delivered to the destination below.",
        }[action]
        return (
            f"Return-Path: <>\nFrom: MAILER-DAEMON@mail.sender.example (Mail Delivery System)\n"
            f"To: bounces@sender.example\nSubject: {subject.get(action, 'Successful Mail Delivery Report')}\n"
            f"Date: {format_datetime(at)}\nMessage-ID: <{self._count}.{at:%Y%m%d}@mail.sender.example>\n"
            "MIME-Version: 1.0\nAuto-Submitted: auto-replied\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"\n\n'
            f"--=_b\nContent-Type: text/plain; charset=us-ascii\n\n{text}\n\n<{address}>: {told}\n"
            "--=_b\nContent-Type: message/delivery-status\n\n"
            f"Reporting-MTA: dns; mail.sender.example\nArrival-Date: {format_datetime(at)}\n\n"
            f"Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\n"
            f"Remote-MTA: dns; {receiver.host}\nDiagnostic-Code: smtp; {said}\n"
            f"--=_b\nContent-Type: text/rfc822-headers\n\n{self._returned(at, address)}--=_b--\n"
        ).encode()

    def _absence(self, at: datetime, receiver: Receiver) -> bytes:
        self._count += 1
        return (
            f"From: {self._person(receiver)}\nTo: bounces@sender.example\nSubject: Out of office: News\n"
            f"Date: {format_datetime(at)}\nMessage-ID: <{self._count}@{receiver.domains[0]}>\n"
            "Auto-Submitted: auto-replied\n\nI am away until Monday.\n"
        ).encode()

    def _complaint(self, at: datetime, receiver: Receiver) -> bytes:
        self._count += 1
        address = self._person(receiver)
        return (
            f"From: feedback@{receiver.domains[0]}\nTo: bounces@sender.example\nSubject: complaint\n"
            f"Date: {format_datetime(at)}\nMessage-ID: <{self._count}.c@{receiver.domains[0]}>\n"
            "MIME-Version: 1.0\n"
            'Content-Type: multipart/report; report-type=feedback-report; boundary="=_b"\n\n'
            "--=_b\nContent-Type: text/plain\n\nThis is an email abuse report.\n"
            "--=_b\nContent-Type: message/feedback-report\n\n"
            f"Feedback-Type: abuse\nUser-Agent: Loop/1.0\nVersion: 1\nOriginal-Rcpt-To: {address}\n"
            f"--=_b\nContent-Type: text/rfc822-headers\n\n{self._returned(at, address)}--=_b--\n"
        ).encode()


def write_mbox(path: Path, story: Story) -> int:
    """Write a story as an mbox; how many messages it has."""
    number = 0
    with path.open("wb") as out:
        for data in story.messages():
            out.write(b"From MAILER-DAEMON Thu Nov 26 06:00:00 2026\n")
            out.writelines(
                b">" + line if line.startswith(b"From ") else line for line in data.splitlines(keepends=True)
            )
            out.write(b"\n")
            number += 1
    return number


def main(arguments: list[str] | None = None) -> int:
    """Write the mbox."""
    options = argparse.ArgumentParser(
        prog="python -m tools.story",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument("-o", "--output", type=Path, required=True, help="the mbox")
    options.add_argument("--number", type=int, default=5_000, help="notices (default: 5000)")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--end", type=datetime.fromisoformat, help="when it ends (default: now)")
    options.add_argument("--quiet-time", action="store_true", help="nobody refuses us")
    given = options.parse_args(arguments)
    end = given.end.replace(tzinfo=given.end.tzinfo or UTC) if given.end else None
    given.output.parent.mkdir(parents=True, exist_ok=True)
    story = Story(number=given.number, seed=given.seed, end=end, blocked=not given.quiet_time)
    print(f"{write_mbox(given.output, story):,} notices in {given.output}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
