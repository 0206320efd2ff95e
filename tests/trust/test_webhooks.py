"""Requests of mail services are believed when their signature or password is right, and never else."""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse.trust.settings import TrustSettings
from dsnparse.trust.webhooks.certificates import FETCHES
from dsnparse.trust.webhooks.keys import WebhookKeys, webhook_keys
from dsnparse.trust.webhooks.refusal import CannotVerify, NotVerified
from dsnparse.trust.webhooks.replay import moment_of
from dsnparse.trust.webhooks.request import BODY_BYTES, Request
from dsnparse.trust.webhooks.scheme import service, services
from dsnparse.trust.webhooks.verify import Verified, Verifier

from .webhook_signing import (
    CASES,
    CERTIFICATE,
    SECRET,
    SUBSCRIBE,
    SVIX,
    TOPIC,
    Sent,
    certificate,
    chain,
    pem,
    public_pem,
    sns,
)

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
EVENTS = [{"event": "bounce", "email": "kim@example.com", "reason": "550 5.1.1 no such user"}]
SIGNED = [name for name, (_, _, table) in CASES.items() if {"keys", "topics"} & set(table)]
TIMED = ["ses", "scaleway", "sendgrid", "mailgun", "resend", "zeptomail"]
#: The passwords alone prove nothing about the content, and Mailgun does not sign it.
COVERED = [name for name in SIGNED if name != "mailgun"]


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "root.pem"
    path.write_bytes(chain(NOW)[1])
    return path


@pytest.fixture
def verifier(root: Path) -> Callable[[str], Verifier]:
    def make(name: str) -> Verifier:
        provider, _, table = CASES[name]
        table = table | ({"ca": str(root)} if "ca" in table else {})
        return Verifier(webhook_keys({provider: table}), lambda _: chain(NOW)[0])

    return make


def ask(verifier: Verifier, provider: str, sent: Sent, now: datetime = NOW) -> Verified:
    return verifier.verify(provider, Request(sent.headers.items(), sent.body, sent.query), now)


def refusal(verifier: Verifier, provider: str, sent: Sent, now: datetime = NOW) -> str:
    with pytest.raises(NotVerified) as caught:
        ask(verifier, provider, sent, now)
    return str(caught.value)


@pytest.mark.parametrize("name", CASES)
def test_a_request_of_the_service_is_believed_and_its_events_come_out(
    name: str, verifier: Callable[[str], Verifier]
) -> None:
    provider, send, _ = CASES[name]
    verified = ask(verifier(name), provider, send(EVENTS, NOW))
    assert b"kim@example.com" in verified.content
    assert verified.by
    assert verified.signed_at == (NOW if name in TIMED else None)
    assert json.loads(verified.content)


def test_every_service_that_is_known_has_a_case() -> None:
    assert {provider for provider, _, _ in CASES.values()} == set(services())


@pytest.mark.parametrize("name", COVERED)
def test_a_tampered_one_is_refused(name: str, verifier: Callable[[str], Verifier]) -> None:
    provider, send, _ = CASES[name]
    sent = send(EVENTS, NOW)
    other = sent._replace(body=sent.body.replace(b"kim", b"lee"))
    assert other.body != sent.body
    assert "not of this content" in refusal(verifier(name), provider, other)


@pytest.mark.parametrize("name", CASES)
def test_an_unsigned_one_is_refused(name: str, verifier: Callable[[str], Verifier]) -> None:
    provider, _, _ = CASES[name]
    for body in (b"", b"{}", json.dumps(EVENTS).encode(), b'{"signature": {}, "event-data": {}}', b"\xff"):
        reason = refusal(verifier(name), provider, Sent(body, {}))
        assert any(words in reason for words in ("not signed", "There is no", "has no", "is not there")), (
            reason
        )


@pytest.mark.parametrize("name", TIMED)
@pytest.mark.parametrize(
    ("seconds", "words"), [(-8 * 24 * 3600, " old; "), (-3600 * 26, " old; "), (400, " ahead")]
)
def test_an_old_one_and_one_of_the_future_are_refused(
    name: str, seconds: int, words: str, verifier: Callable[[str], Verifier]
) -> None:
    provider, send, _ = CASES[name]
    sent = send(EVENTS, NOW + timedelta(seconds=seconds))
    assert words in refusal(verifier(name), provider, sent)


@pytest.mark.parametrize("name", CASES)
def test_another_key_is_refused_and_one_of_two_is_enough(name: str, root: Path) -> None:
    provider, send, table = CASES[name]
    others = {
        "keys": {"sendgrid": _another_ec(), "postal": public_pem("sns"), "resend": "whsec_" + "QUJD" * 8}.get(
            provider, "another secret"
        ),
        "topics": "arn:aws:sns:eu-west-1:999999999999:theirs",
        "basic": "user:another secret",
        "bearer": "another secret",
        "query": "code=another" if provider == "azure" else "key=another secret",
        "header": "X-Key: another secret",
    }
    table = table | ({"ca": str(root)} if "ca" in table else {})
    kind = next(kind for kind in others if kind in table)
    wrong = Verifier(webhook_keys({provider: table | {kind: [others[kind]]}}), lambda _: chain(NOW)[0])
    assert refusal(wrong, provider, send(EVENTS, NOW))
    both = table | {kind: [others[kind], *table[kind]]}
    assert ask(Verifier(webhook_keys({provider: both}), lambda _: chain(NOW)[0]), provider, send(EVENTS, NOW))


def _another_ec() -> str:
    import base64

    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


@pytest.mark.parametrize("name", SIGNED)
def test_where_a_password_is_given_too_both_must_come(name: str, root: Path) -> None:
    provider, send, table = CASES[name]
    table = table | ({"ca": str(root)} if "ca" in table else {}) | {"bearer": ["a token beside it"]}
    verifier = Verifier(webhook_keys({provider: table}), lambda _: chain(NOW)[0])
    sent = send(EVENTS, NOW)
    assert "bearer" in refusal(verifier, provider, sent)
    with_both = sent._replace(headers=sent.headers | {"Authorization": "Bearer a token beside it"})
    assert ask(verifier, provider, with_both).by[-1] == "bearer"
    alone = Sent(json.dumps(EVENTS).encode(), {"Authorization": "Bearer a token beside it"})
    assert "signed" in refusal(verifier, provider, alone)


def test_keys_with_nothing_in_them_are_no_proof_of_anything() -> None:
    with pytest.raises(ValueError, match=r"\[webhooks.sendgrid\] there is nothing to tell its requests by"):
        Verifier({"sendgrid": WebhookKeys()})


def test_a_provider_without_keys_is_refused_with_what_to_do() -> None:
    reason = refusal(Verifier({}), "sendgrid", Sent(b"[]", {}))
    assert reason == "There are no keys for SendGrid: [webhooks.sendgrid] in the file of --trust"
    with pytest.raises(ValueError, match=r"There is no provider 'acme'; there is: .*sendgrid"):
        Verifier({}).verify("acme", Request([], b""), NOW)


@pytest.mark.parametrize("name", ["sendgrid", "mailersend", "resend", "postmark", "mandrill"])
def test_a_header_that_stands_twice_is_refused(name: str, verifier: Callable[[str], Verifier]) -> None:
    provider, send, _ = CASES[name]
    body, headers, _ = send(EVENTS, NOW)
    for header in headers:
        twice = [*headers.items(), (header, headers[header])]
        with pytest.raises(NotVerified, match=r"stands there 2 times"):
            verifier(name).verify(provider, Request(twice, body), NOW)


def test_what_is_too_large_is_refused(verifier: Callable[[str], Verifier]) -> None:
    assert "bytes" in refusal(verifier("mailersend"), "mailersend", Sent(b" " * (BODY_BYTES + 1), {}))
    assert "longer" in refusal(verifier("mailersend"), "mailersend", Sent(b"{}", {"signature": "a" * 5000}))


def test_a_token_of_mailgun_counts_for_one_content_only_and_again_when_it_was_not_stored(
    verifier: Callable[[str], Verifier],
) -> None:
    mailgun, (_, send, _) = verifier("mailgun"), CASES["mailgun"]
    sent = send(EVENTS, NOW)
    forged = sent._replace(body=sent.body.replace(b"kim", b"lee"))
    first = ask(mailgun, "mailgun", sent)
    ask(mailgun, "mailgun", sent)  # a retry
    assert "another content" in refusal(mailgun, "mailgun", forged)
    mailgun.release(first)
    ask(mailgun, "mailgun", forged)


def test_a_form_of_a_legacy_webhook_of_mailgun_is_one_event_and_signed_as_the_others(
    verifier: Callable[[str], Verifier],
) -> None:
    mailgun, at = verifier("mailgun"), str(int(NOW.timestamp()))
    form = {"event": "bounced", "recipient": "kim@example.com", "my-variable": "a=b&c", "timestamp": at}
    form |= {
        "token": "t" * 50,
        "signature": hmac.new(SECRET.encode(), f"{at}{'t' * 50}".encode(), "sha256").hexdigest(),
    }
    sent = Sent(urlencode(form).encode(), {"content-type": "application/x-www-form-urlencoded"})
    assert json.loads(ask(mailgun, "mailgun", sent).content) == form
    forged = sent._replace(body=sent.body.replace(b"t" * 50, b"u" * 50))
    assert "signature" in refusal(mailgun, "mailgun", forged).lower()


def test_the_example_of_the_svix_documentation_is_right() -> None:
    headers = {
        "svix-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "svix-timestamp": "1614265330",
        "svix-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    keys = webhook_keys({"resend": {"keys": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]}})
    sent = Sent(b'{"test": 2432232314}', headers)
    assert ask(Verifier(keys), "resend", sent, datetime.fromtimestamp(1614265400, UTC)).by == ("hmac",)


# Amazon SNS


@pytest.fixture
def ses(verifier: Callable[[str], Verifier]) -> Verifier:
    return verifier("ses")


def post(verifier: Verifier, envelope: dict[str, Any], now: datetime = NOW) -> Verified:
    return ask(verifier, "ses", Sent(json.dumps(envelope).encode(), {}), now)


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("changes", [{}, {"Subject": "Amazon SES Email Event Notification"}])
def test_both_versions_of_the_signature_of_sns_are_known(
    ses: Verifier, version: str, changes: dict[str, str]
) -> None:
    verified = post(ses, sns("{}", NOW, version=version, **changes))
    assert verified == Verified(b"{}", ("sns",), NOW)


def test_the_first_message_of_a_topic_is_no_event(ses: Verifier) -> None:
    said = "Successfully validated SNS topic for Amazon SES event publishing."
    assert post(ses, sns(said, NOW)).content == b""


def test_nothing_of_the_envelope_is_read_but_what_is_signed(ses: Verifier) -> None:
    forged = {"eventType": "Bounce", "bounce": {"bouncedRecipients": [{"emailAddress": "kim@example.com"}]}}
    envelope = sns('{"eventType": "Open"}', NOW)
    added = {"Records": [forged], "Sns": {"Message": json.dumps(forged)}, "detail": forged}
    assert post(ses, added | envelope).content == b'{"eventType": "Open"}'


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"Message": "{ }"}, "not of this content"),
        ({"Subject": "added"}, "not of this content"),
        ({"MessageId": "other"}, "not of this content"),
        ({"Timestamp": "2026-11-26T09:00:01.000Z"}, "not of this content"),
        ({"Type": "UnsubscribeConfirmation"}, "missing"),
        ({"Type": "Other"}, "type that is not known"),
        ({"TopicArn": TOPIC + "2"}, "none of those in topics"),
        ({"TopicArn": [TOPIC]}, "missing, or is no text"),
        ({"SignatureVersion": "2"}, "not of this content"),
        ({"SignatureVersion": "3"}, "neither 1 nor 2"),
        ({"Signature": "####"}, "cannot be read"),
        ({"Signature": None}, "missing"),
        ({"Message": None}, "missing"),
        ({"Timestamp": "soon"}, "is none"),
    ],
)
def test_a_changed_envelope_is_refused(ses: Verifier, changes: dict[str, Any], words: str) -> None:
    sent = Sent(json.dumps(sns("{}", NOW) | changes).encode(), {})
    assert words in refusal(ses, "ses", sent)


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a.pem",
        "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0a.pem",
        "https://evil.example/sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-0a.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-0a.pem",
        "https://bucket.s3.amazonaws.com/SimpleNotificationService-0a.pem",
        "https://sns.eu-west-1.amazonaws.com/../x/SimpleNotificationService-0a.pem",
        "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a.pem?x",
        "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a.pem\n",
        "file:///etc/passwd",
    ],
)
def test_a_certificate_from_elsewhere_is_not_even_fetched(url: str) -> None:
    asked: list[str] = []

    def fetch(address: str) -> bytes:
        asked.append(address)
        return chain(NOW)[0]

    verifier = Verifier(webhook_keys({"ses": {"topics": [TOPIC]}}), fetch)
    sent = Sent(json.dumps(sns("{}", NOW, SigningCertURL=url)).encode(), {})
    assert "not at an address of the service" in refusal(verifier, "ses", sent)
    assert not asked


def test_a_certificate_is_fetched_once() -> None:
    asked: list[str] = []

    def fetch(address: str) -> bytes:
        asked.append(address)
        return chain(NOW)[0]

    verifier = Verifier(webhook_keys({"ses": {"topics": [TOPIC]}}), fetch)
    for version in ("1", "2", "1"):
        post(verifier, sns("{}", NOW, version=version))
    assert asked == [CERTIFICATE]


def test_a_certificate_that_does_not_come_holds_up_nobody_else() -> None:
    asked, answer = threading.Event(), threading.Event()

    def fetch(url: str) -> bytes:
        if "slow" in url:
            asked.set()
            assert answer.wait(60)
        return chain(NOW)[0]

    verifier = Verifier(webhook_keys({"ses": {"topics": [TOPIC]}}), fetch)
    known = sns("{}", NOW)
    post(verifier, known)
    slow = sns("{}", NOW, SigningCertURL=CERTIFICATE.replace("0a1b", "slow"))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(post, verifier, slow)
        assert asked.wait(60)
        assert post(verifier, known).by == ("sns",)
        with pytest.raises(CannotVerify, match="Another certificate"):
            post(verifier, sns("{}", NOW, SigningCertURL=CERTIFICATE.replace("0a1b", "more")))
        answer.set()
        assert waiting.result(60).by == ("sns",)


def test_made_up_certificates_keep_nobody_busy() -> None:
    asked: list[str] = []

    def fetch(address: str) -> bytes:
        asked.append(address)
        raise OSError("no such file")

    verifier = Verifier(webhook_keys({"ses": {"topics": [TOPIC]}}), fetch)
    for number in range(FETCHES * 3):
        url = CERTIFICATE.replace("0a1b", f"{number:04}")
        with pytest.raises(CannotVerify):
            post(verifier, sns("{}", NOW, SigningCertURL=url))
    assert len(asked) == FETCHES


@pytest.mark.parametrize(
    ("make", "with_ca", "words"),
    [
        (lambda: chain(NOW)[0], True, ""),
        (lambda: pem(_certificate("sns", "middle", -1, 1)), True, "does not go back"),
        (lambda: pem(_certificate("sns", "sns", -1, 1)), True, "does not go back"),
        (lambda: pem(_certificate("sns", "stranger", -1, 1)), True, "does not go back"),
        (lambda: pem(_certificate("sns", "stranger", -1, 1)), False, ""),
        (lambda: pem(_certificate("sns", "root", -9, -1)), False, "not valid now"),
        (lambda: pem(_certificate("sns", "root", 1, 9)), False, "not valid now"),
        (lambda: pem(_certificate("postal", "root", -9, 1)), False, "not of this content"),
        (lambda: b"<html>", False, "cannot be read"),
        (lambda: b"", False, "cannot be read"),
    ],
)  # fmt: skip
def test_a_certificate_must_be_valid_and_go_back_to_the_authority_that_is_named(
    make: Callable[[], bytes], with_ca: bool, words: str, root: Path
) -> None:
    table = {"topics": [TOPIC]} | ({"ca": str(root)} if with_ca else {})
    verifier = Verifier(webhook_keys({"ses": table}), lambda _: make())
    sent = Sent(json.dumps(sns("{}", NOW)).encode(), {})
    if words:
        assert words in refusal(verifier, "ses", sent)
    else:
        assert ask(verifier, "ses", sent).by == ("sns",)


def _certificate(name: str, issuer: str, begin: int, end: int) -> Any:
    return certificate(name, issuer, NOW + timedelta(days=begin), NOW + timedelta(days=end))


def test_a_subscription_is_confirmed_only_for_a_topic_of_ours_at_an_address_of_sns(ses: Verifier) -> None:
    asked = sns("You have chosen to subscribe", NOW, kind="SubscriptionConfirmation")
    assert post(ses, asked) == Verified(b"", ("sns",), NOW, confirm=SUBSCRIBE)
    for url in ("http://sns.eu-west-1.amazonaws.com/?Action=x", "https://evil.example/?Action=x",
                "https://sns.eu-west-1.amazonaws.com@evil.example/?x"):  # fmt: skip
        signed = sns("", NOW, kind="SubscriptionConfirmation", SubscribeURL=url)
        assert "SubscribeURL" in refusal(ses, "ses", Sent(json.dumps(signed).encode(), {}))
    changed = asked | {"SubscribeURL": SUBSCRIBE + "x"}
    assert "not of this content" in refusal(ses, "ses", Sent(json.dumps(changed).encode(), {}))
    theirs = sns("", NOW, kind="SubscriptionConfirmation", TopicArn=TOPIC + "2")
    assert "topics" in refusal(ses, "ses", Sent(json.dumps(theirs).encode(), {}))


def test_a_subscription_that_ends_is_no_event_and_opens_nothing(ses: Verifier) -> None:
    assert post(ses, sns("bye", NOW, kind="UnsubscribeConfirmation")) == Verified(b"", ("sns",), NOW)


def test_confirmation_can_be_left_to_a_person(root: Path) -> None:
    verifier = Verifier(webhook_keys({"ses": {"topics": [TOPIC], "confirm": False}}), lambda _: chain(NOW)[0])
    assert post(verifier, sns("", NOW, kind="SubscriptionConfirmation")).confirm == ""


# Keys


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[webhooks.acme]\nkeys = ['12345678']", "There is no provider 'acme'"),
        ("[webhooks.sendgrid]\nkeis = ['12345678']", "there is no setting 'keis'; there is: keys, basic,"),
        ("[webhooks.sendgrid]", "there is nothing to tell its requests by; give keys or basic or bearer"),
        ("[webhooks.mailgun]\nkeys = '12345678'", "keys: must be a list of texts"),
        ("[webhooks.mailgun]\nkeys = []", "keys: must be a list of texts"),
        ("[webhooks.mailgun]\nkeys = ['1234']", "a secret has at least 8 letters"),
        ("[webhooks.postmark]\nkeys = ['12345678']", "Postmark signs with no key; give basic or header"),
        ("[webhooks.postmark]\nbasic = ['12345678']", 'basic: must be "user:password"'),
        ("[webhooks.postmark]\ntopics = ['arn']", "Postmark has no topics"),
        ("[webhooks.azure]\nquery = ['12345678']", 'query: must be "NAME=VALUE"'),
        ("[webhooks.azure]\nheader = ['12345678']", 'header: must be "NAME: VALUE"'),
        ("[webhooks.ses]\nkeys = ['12345678']", "signs with no key; give topics or basic"),
        ("[webhooks.scaleway]\ntopics = ['arn']", "needs ca"),
        ("[webhooks.scaleway]\ntopics = ['arn']\nca = '/none'", "ca: /none cannot be read: no such file"),
        ("[webhooks.mandrill]\nkeys = ['12345678']", "needs url"),
        ("[webhooks.mandrill]\nkeys = ['12345678']\nurl = 'x'", "url: must be a web address"),
        ("[webhooks.mailgun]\nkeys = ['12345678']\nwindow_seconds = 0", "must be a whole number"),
        ("[webhooks.ses]\ntopics = ['arn']\nconfirm = 'no'", "confirm: must be true or false"),
        ("webhooks = 1", "webhooks must be tables"),
        ("[webhooks]\nsendgrid = 1", "must be a table: [webhooks.sendgrid]"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_file_of_keys_is_said(text: str, words: str) -> None:
    with pytest.raises(ValueError) as caught:
        TrustSettings.from_toml(text)
    assert words in str(caught.value)
    assert "12345678" not in str(caught.value)


@pytest.mark.parametrize(
    ("provider", "key"),
    [("sendgrid", "12345678"), ("postal", "-----BEGIN PUBLIC KEY-----\nxx"), ("postal", '{"keys": 1}'),
     ("resend", "whsec_####")],
)  # fmt: skip
def test_a_key_that_is_none_is_told_at_the_start(provider: str, key: str) -> None:
    with pytest.raises(ValueError, match=rf"\[webhooks.{provider}\] keys: this ") as caught:
        Verifier(webhook_keys({provider: {"keys": [key]}}))
    assert key not in str(caught.value)


def test_a_file_with_keys_of_services_must_be_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "trust.toml"
    path.write_text(f"[webhooks.mailgun]\nkeys = ['{SECRET}']")
    path.chmod(0o644)
    with pytest.raises(ValueError, match="others may read it"):
        TrustSettings.load(path)
    path.chmod(0o600)
    settings = TrustSettings.load(path)
    assert settings.webhooks["mailgun"].keys == (SECRET,)
    assert SECRET not in repr(settings)


def test_a_wider_window_can_be_asked_for() -> None:
    verifier = Verifier(webhook_keys({"resend": {"keys": [SVIX], "window_seconds": 7200}}))
    sent = CASES["resend"][1](EVENTS, NOW - timedelta(hours=1))
    assert ask(verifier, "resend", sent)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1614265330", 1614265330), ("1614265330.5", 1614265330.5), ("1614265330500", 1614265330.5),
     ("2021-02-25T15:02:10Z", 1614265330), ("2021-02-25T15:02:10.000Z", 1614265330),
     ("", None), ("nan", None), ("9" * 400, None), ("-1", None), ("١٢٣", None), ("1e5", None)],
)  # fmt: skip
def test_times_as_services_write_them(text: str, seconds: float | None) -> None:
    found = moment_of(text)
    assert (found.timestamp() if found else None) == seconds


# Laws


@given(st.data())
def test_nothing_that_is_sent_makes_the_verifier_fail_or_pass(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(CASES)))
    provider, _, table = CASES[name]
    verifier = Verifier(
        webhook_keys({provider: {key: one for key, one in table.items() if key != "ca"}})
        if provider != "scaleway"
        else {},
        lambda _: chain(NOW)[0],
    )
    names = sorted({place.split(" ")[1] for one in service(provider).signatures
                    for places in one.where.values() for place in places})  # fmt: skip
    headers = data.draw(
        st.lists(st.tuples(st.sampled_from([*names, "authorization", "content-type"]), st.text()), max_size=4)
    )
    body = data.draw(st.binary(max_size=80) | st.just(b"{}"))
    with pytest.raises(NotVerified):
        verifier.verify(provider, Request(headers, body, data.draw(st.text(max_size=20))), NOW)


@given(st.sampled_from([name for name in COVERED if name not in ("scaleway", "mandrill")]), st.data())
def test_no_change_of_a_byte_of_what_is_signed_passes(name: str, data: st.DataObject) -> None:
    provider, send, table = CASES[name]
    verifier = Verifier(webhook_keys({provider: table}), lambda _: chain(NOW)[0])
    sent = send(EVENTS, NOW)
    start = sent.body.index(b"bounce")
    place = data.draw(st.integers(start, sent.body.index(b"no such user") + 11))
    changed = bytearray(sent.body)
    changed[place] ^= data.draw(st.integers(1, 127))
    with pytest.raises(NotVerified):
        ask(verifier, provider, sent._replace(body=bytes(changed)))
