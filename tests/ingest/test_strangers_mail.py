"""Real bounces of a real Postfix about a stranger's mail, sent in our name: nobody else is silenced.

He mails users of evil.test, whose server is his own and answers as he likes, and of good.test, where the
victim is. The bounces go to a Maildir, and from there through `dsnparse ingest`.
"""

from __future__ import annotations

import shutil
import smtplib
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from dsnparse import parse_dsn
from dsnparse.store import Answer, Store

from .mail import command, suppressed
from .postfix import BOUNCES, Postfix
from .refusing import ACCEPTED, refusing

VICTIM = "victim@good.test"
GONE = "gone@good.test"
NO = b"550 5.1.1 no such user"


@dataclass(frozen=True)
class Case:
    """A message of the stranger's, and what his server says to it."""

    #: Its own user of evil.test, unless it has an address.
    name: str
    reply: bytes = NO
    address: str = ""
    orcpt: str = ""
    fields: str = "To: you@evil.test"
    body: str = "Hello"
    #: The reply comes after the message.
    late: bool = False

    @property
    def to(self) -> str:
        return self.address or f"{self.name}@evil.test"


STATUS = (
    f"Reporting-MTA: dns; a\r\n\r\nFinal-Recipient: rfc822; {VICTIM}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
)
MIXED = "To: you@evil.test\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m"


def attached(kind: str, text: str) -> str:
    return (
        f"--m\r\nContent-Type: text/plain\r\n\r\nHello\r\n--m\r\nContent-Type: {kind}\r\n\r\n{text}\r\n--m--"
    )


REPLIES = {
    "named": f"550 5.1.1 <{VICTIM}>: Recipient address rejected: User unknown",
    "named-alone": f"550 5.1.1 {VICTIM}",
    "command": f"550 RCPT TO:<{VICTIM}> failed: no such user",
    "full": f"452 4.2.2 <{VICTIM}>: mailbox full",
    "later": f"421 4.3.0 {VICTIM} cannot be reached",
    "refused": f"550 5.7.1 message for {VICTIM} refused",
    "lines": f"550-5.1.1 The following addresses failed:\r\n550-5.1.1 <{VICTIM}>\r\n550 5.1.1 user unknown",
    "empty-line": f"550-no\r\n550-\r\n550-<{VICTIM}>:\r\n550 5.1.1 user unknown",
    "lines-without-code": f"550-no\r\n\r\n<{VICTIM}>: user unknown\r\n550 5.1.1 unknown",
    "bare-cr": f"550 5.7.1 no\rFinal-Recipient: rfc822; {VICTIM}\rAction: failed\rStatus: 5.1.1",
    "two-bare-crs": f"550 no\r\rFinal-Recipient: rfc822; {VICTIM}\rAction: failed\rStatus: 5.1.1\r\r",
    "field": f"550 5.1.1 unknown\r\nFinal-Recipient: rfc822; {VICTIM}",
    "transcript": f"550-----\r\n550->>> RCPT TO:<{VICTIM}>\r\n550 <<< 550 5.1.1 <{VICTIM}>... User unknown",
    "host": f"550 5.1.1 host mx.good.test[192.0.2.9] said: 550 5.1.1 <{VICTIM}>: User unknown",
}
SPELLINGS = {
    "apostrophe": f"'{VICTIM}",
    "asterisk": f"*{VICTIM}",
    "pipe": f"foo|{VICTIM}",
    "equals": f"smtp={VICTIM}",
    "entity": '"&lt;victim"@good.test',
    "octal": '"\\\\166ictim"@good.test',
    "escape": '"\\166ictim"@good.test',
    "quoted-brackets": f'"<{VICTIM}>"@evil.test',
    "quoted": f'"{VICTIM}"@evil.test',
    "quoted-words": f'"x {VICTIM} y"@evil.test',
    "quoted-name": f'"Victim <{VICTIM}>"@evil.test',
    "apostrophes": f"'{VICTIM}'@evil.test",
    "two-domains": f"{VICTIM}@evil.test",
    "percent": f"{VICTIM.replace('@', '%')}@evil.test",
    "longer-domain": f"{VICTIM}.evil.test",
    "his-own": "victim@evil.test",
}
CASES = {
    case.name: case
    for case in (
        *(Case(f"reply-{name}", text.encode()) for name, text in REPLIES.items()),
        *(Case(f"late-{name}", text.encode(), late=True) for name, text in list(REPLIES.items())[:4]),
        *(Case(f"spelling-{name}", address=address) for name, address in SPELLINGS.items()),
        Case("orcpt", orcpt=VICTIM),
        Case("orcpt-and-reply", REPLIES["named"].encode(), orcpt=VICTIM),
        Case("to", fields=f"To: {VICTIM}\r\nX-Failed-Recipients: {VICTIM}"),
        Case(
            "trace",
            orcpt=VICTIM,
            fields=f"Received: from a by b for <{VICTIM}>; Mon, 3 Nov 2025 10:00:00 +0000\r\nTo: {VICTIM}\r\n"
            f"Delivered-To: {VICTIM}\r\nX-Original-To: {VICTIM}",
        ),
        Case("subject", fields=f"To: you@evil.test\r\nSubject: 550 5.1.1 <{VICTIM}>: user unknown"),
        Case("status-part", fields=MIXED, body=attached("message/delivery-status", STATUS)),
        Case(
            "feedback-part",
            fields=MIXED,
            body=attached(
                "message/feedback-report", f"Feedback-Type: abuse\r\nOriginal-Rcpt-To: {VICTIM}\r\n"
            ),
        ),
        Case(
            "text",
            body=f"<{VICTIM}>: 550 5.1.1 user unknown\r\n\r\n--\r\n\r\nFinal-Recipient: rfc822; {VICTIM}",
        ),
    )
}
#: Whose failure is honest, though a stranger's mail brought it about.
HONEST = Case("honest", address=GONE, fields="To: you@evil.test\r\nSubject: DMARC failure report")


def send(server: Postfix, case: Case) -> None:
    """Hand a message over to be relayed."""
    with smtplib.SMTP("127.0.0.1", server.port, timeout=20) as client:
        client.ehlo()
        assert client.docmd("MAIL", f"FROM:<{BOUNCES}>")[0] == 250
        orcpt = f" ORCPT=rfc822;{case.orcpt}" if case.orcpt else ""
        assert client.docmd("RCPT", f"TO:<{case.to}>{orcpt}")[0] == 250, case
        header = f"From: Kim Oh <kim@evil.test>\r\nMessage-ID: <{case.name}@evil.test>\r\n{case.fields}"
        assert client.data(f"{header}\r\n\r\n{case.body}\r\n")[0] == 250


def his(address: bytes) -> bytes:
    """What the stranger's server says to RCPT."""
    case = CASES.get(address.decode().partition("@")[0])
    if case is None:
        return NO
    return ACCEPTED if case.late else case.reply


def his_after_the_message(address: bytes) -> bytes:
    return CASES[address.decode().partition("@")[0]].reply


def good(address: bytes) -> bytes:
    """What the server of good.test says: it knows the victim and nobody else."""
    if address == VICTIM.encode():
        return ACCEPTED
    return b"550 5.1.1 <%s>: Recipient address rejected: User unknown" % address


@pytest.fixture(scope="module")
def _bounces() -> dict[str, bytes]:
    settings = (
        "virtual_mailbox_base = {place}\nvirtual_mailbox_maps = static:Maildir/\n"
        "virtual_uid_maps = static:65534\nvirtual_gid_maps = static:65534\n"
        "virtual_minimum_uid = 100\nmaximal_queue_lifetime = 0\n"
    )
    service = "virtual unix - n n - - virtual"
    with refusing(his, his_after_the_message) as evil, refusing(good) as honest:
        routes = {"evil.test": evil, ".evil.test": evil, "good.test": honest}
        with Postfix.running("virtual:", service, settings, routes) as server:
            shutil.chown(server.place, "nobody")
            for case in (*CASES.values(), HONEST):
                send(server, case)
            new = server.place / "Maildir/new"
            for _ in range(600):
                if new.is_dir() and len(list(new.iterdir())) >= len(CASES) + 1:
                    break
                time.sleep(0.05)
            found = {}
            for path in new.iterdir():
                data = path.read_bytes()
                message_id = parse_dsn(data).original.message_id or ""
                found[message_id.strip("<>").partition("@")[0]] = data
            log = server.log
    assert set(found) == {*CASES, HONEST.name}, log
    return found


@pytest.fixture
def bounces(postfix: type[Postfix], request: pytest.FixtureRequest) -> dict[str, bytes]:
    """What Postfix returned, by the name of the case; left out where there is no Postfix."""
    found: dict[str, bytes] = request.getfixturevalue("_bounces")
    return found


def ingest(tmp_path: Path, *messages: bytes) -> Path:
    """A database of these messages."""
    db, maildir = tmp_path / "b.db", tmp_path / "Maildir"
    for folder in ("new", "cur", "tmp"):
        (maildir / folder).mkdir(parents=True)
    for number, data in enumerate(messages):
        (maildir / f"new/{number}").write_bytes(data)
    done = command("ingest", f"maildir:{maildir}", "--db", db)
    assert done.returncode == 0, done.stderr
    return db


@pytest.mark.parametrize("name", CASES)
def test_a_strangers_mail_silences_nobody_else(name: str, bounces: dict[str, bytes], tmp_path: Path) -> None:
    db = ingest(tmp_path, bounces[name])
    with Store.open(str(db)) as store:
        assert store.check(VICTIM).answer is Answer.MAIL, bounces[name].decode("latin-1")


def test_nor_does_all_of_his_mail_together_and_an_honest_bounce_suppresses(
    bounces: dict[str, bytes], tmp_path: Path
) -> None:
    db = ingest(tmp_path, *bounces.values())
    assert command("check", "--db", db, VICTIM).returncode == 0
    assert command("check", "--db", db, GONE).returncode == 1
    assert VICTIM not in suppressed(db)
