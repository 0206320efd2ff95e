"""DKIM: real signatures of the notice, of what came back, and sealed (ARC); the resolver is our own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dkim
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse import BounceType, Envelope, Parser, TrustLevel, TrustSettings
from dsnparse.trust.keys import Keys
from dsnparse.trust.results import signed_by
from dsnparse.trust.verp import sign_return_path

DOMAINS = ("example.org", "example.com", "evil.example", "hop.example")
NOW = datetime.now(UTC)
KIM, LENA = "kim@example.com", "lena.maas@example.net"


#: A private key for all of them, and its record in the DNS.
KEY = (Path(__file__).parent / "known_to_everybody.pem").read_bytes()
RECORD = (Path(__file__).parent / "known_to_everybody.txt").read_bytes().strip()


def resolver(name: bytes) -> bytes | None:
    """The DNS of this little world."""
    domain = name.decode().removeprefix("s._domainkey.").rstrip(".")
    return RECORD if domain in DOMAINS else None


def nobody(_name: bytes) -> bytes | None:
    raise OSError("the DNS is away")


def signed(message: bytes, domain: str, *fields: bytes, **options: object) -> bytes:
    message = message.replace(b"\n", b"\r\n")
    include = list(fields) or [b"from", b"to", b"subject", b"date"]
    signature: bytes = dkim.sign(message, b"s", domain.encode(), KEY, include_headers=include, **options)
    return signature + message


def mail(to: str = KIM) -> bytes:
    return (
        f"From: News <news@example.org>\nTo: {to}\nSubject: News\nDate: {NOW:%a, %d %b %Y %H:%M:%S} +0000\n"
        "Message-ID: <1@example.org>\n\nHello\n\nThis is the news.\n"
    ).encode()


def notice(
    returned: bytes, *failed: str, sender: str = "MAILER-DAEMON@mx.example.com", top: str = ""
) -> bytes:
    fields = "\r\n".join(
        f"Final-Recipient: rfc822; {one}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n"
        for one in failed
    )
    head = (
        f"{top}From: Mail Delivery System <{sender}>\r\nTo: bounces@example.org\r\n"
        f"Subject: Undelivered Mail Returned to Sender\r\nDate: {NOW:%a, %d %b %Y %H:%M:%S} +0000\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n\r\n'
        "Sorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n\r\n"
        f"{fields}\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
    )
    return head.encode() + returned.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") + b"\r\n--b--\r\n"


SETTINGS = TrustSettings(checks_dkim=True, resolver=resolver, dkim_domains=("example.org",))
KEYS = Keys.parse("a:2026-01-01:correct-horse-battery-staple")


def judged(
    data: bytes, settings: TrustSettings = SETTINGS, *, mail_from: str | None = "", days: int = 0
) -> tuple[TrustLevel, str | None, list[str]]:
    envelope = Envelope(mail_from, "bounces@example.org", None, NOW + timedelta(days))
    found = Parser(trust=settings).parse(data, envelope=envelope).authenticity
    assert found is not None
    return found.verdict, found.mailed, [entry.rule for entry in found.evidence]


def test_our_signature_in_what_came_back_proves_that_we_sent_it_and_to_whom() -> None:
    data = notice(signed(mail(), "example.org"), KIM)
    assert judged(data)[:2] == (TrustLevel.AUTHENTICATED, KIM)
    assert judged(data.replace(b"\r\n", b"\n"))[:2] == (TrustLevel.AUTHENTICATED, KIM)
    named = notice(signed(mail(), "example.org"), "k.oh@corp.example")
    (record,) = Parser(trust=SETTINGS).parse(named, envelope=Envelope("", "x@example.org", None, NOW))
    assert (record.recipient, record.actual_recipient) == (KIM, "k.oh@corp.example")


@pytest.mark.parametrize(
    ("returned", "why"),
    [
        (lambda: signed(mail(), "example.org").replace(b"the news", b"no news"), "the body was changed"),
        (lambda: signed(mail(), "example.org").replace(KIM.encode(), LENA.encode()), "To was changed"),
        (lambda: signed(mail(), "example.org").partition(b"\r\n\r\n")[0] + b"\r\n", "the body is missing"),
        (lambda: signed(mail(LENA), "evil.example"), "somebody else signed it"),
        (lambda: mail(), "nobody signed it"),
    ],
)  # fmt: skip
def test_what_is_not_as_we_signed_it_proves_nothing(returned: Callable[[], bytes], why: str) -> None:
    verdict, mailed, rules = judged(notice(returned(), LENA))
    assert verdict is not TrustLevel.AUTHENTICATED, why
    assert mailed is None
    assert "trust.dkim.ours" not in rules


@pytest.mark.parametrize(
    "returned",
    [
        lambda: b"To: lena.maas@example.net\r\n" + signed(mail(), "example.org"),
        lambda: signed(mail(f"{KIM}, {LENA}"), "example.org"),
        lambda: signed(mail(), "example.org", b"from", b"subject"),
    ],
    ids=["another To on top", "two recipients", "To is not signed"],
)
def test_a_signature_that_names_nobody_for_certain_is_plausible(returned: Callable[[], bytes]) -> None:
    verdict, mailed, rules = judged(notice(returned(), LENA))
    assert (verdict, mailed) == (TrustLevel.PLAUSIBLE, None)
    assert "trust.dkim.ours-nameless" in rules


def test_so_is_an_old_one_and_one_that_leaves_the_end_unsigned_is_nothing() -> None:
    data = notice(signed(mail(), "example.org"), KIM)
    assert judged(data, days=40)[:2] == (TrustLevel.PLAUSIBLE, None)
    partly = notice(signed(mail(), "example.org", length=True), KIM)
    assert "trust.dkim.ours-nameless" not in judged(partly)[2]


def test_a_notice_that_the_recipients_own_domain_signed_is_authenticated() -> None:
    data = signed(notice(mail(), KIM).replace(b"\r\n", b"\n"), "example.com")
    verdict, mailed, rules = judged(data)
    assert (verdict, mailed) == (TrustLevel.AUTHENTICATED, None)
    assert "trust.dkim.reporter" in rules
    with_keys = replace(SETTINGS, keys=KEYS)
    assert judged(data, with_keys)[0] is TrustLevel.PLAUSIBLE  # it may be about mail of others in our name


@pytest.mark.parametrize(
    ("domain", "sender", "failed", "mail_from"),
    [
        ("evil.example", "MAILER-DAEMON@evil.example", LENA, ""),
        ("evil.example", "MAILER-DAEMON@example.com", KIM, ""),
        ("example.com", "mallory@example.com", KIM, ""),
        ("example.com", "mailer-daemon-mallory@example.com", KIM, ""),
        ("example.com", "MAILER-DAEMON@example.com", KIM, "mallory@example.com"),
        ("example.com", "MAILER-DAEMON@example.com", LENA, ""),
    ],
    ids=["another's", "not that of From", "a user", "a user with such a name", "a return path", "of another"],
)
def test_a_signature_of_another_domain_or_of_a_user_proves_nothing(
    domain: str, sender: str, failed: str, mail_from: str
) -> None:
    data = signed(notice(mail(), failed, sender=sender).replace(b"\r\n", b"\n"), domain)
    verdict, _, rules = judged(data, mail_from=mail_from)
    assert verdict is TrustLevel.UNVERIFIED
    assert "trust.dkim.other" in rules


def test_without_an_answer_of_the_dns_nothing_is_proven_and_nothing_raised() -> None:
    data = signed(notice(signed(mail(), "example.org"), KIM).replace(b"\r\n", b"\n"), "example.com")
    for ask in (nobody, lambda _: None, lambda _: b"v=DKIM1; p=!!", lambda _: b""):
        assert judged(data, replace(SETTINGS, resolver=ask))[0] is TrustLevel.UNVERIFIED


def test_the_dns_is_not_asked_without_need() -> None:
    asked: list[bytes] = []

    def remembering(name: bytes) -> bytes | None:
        asked.append(name)
        return resolver(name)

    data = signed(notice(mail(), KIM).replace(b"\r\n", b"\n"), "example.com")
    judged(data, TrustSettings(resolver=remembering, dkim_domains=("example.org",)))
    assert asked == []
    judged(data, replace(SETTINGS, resolver=remembering))
    assert asked == [b"s._domainkey.example.com."]
    path = sign_return_path(KIM, "b.example.org", KEYS, NOW.date())
    settings = replace(SETTINGS, resolver=remembering, keys=KEYS)
    found = Parser(trust=settings).parse(data, envelope=Envelope("", path, None, NOW)).authenticity
    assert found is not None
    assert (found.verdict, len(asked)) == (TrustLevel.AUTHENTICATED, 1)


BORDER = TrustSettings(border_hosts=("mx.example.org",), authserv_id="mx.example.org")
TRACE = "Received: from mx.example.com by mx.example.org; Thu, 26 Nov 2026 10:00:00 +0000\r\n"
GOOD = "Authentication-Results: mx.example.org; dkim=pass header.d=example.com header.s=s\r\n"


@pytest.mark.parametrize(
    ("top", "is_believed"),
    [
        (GOOD + TRACE, True),
        (
            GOOD.replace("mx.example.org;", "mx.example.org 1;").replace("d=example", "d=Example") + TRACE,
            True,
        ),
        (TRACE + GOOD, False),
        (GOOD, False),
        (GOOD.replace("mx.example.org", "mx.example.com") + TRACE, False),
        (GOOD.replace("pass", "fail") + TRACE, False),
        (GOOD.replace("dkim=pass", "dkim=fail (dkim=pass header.d=example.com; dkim=pass)") + TRACE, False),
        (GOOD.replace("dkim=pass", 'dkim=none reason="; dkim=pass header.d=example.com"') + TRACE, False),
        (GOOD.replace("example.com", "evil.example") + TRACE, False),
    ],
)
def test_authentication_results_count_when_our_border_wrote_them(top: str, is_believed: bool) -> None:
    verdict, _, rules = judged(notice(mail(), KIM, top=top), BORDER)
    assert ("trust.dkim.reporter" in rules) is is_believed
    assert (verdict is TrustLevel.AUTHENTICATED) is is_believed


@pytest.mark.parametrize(("sealer", "is_believed"), [("hop.example", True), ("evil.example", False)])
def test_a_seal_of_whoever_forwards_our_notices_counts(sealer: str, is_believed: bool) -> None:
    data = b"Authentication-Results: hop.example; dkim=pass header.d=example.com\r\n" + notice(mail(), KIM)
    seal = dkim.arc_sign(data, b"s", sealer.encode(), KEY, b"hop.example", signature_algorithm=b"rsa-sha256")
    data = b"".join(seal) + data
    settings = replace(SETTINGS, arc_sealers=("hop.example",))
    assert ("trust.dkim.reporter" in judged(data, settings)[2]) is is_believed
    assert "trust.dkim.reporter" not in judged(data.replace(b"5.1.1 no", b"5.1.1 No"), settings)[2]


def test_whoever_is_hard_is_the_one_of_to() -> None:
    data = notice(signed(mail(), "example.org"), LENA)
    (record,) = Parser(trust=SETTINGS).parse(data, envelope=Envelope("", "x@example.org", None, NOW))
    assert (record.recipient, record.bounce_type) == (KIM, BounceType.HARD)


@given(st.text(max_size=200))
def test_any_results_are_no_error(text: str) -> None:
    signed_by([text, f"mx; {text}"], "mx")


@given(st.binary(max_size=200), st.integers(0, 600))
def test_any_signature_is_no_error(junk: bytes, place: int) -> None:
    data = signed(notice(signed(mail(), "example.org"), KIM).replace(b"\r\n", b"\n"), "example.com")
    report = Parser(trust=SETTINGS).parse(data[:place] + junk + data[place:])
    assert not any(warning.code == "internal.error" for warning in report.warnings)
