"""Signatures over what a service sends: HMAC, RSA, ECDSA, and a digest with a key in the body.

HMAC and the digest need nothing; RSA and ECDSA need the extra `webhooks`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dsnparse.trust.webhooks.refusal import NotSigned, NotVerified
from dsnparse.trust.webhooks.replay import check_age
from dsnparse.trust.webhooks.request import Request
from dsnparse.trust.webhooks.scheme import Signature

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

#: Signatures of one request that are tried; Svix sends one for each of two keys while they are changed.
SIGNATURES = 10
_NAME = re.compile(r"\{(\w{1,60})\}")


class Signed:
    """A request beside a way to sign: the values that it needs. Raise NotVerified when one is missing."""

    def __init__(self, signature: Signature, request: Request, url: str = "") -> None:
        self.signature = signature
        self.request = request
        self.url = url
        self.values = {name: self._value(name) for name in signature.where}

    def _value(self, name: str) -> str:
        places = self.signature.where[name]
        found = next((value for place in places if (value := self.request.value(place))), None)
        if found is None:
            raise NotSigned(f"It is not signed: there is no {' or '.join(map(_shown, places))}")
        return found

    @property
    def text(self) -> bytes:
        """What the service signs."""
        pieces = _NAME.split(self.signature.signs)
        return b"".join(self._piece(one) if odd % 2 else one.encode() for odd, one in enumerate(pieces))

    def _piece(self, name: str) -> bytes:
        if name == "body":
            return self.request.body
        if name == "url":
            return self.url.encode()
        if name == "form":
            return "".join(f"{one}{value}" for one, value in sorted(self.request.form)).encode()
        return self.values[name].encode("utf-8", "surrogateescape")

    @property
    def signatures(self) -> list[bytes]:
        """The signatures that were sent, at most SIGNATURES."""
        text, form = self.values["signature"], self.signature
        given = text.split(form.separator) if form.separator else [text]
        ours = [one.removeprefix(form.prefix) for one in given if one.startswith(form.prefix)]
        decode = binascii.unhexlify if form.encoding == "hex" else _from_base64
        found = []
        for one in ours[:SIGNATURES]:
            try:
                found.append(decode(one.encode()))
            except (ValueError, binascii.Error):
                continue
        if not found:
            raise NotVerified("The signature cannot be read")
        return found

    def check_age(self, now: datetime, window: int | None) -> datetime | None:
        """When it was signed, where that is said. Raise NotVerified when it is out of the window."""
        if "time" not in self.values or window is None:
            return None
        return check_age(self.values["time"], now, window)


def check_signature(signed: Signed, keys: Sequence[str]) -> None:
    """One of the keys made one of the signatures; else raise NotVerified."""
    if not _CHECKS[signed.signature.scheme](signed, keys):
        raise NotVerified("The signature is not of this content, or was made with another key")


def read_key(signature: Signature, key: str) -> None:
    """Raise ValueError with a sentence when this can be no key, ModuleNotFoundError without the extra."""
    if signature.scheme in ("rsa", "ecdsa"):
        _public_keys(key)
    else:
        _secret(signature, key)


def _hmac(signed: Signed, keys: Sequence[str]) -> bool:
    text, form = signed.text, signed.signature
    made = [hmac.new(_secret(form, key), text, form.hash).digest() for key in keys]
    return any([hmac.compare_digest(one, other) for one in made for other in signed.signatures])  # noqa: C419


def _key_in_body(signed: Signed, keys: Sequence[str]) -> bool:
    """The digest of the body, in which the key stands in place of the digest."""
    body, said = signed.request.body, signed.values["signature"].encode()
    if body.count(said) != 1:
        raise NotVerified("The signature stands in the body more than once")
    made = [
        hashlib.new(signed.signature.hash, body.replace(said, key.encode()), usedforsecurity=False).digest()
        for key in keys
    ]
    return any([hmac.compare_digest(one, other) for one in made for other in signed.signatures])  # noqa: C419


def _rsa(signed: Signed, keys: Sequence[str]) -> bool:
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    def verify(key: PublicKeyTypes, given: bytes, text: bytes, digest: Any) -> None:
        assert isinstance(key, rsa.RSAPublicKey)
        key.verify(given, text, padding.PKCS1v15(), digest)

    return _asymmetric(signed, keys, rsa.RSAPublicKey, verify)


def _ecdsa(signed: Signed, keys: Sequence[str]) -> bool:
    from cryptography.hazmat.primitives.asymmetric import ec

    def verify(key: PublicKeyTypes, given: bytes, text: bytes, digest: Any) -> None:
        assert isinstance(key, ec.EllipticCurvePublicKey)
        key.verify(given, text, ec.ECDSA(digest))

    return _asymmetric(signed, keys, ec.EllipticCurvePublicKey, verify)


def _asymmetric(signed: Signed, keys: Sequence[str], kind: type, verify: Callable[..., None]) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes

    digest = {"sha1": hashes.SHA1, "sha256": hashes.SHA256}[signed.signature.hash]()
    text, given = signed.text, signed.signatures
    for key in (one for text_of in keys for one in _public_keys(text_of) if isinstance(one, kind)):
        for one in given:
            try:
                verify(key, one, text, digest)
            except InvalidSignature:
                continue
            return True
    return False


_CHECKS: dict[str, Callable[[Signed, Sequence[str]], bool]] = {
    "hmac": _hmac,
    "key_in_body": _key_in_body,
    "rsa": _rsa,
    "ecdsa": _ecdsa,
}


def _secret(form: Signature, key: str) -> bytes:
    text = key.removeprefix(form.key_prefix)
    if form.key == "text":
        return text.encode()
    try:
        return _from_base64(text.encode())
    except (ValueError, binascii.Error):
        raise ValueError(f"this key must be base64 behind {form.key_prefix!r}") from None


def _public_keys(text: str) -> list[PublicKeyTypes]:
    """The keys in PEM, in base64 as a SubjectPublicKeyInfo, or in a JSON Web Key (Set) of RSA."""
    from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_public_key

    stripped = text.strip()
    try:
        if stripped.startswith("{"):
            given = json.loads(stripped)
            return [_from_jwk(one) for one in given.get("keys", [given])]
        if stripped.startswith("-----"):
            return [load_pem_public_key(stripped.encode())]
        return [load_der_public_key(_from_base64("".join(stripped.split()).encode()))]
    except Exception:  # noqa: BLE001  (many kinds, which depend on the version of the library)
        raise ValueError("this public key cannot be read: give PEM, base64 or a JSON Web Key") from None


def _from_jwk(row: dict[str, str]) -> PublicKeyTypes:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

    def number(name: str) -> int:
        return int.from_bytes(base64.urlsafe_b64decode(row[name] + "=="), "big")

    return RSAPublicNumbers(number("e"), number("n")).public_key()


def _from_base64(text: bytes) -> bytes:
    return base64.b64decode(text, validate=True)


def _shown(place: str) -> str:
    kind, _, name = place.partition(" ")
    return f"{name.replace(' ', ' with ')} in the header" if kind == "pair" else f"{kind} {name}"
