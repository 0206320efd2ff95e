"""Real bounces of mail with signed return paths, with BATV and with DKIM are authenticated, forged ones not.

A real Postfix and a real Exim relay the mail to servers that refuse it, each in a way of its own, and return
it to a Maildir; what they write on top there is all that is known of the envelope.
"""

from __future__ import annotations

import shutil
import smtplib
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import dkim
import pytest

from dsnparse import Parser, Report, TrustLevel, TrustSettings
from dsnparse.store import Answer, Policy, Seen, Store, message_identity
from dsnparse.trust.keys import Keys
from dsnparse.trust.tracking import sign_message_id
from dsnparse.trust.verp import sign_return_path

from .dovecot import free_port
from .exim import SECRET, Exim, wait_for
from .mail import start, suppressed
from .postfix import Postfix
from .refusing import ACCEPTED, refusing

KEYS = Keys.parse("a:2026-01-01:correct-horse-battery-staple")
FOLDER = Path(__file__).parents[1] / "trust"
PRIVATE = (FOLDER / "known_to_everybody.pem").read_bytes()
RECORD = (FOLDER / "known_to_everybody.txt").read_bytes().strip()
VICTIM = "victim@rcpt.test"
#: Servers that refuse, by domain: what they say to RCPT, what to the message, and whether it is for good.
KINDS: dict[str, tuple[bytes, bytes, bool]] = {
    "rcpt.test": (b"550 5.1.1 no such user here", b"", True),
    "late.test": (ACCEPTED, b"550 5.1.1 user unknown", True),
    "bare.test": (b"550 no such user", b"", True),
    "full.test": (b"552 5.2.2 mailbox full", b"", False),
    "spam.test": (ACCEPTED, b"554 5.7.1 message refused as spam", False),
    "later.test": (b"451 4.3.0 try again later", b"", False),
    "lines.test": (b"550-5.1.1 The account does not exist.\r\n550 5.1.1 Check the address.", b"", True),
}
SETTINGS = TrustSettings(
    border_hosts=("mta.origin.test",),
    border_fields=("return-path", "x-original-to", "delivered-to", "envelope-to"),
)


def dns(name: bytes) -> bytes | None:
    """The DNS of origin.test."""
    return RECORD if name == b"s._domainkey.origin.test." else None


@contextmanager
def refusing_servers() -> Iterator[dict[str, int]]:
    """The ports of the servers by their domains."""

    def always(reply: bytes) -> Callable[[bytes], bytes]:
        return lambda _address: reply

    with ExitStack() as stack:
        yield {
            domain: stack.enter_context(refusing(always(to_rcpt), always(to_data)))
            for domain, (to_rcpt, to_data, _) in KINDS.items()
        }


def mail(to: str) -> bytes:
    message_id = sign_message_id(to, f"x{to.partition('@')[0]}", "origin.test", KEYS, today())
    text = (
        f"From: News <news@origin.test>\r\nTo: {to}\r\nSubject: News\r\n"
        f"Date: {datetime.now(UTC):%a, %d %b %Y %H:%M:%S} +0000\r\n"
        f"Message-ID: {message_id}\r\n"
        "\r\nHello\r\n"
    )
    return text.encode()


def today() -> date:
    return datetime.now(UTC).date()


def send(port: int, sender: str, to: str, data: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        client.sendmail(sender, [to], data)


def forged(to: str) -> bytes:
    """A notice of a stranger's about the victim."""
    return (
        f"From: MAILER-DAEMON@rcpt.test\r\nTo: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f"Message-ID: <{abs(hash(to))}@rcpt.test>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n\r\n'
        "Sorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; rcpt.test\r\n\r\n"
        f"Final-Recipient: rfc822; {VICTIM}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n--b--\r\n"
    ).encode()


def verdicts(parser: Parser, messages: list[bytes]) -> dict[str, Report]:
    """The reports by the recipient that each is about."""
    reports = [parser.parse(data) for data in messages]
    assert all(len(report) == 1 for report in reports)
    return {report.records[0].recipient: report for report in reports}


def assert_authenticated(reports: dict[str, Report], rule: str, user: str) -> None:
    assert set(reports) == {f"{user}@{domain}" for domain in KINDS}
    for recipient, report in reports.items():
        assert report.authenticity is not None
        rules = [entry.rule for entry in report.authenticity.evidence]
        assert report.authenticity.verdict is TrustLevel.AUTHENTICATED, (recipient, rules)
        assert rule in rules


@pytest.fixture(scope="module")
def _from_postfix() -> dict[str, list[bytes]]:
    settings = (
        "virtual_mailbox_base = {place}\nvirtual_mailbox_maps = static:Maildir/\n"
        "virtual_uid_maps = static:65534\nvirtual_gid_maps = static:65534\n"
        "virtual_minimum_uid = 100\nmaximal_queue_lifetime = 0\n"
    )
    service = "virtual unix - n n - - virtual"
    found: dict[str, list[bytes]] = {}
    with refusing_servers() as routes, Postfix.running("virtual:", service, settings, routes) as server:
        shutil.chown(server.place, "nobody")
        new = server.place / "Maildir/new"

        def collect(name: str, count: int) -> None:
            found[name] = wait_for(new, count, lambda: server.log)
            for path in new.iterdir():
                path.unlink()

        for domain in KINDS:
            to = f"verp@{domain}"
            send(server.port, sign_return_path(to, "origin.test", KEYS, today()), to, mail(to))
        collect("verp", len(KINDS))
        for domain in KINDS:
            to = f"dkim@{domain}"
            signature = dkim.sign(
                mail(to), b"s", b"origin.test", PRIVATE, include_headers=[b"from", b"to", b"subject"]
            )
            send(server.port, "news@origin.test", to, signature + mail(to))
        collect("dkim", len(KINDS))
        mine = sign_return_path("mallory@late.test", "origin.test", KEYS, today())
        guessed = mine.replace("mallory=late.test", VICTIM.replace("@", "="))
        for to in ("bounces@origin.test", mine, guessed):
            with smtplib.SMTP("127.0.0.1", server.port, timeout=20) as client:
                client.sendmail("", [to], forged(to))
        collect("forged", 3)
    return found


@pytest.fixture
def from_postfix(postfix: type[Postfix], request: pytest.FixtureRequest) -> dict[str, list[bytes]]:
    """What came back; left out where there is no Postfix."""
    found: dict[str, list[bytes]] = request.getfixturevalue("_from_postfix")
    return found


def test_bounces_of_postfix_to_signed_return_paths_are_authenticated(
    from_postfix: dict[str, list[bytes]],
) -> None:
    parser = Parser(
        trust=TrustSettings(KEYS, border_hosts=SETTINGS.border_hosts, border_fields=SETTINGS.border_fields)
    )
    reports = verdicts(parser, from_postfix["verp"])
    assert_authenticated(reports, "trust.verp.valid", "verp")


def test_so_are_those_of_mail_that_we_signed_with_dkim(from_postfix: dict[str, list[bytes]]) -> None:
    settings = TrustSettings(
        border_hosts=SETTINGS.border_hosts, checks_dkim=True, resolver=dns, dkim_domains=("origin.test",)
    )
    assert_authenticated(verdicts(Parser(trust=settings), from_postfix["dkim"]), "trust.dkim.ours", "dkim")


def test_so_are_those_of_mail_with_a_signed_message_id(from_postfix: dict[str, list[bytes]]) -> None:
    parser = Parser(trust=TrustSettings(KEYS, border_hosts=SETTINGS.border_hosts))
    assert_authenticated(verdicts(parser, from_postfix["dkim"]), "trust.message-id.valid", "dkim")


def test_in_the_store_they_suppress_whoever_failed_and_the_forged_ones_nobody(
    from_postfix: dict[str, list[bytes]],
) -> None:
    trust = TrustSettings(KEYS, border_hosts=SETTINGS.border_hosts, border_fields=SETTINGS.border_fields)
    parser = Parser(trust=trust)
    policy = Policy.from_toml('[trust]\nrequire_for_hard = "authenticated"')
    with Store.open("sqlite://", policy=policy) as store:
        messages = [*from_postfix["forged"], *from_postfix["verp"]]
        store.add(
            [Seen(message_identity(data), "test", parser.parse(data), datetime.now(UTC)) for data in messages]
        )
        assert store.check(VICTIM).answer is Answer.MAIL
        for domain, (_, _, is_hard) in KINDS.items():
            assert store.check(f"verp@{domain}").answer is (Answer.DONT if is_hard else Answer.MAIL)
    verdict = {
        found.verdict: found.mailed
        for found in (parser.parse(data).authenticity for data in from_postfix["forged"])
        if found is not None
    }
    assert verdict.pop(TrustLevel.AUTHENTICATED) == "mallory@late.test"
    assert TrustLevel.SUSPECT in verdict


def settings_file(tmp_path: Path, more: str = "") -> list[str | Path]:
    """The options of a listener that wants a proof, with a file of settings."""
    trust, policy = tmp_path / "trust.toml", tmp_path / "policy.toml"
    trust.write_text(more or f'keys = ["{KEYS.newest.line()}"]\n')
    trust.chmod(0o600)
    policy.write_text('[trust]\nrequire_for_hard = "authenticated"\n')
    return ["--trust", trust, "--policy", policy, "--db", tmp_path / "b.db"]


def test_postfix_hands_them_to_the_listener_whose_envelope_proves_them(
    postfix: type[Postfix], tmp_path: Path
) -> None:
    port, options = free_port(), settings_file(tmp_path)
    listener = start("listen", "--lmtp", f"127.0.0.1:{port}", *options)
    with (
        refusing_servers() as routes,
        postfix.running(f"lmtp:inet:127.0.0.1:{port}", routes=routes) as server,
    ):
        good, plain = "kim@rcpt.test", "lee@rcpt.test"
        send(server.port, sign_return_path(good, "origin.test", KEYS, today()), good, mail(good))
        send(server.port, "bounces@origin.test", plain, mail(plain).replace(b"Message-ID", b"X-Id"))
        with smtplib.SMTP("127.0.0.1", server.port, timeout=20) as client:
            client.sendmail("", ["bounces@origin.test"], forged("bounces@origin.test"))
        server.until("status=sent (250 2.0.0 Stored)", 3)
        listener.terminate()
        listener.wait(20)
    assert suppressed(tmp_path / "b.db") == {good}
    with Store.open(str(tmp_path / "b.db")) as store:
        counts = {count.name: count.count for count in store.stats("authenticity")}
    assert counts.pop("authenticated") == 1
    assert sum(counts.values()) == 2


def test_exim_does_so_with_the_settings_that_trust_init_prints(exim: type[Exim], tmp_path: Path) -> None:
    port, options = free_port(), settings_file(tmp_path, f'[batv]\nkeys = {{ 0 = "{SECRET}" }}\n')
    listener = start("listen", "--lmtp", f"127.0.0.1:{port}", *options)
    with refusing_servers() as routes, exim.running(routes, lmtp=port) as server:
        server.until_it_listens()
        send(server.port, "news@origin.test", "kim@rcpt.test", mail("kim@rcpt.test"))
        with smtplib.SMTP("127.0.0.1", server.port, timeout=20) as client:
            client.sendmail("", ["news@origin.test"], forged("news@origin.test"))
        for _ in range(600):
            if (tmp_path / "b.db").exists() and suppressed(tmp_path / "b.db"):
                break
            time.sleep(0.05)
        listener.terminate()
        listener.wait(20)
    assert suppressed(tmp_path / "b.db") == {"kim@rcpt.test"}, server.log()


def test_bounces_of_exim_to_senders_with_a_tag_are_authenticated(exim: type[Exim]) -> None:
    with refusing_servers() as routes, exim.running(routes) as server:
        server.until_it_listens()
        for domain in KINDS:
            send(server.port, "news@origin.test", f"batv@{domain}", mail(f"batv@{domain}"))
        messages = server.bounces(len(KINDS))
    assert all(b"prvs=" in data for data in messages)
    settings = TrustSettings(
        border_hosts=SETTINGS.border_hosts,
        border_fields=SETTINGS.border_fields,
        batv_keys={0: SECRET.encode()},
    )
    assert_authenticated(verdicts(Parser(trust=settings), messages), "trust.batv.valid", "batv")
    wrong = TrustSettings(
        border_hosts=SETTINGS.border_hosts, border_fields=SETTINGS.border_fields, batv_keys={0: b"another"}
    )
    for report in verdicts(Parser(trust=wrong), messages).values():
        assert report.authenticity is not None
        assert report.authenticity.verdict is TrustLevel.SUSPECT
