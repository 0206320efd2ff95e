"""Certificates that SNS signs with: fetched once, checked, kept. Needs the extra `webhooks`."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from datetime import datetime
from typing import TYPE_CHECKING

from dsnparse.trust.webhooks.fetch import Fetch
from dsnparse.trust.webhooks.refusal import CannotVerify, NotVerified

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.x509 import Certificate

#: Certificates that are kept: one a region and year is used.
KEPT = 20
#: How often in a minute one is fetched, so that made-up addresses keep nobody busy.
FETCHES = 10
_MINUTE = 60.0
#: Bits of an RSA key, at least (as browsers demand).
_BITS = 2048


class Certificates:
    """The certificates by their addresses. Thread-safe. One is fetched at a time: who needs another one then
    must come again, so that a slow answer holds up nobody else."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._fetching = threading.Lock()
        self._kept: OrderedDict[str, list[Certificate]] = OrderedDict()
        self._fetched: deque[float] = deque(maxlen=FETCHES)

    def key(self, url: str, now: datetime, ca: bytes | None) -> RSAPublicKey:
        """The key of the certificate at `url`, which must be valid at `now` and go back to one of `ca`.

        Raise NotVerified when it is not; CannotVerify when it cannot be had.
        """
        with self._lock:
            chain = self._kept.get(url)
        if chain is None:
            if not self._fetching.acquire(blocking=False):
                raise CannotVerify("Another certificate is being fetched")
            try:
                chain = self._fetch_chain(url)
            finally:
                self._fetching.release()
        key = _checked(chain, now, ca)
        with self._lock:
            self._kept[url] = chain
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return key

    def _fetch_chain(self, url: str) -> list[Certificate]:
        from cryptography.x509 import load_pem_x509_certificates

        started = time.monotonic()
        if len(self._fetched) == FETCHES and started - self._fetched[0] < _MINUTE:
            raise CannotVerify(f"More than {FETCHES} certificates were asked for within a minute")
        self._fetched.append(started)
        try:
            data = self._fetch(url)
        except OSError as problem:
            raise CannotVerify(f"The certificate of the signature cannot be fetched: {problem}") from None
        try:
            return load_pem_x509_certificates(data)
        except ValueError:
            raise NotVerified("The certificate of the signature cannot be read") from None


def _checked(chain: list[Certificate], now: datetime, ca: bytes | None) -> RSAPublicKey:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    leaf = chain[0]
    if not leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc:
        raise NotVerified("The certificate of the signature is not valid now")
    if ca is not None:
        _check_chain(chain, now, ca)
    key = leaf.public_key()
    if not isinstance(key, RSAPublicKey) or key.key_size < _BITS:
        raise NotVerified(f"The certificate of the signature has no RSA key of {_BITS} bits or more")
    return key


def _check_chain(chain: list[Certificate], now: datetime, ca: bytes) -> None:
    from cryptography.x509 import load_pem_x509_certificates
    from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store, VerificationError

    policy = PolicyBuilder().store(Store(load_pem_x509_certificates(ca))).time(now)
    # The certificate signs messages and serves no host: what the web demands of it does not count.
    policy = policy.extension_policies(
        ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=ExtensionPolicy.permit_all()
    )
    try:
        policy.build_client_verifier().verify(chain[0], chain[1:])
    except VerificationError:
        raise NotVerified(
            "The certificate of the signature does not go back to the authority of ca"
        ) from None
