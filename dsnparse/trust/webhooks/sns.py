"""Messages that Amazon SNS posts, and Scaleway in the same envelope.

Facts. Some fields of the envelope are signed, each as "name\\nvalue\\n"; whatever else stands in it is not,
so nothing but `Message` may be read of it. Every topic of anybody is signed with the same certificate, so
that counts for nothing without a list of one's own topics.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dsnparse.trust.webhooks.certificates import Certificates
from dsnparse.trust.webhooks.keys import WebhookKeys
from dsnparse.trust.webhooks.refusal import NotVerified
from dsnparse.trust.webhooks.replay import check_age
from dsnparse.trust.webhooks.request import VALUE_CHARS
from dsnparse.trust.webhooks.scheme import Signature

_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
#: What each type of message signs, in this order; Subject only where there is one.
_FIELDS = {
    "Notification": _NOTIFICATION,
    "SubscriptionConfirmation": _CONFIRMATION,
    "UnsubscribeConfirmation": _CONFIRMATION,
}
_OPTIONAL = {"Subject"}
_LONG = {"Message"}


@dataclass(frozen=True, slots=True)
class Posted:
    """A message of SNS whose signature is right."""

    type: str
    message: str
    signed_at: datetime
    topic: str
    #: Where the subscription is confirmed; "" when it is none.
    confirm: str


def check_sns(
    signature: Signature, envelope: Any, keys: WebhookKeys, now: datetime, certificates: Certificates
) -> Posted:
    """`envelope`: the body, as JSON. Raise NotVerified; CannotVerify when the certificate is not there."""
    if not isinstance(envelope, dict) or "SigningCertURL" not in envelope:
        raise NotVerified("It is not signed: it is no message of SNS (raw delivery is not signed)")
    kind = _text(envelope, "Type")
    if kind not in _FIELDS:
        raise NotVerified("It is a message of SNS of a type that is not known")
    said = {
        name: _text(envelope, name)
        for name in _FIELDS[kind]
        if not (name in _OPTIONAL and envelope.get(name) is None)
    }
    if said["TopicArn"] not in keys.topics:
        raise NotVerified("Its topic is none of those in topics")
    signed_at = check_age(said["Timestamp"], now, keys.window_seconds or signature.window or 0)
    url = _text(envelope, "SigningCertURL")
    if re.fullmatch(signature.certificate, url) is None:
        raise NotVerified("Its certificate is not at an address of the service")
    text = "".join(f"{name}\n{value}\n" for name, value in said.items()).encode("utf-8", "surrogateescape")
    _check(
        text, _text(envelope, "SignatureVersion"), _text(envelope, "Signature"), url, keys, now, certificates
    )
    confirm = said["SubscribeURL"] if kind == "SubscriptionConfirmation" else ""
    if confirm and re.fullmatch(signature.confirm, confirm) is None:
        raise NotVerified("Its SubscribeURL is no address of the service")
    return Posted(kind, said["Message"], signed_at, said["TopicArn"], confirm)


def _text(envelope: dict[str, Any], name: str) -> str:
    value = envelope.get(name)
    if not isinstance(value, str) or (name not in _LONG and len(value) > VALUE_CHARS):
        raise NotVerified(f"Its {name} is missing, or is no text")
    return value


def _check(
    text: bytes,
    version: str,
    signature: str,
    url: str,
    keys: WebhookKeys,
    now: datetime,
    certificates: Certificates,
) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    digest = {"1": hashes.SHA1, "2": hashes.SHA256}.get(version)
    if digest is None:
        raise NotVerified("Its SignatureVersion is neither 1 nor 2")
    try:
        given = base64.b64decode(signature, validate=True)
    except (ValueError, binascii.Error):
        raise NotVerified("The signature cannot be read") from None
    try:
        certificates.key(url, now, keys.ca).verify(given, text, padding.PKCS1v15(), digest())
    except InvalidSignature:
        raise NotVerified("The signature is not of this content") from None
