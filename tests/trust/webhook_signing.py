"""Requests as mail services sign them, written anew from what is known of each, not with dsnparse's code."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

#: Secrets of HMAC, and of Svix.
SECRET = "correct-horse-battery-staple"
SVIX_KEY = b"correct horse battery staple"
SVIX = "whsec_" + base64.b64encode(SVIX_KEY).decode()
TOPIC = "arn:aws:sns:eu-west-1:123456789012:bounces"
CERTIFICATE = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a1b2c3d.pem"
SCALEWAY_CERTIFICATE = "https://messaging.s3.fr-par.scw.cloud/fr-par/sns/SimpleNotificationService-1.pem"
SUBSCRIBE = f"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=abc"
URL = "https://hooks.example.org/v1/ingest/mandrill"


class Sent(NamedTuple):
    """A request."""

    body: bytes
    headers: dict[str, str]
    query: str = ""


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_pem(name: str) -> str:
    return rsa_key(name).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def public_jwks(name: str) -> str:
    numbers = rsa_key(name).public_key().public_numbers()

    def shown(number: int) -> str:
        raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    key = {"kty": "RSA", "kid": "1", "e": shown(numbers.e), "n": shown(numbers.n)}
    return json.dumps({"keys": [key]})


def sendgrid_key() -> str:
    der = ec_key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


@cache
def certificate(
    name: str, issuer: str, begin: datetime, end: datetime, *, is_ca: bool = False
) -> x509.Certificate:
    """A certificate for the key `name`, signed with the key `issuer`."""

    def shown(common: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])

    builder = (
        x509.CertificateBuilder()
        .subject_name(shown(name))
        .issuer_name(shown(issuer))
        .public_key(rsa_key(name).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(rsa_key(issuer).public_key()), critical=False
        )
    )
    if is_ca:
        usage = dict.fromkeys(
            "digital_signature content_commitment key_encipherment data_encipherment key_agreement crl_sign"
            " encipher_only decipher_only".split(),
            False,
        )
        builder = builder.add_extension(x509.KeyUsage(**usage, key_cert_sign=True), critical=True)
        identifier = x509.SubjectKeyIdentifier.from_public_key(rsa_key(name).public_key())
        builder = builder.add_extension(identifier, critical=False)
    else:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName("sns.amazonaws.com")]), critical=False
        )
    return builder.sign(rsa_key(issuer), hashes.SHA256())


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


def chain(now: datetime) -> tuple[bytes, bytes]:
    """What SNS offers as its certificate, and the authority behind it."""
    begin, end = now - timedelta(days=30), now + timedelta(days=300)
    root = certificate("root", "root", begin, end, is_ca=True)
    middle = certificate("middle", "root", begin, end, is_ca=True)
    return pem(certificate("sns", "middle", begin, end), middle), pem(root)


def sns(
    message: str, now: datetime, *, version: str = "1", kind: str = "Notification", **changes: Any
) -> dict[str, Any]:
    """An envelope of SNS, signed; `changes` are made before it is signed."""
    envelope: dict[str, Any] = {
        "Type": kind,
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Message": message,
        "Timestamp": now.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE,
    }
    if kind != "Notification":
        envelope |= {"Token": "abc", "SubscribeURL": SUBSCRIBE}
    envelope |= changes
    names = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
    text = "".join(f"{name}\n{envelope[name]}\n" for name in names if name in envelope)
    digest = hashes.SHA1() if version == "1" else hashes.SHA256()
    signature = rsa_key("sns").sign(text.encode(), padding.PKCS1v15(), digest)
    return envelope | {"Signature": base64.b64encode(signature).decode()}


def _hex(body: bytes) -> str:
    return hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


def _base64(key: bytes, text: bytes, digest: str = "sha256") -> str:
    return base64.b64encode(hmac.new(key, text, digest).digest()).decode()


def _basic(user: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(user.encode()).decode()}


def _ses(events: Any, now: datetime) -> Sent:
    return Sent(json.dumps(sns(json.dumps(events), now)).encode(), {"content-type": "text/plain"})


def _scaleway(events: Any, now: datetime) -> Sent:
    envelope = sns(json.dumps(events), now, version="2", SigningCertURL=SCALEWAY_CERTIFICATE)
    return Sent(json.dumps(envelope).encode(), {})


def _sendgrid(events: Any, now: datetime) -> Sent:
    body = json.dumps(events).encode() + b"\r\n"
    stamp = str(int(now.timestamp()))
    signature = ec_key().sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    return Sent(body, {
        "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
    })  # fmt: skip


def _mailgun(events: Any, now: datetime) -> Sent:
    stamp = str(int(now.timestamp()))
    token = hashlib.sha256(json.dumps(events).encode()).hexdigest()[:50]
    signature = {"timestamp": stamp, "token": token, "signature": _hex((stamp + token).encode())}
    return Sent(json.dumps({"signature": signature, "event-data": events}).encode(), {})


def _resend(events: Any, now: datetime) -> Sent:
    body, stamp = json.dumps(events).encode(), str(int(now.timestamp()))
    made = _base64(SVIX_KEY, f"msg_1.{stamp}.".encode() + body)
    other = _base64(b"the key before that", f"msg_1.{stamp}.".encode() + body)
    headers = {"svix-id": "msg_1", "svix-timestamp": stamp, "svix-signature": f"v1,{other} v2,x v1,{made}"}
    return Sent(body, headers)


def _mandrill(events: Any, now: datetime) -> Sent:
    fields = {"mandrill_events": json.dumps(events), "another": "field"}
    text = URL + "".join(name + fields[name] for name in sorted(fields))
    return Sent(urlencode(fields).encode(), {
        "content-type": "application/x-www-form-urlencoded",
        "X-Mandrill-Signature": _base64(SECRET.encode(), text.encode(), "sha1"),
    })  # fmt: skip


def _postal(events: Any, now: datetime) -> Sent:
    body = json.dumps(events).encode()
    made = {
        name: base64.b64encode(rsa_key("postal").sign(body, padding.PKCS1v15(), digest)).decode()
        for name, digest in (("-256", hashes.SHA256()), ("", hashes.SHA1()))
    }
    return Sent(body, {f"X-Postal-Signature{name}": one for name, one in made.items()})


def _old_postal(events: Any, now: datetime) -> Sent:
    body, headers, _ = _postal(events, now)
    return Sent(body, {"X-Postal-Signature": headers["X-Postal-Signature"]})


def _zeptomail(events: Any, now: datetime) -> Sent:
    body, stamp = json.dumps(events).encode(), str(int(now.timestamp() * 1000))
    made = _base64(SECRET.encode(), stamp.encode() + body)
    return Sent(body, {"producer-signature": f"ts={stamp};s={made};s-algorithm=HmacSHA256"})


def _unione(events: Any, now: datetime) -> Sent:
    body = json.dumps({"auth": "KEY", "events_by_user": events})
    made = hashlib.md5(body.replace("KEY", SECRET).encode()).hexdigest()
    return Sent(body.replace("KEY", made).encode(), {})


def _signed_body(header: str) -> Callable[[Any, datetime], Sent]:
    def sign(events: Any, now: datetime) -> Sent:
        body = json.dumps(events).encode()
        return Sent(body, {header: _hex(body)})

    return sign


def _with_password(headers: dict[str, str], query: str = "") -> Callable[[Any, datetime], Sent]:
    return lambda events, _: Sent(json.dumps(events).encode(), headers, query)


BASIC, WRONG_BASIC = _basic("user:correct horse"), _basic("user:another")
#: Name of the case → the provider, how it sends events, and its table in trust.toml.
CASES: dict[str, tuple[str, Callable[[Any, datetime], Sent], dict[str, Any]]] = {
    "ses": ("ses", _ses, {"topics": [TOPIC]}),
    "ses-raw": ("ses", _with_password(BASIC), {"basic": ["user:correct horse"]}),
    "scaleway": ("scaleway", _scaleway, {"topics": [TOPIC], "ca": "ROOT"}),
    "sendgrid": ("sendgrid", _sendgrid, {"keys": [sendgrid_key()]}),
    "mailgun": ("mailgun", _mailgun, {"keys": [SECRET]}),
    "postmark": ("postmark", _with_password(BASIC), {"basic": ["user:correct horse"]}),
    "postmark-header": ("postmark", _with_password({"X-Key": SECRET}), {"header": [f"x-key: {SECRET}"]}),
    "sparkpost": ("sparkpost", _with_password(BASIC), {"basic": ["user:correct horse"]}),
    "sparkpost-bearer": (
        "sparkpost", _with_password({"Authorization": f"Bearer {SECRET}"}), {"bearer": [SECRET]},
    ),
    "postal": ("postal", _postal, {"keys": [public_pem("postal")]}),
    "postal-jwks": ("postal", _postal, {"keys": [public_jwks("postal")]}),
    "postal-sha1": ("postal", _old_postal, {"keys": [public_pem("postal")]}),
    "resend": ("resend", _resend, {"keys": [SVIX]}),
    "mandrill": ("mandrill", _mandrill, {"keys": [SECRET], "url": URL}),
    "mailersend": ("mailersend", _signed_body("Signature"), {"keys": [SECRET]}),
    "mailtrap": ("mailtrap", _signed_body("Mailtrap-Signature"), {"keys": [SECRET]}),
    "forward_email": ("forward_email", _signed_body("X-Webhook-Signature"), {"keys": [SECRET]}),
    "zeptomail": ("zeptomail", _zeptomail, {"keys": [SECRET]}),
    "unione": ("unione", _unione, {"keys": [SECRET]}),
    "brevo": ("brevo", _with_password({"Authorization": f"Bearer {SECRET}"}), {"bearer": [SECRET]}),
    "mailjet": ("mailjet", _with_password(BASIC), {"basic": ["user:correct horse"]}),
    "elastic_email": ("elastic_email", _with_password({}, "key=12345678"), {"query": ["key=12345678"]}),
    "azure": ("azure", _with_password({}, "code=12345678"), {"query": ["code=12345678"]}),
}  # fmt: skip


def clock() -> datetime:
    """A whole second of now."""
    return datetime.now(UTC).replace(microsecond=0)
