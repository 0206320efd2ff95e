"""DKIM (RFC 6376) and ARC (RFC 8617) signatures, verified with dkimpy; needs the extra `dkim`.

Facts:

* A signature of our own domain in the message that came back proves that we sent it, when it came back whole;
  and to whom, when To is signed and names one address.
* A signature of the notice by the domain of its From proves that this domain wrote it.
* `l=` leaves the end of the body unsigned (section 8.2): such a signature proves nothing here.
* What the DNS says, and whether a signature is past its `x=`, changes with time; so these are asked for only
  where the settings say so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import dkim

#: A TXT record: the name with its last dot in, the text out; None when there is none.
Resolver = Callable[[bytes], bytes | None]
#: Signatures of one message that are tried; mail of large senders has two.
_MOST_SIGNATURES = 3
#: Larger messages are not verified: Exim's and Postfix's milters have similar limits.
_MOST_BYTES = 8 * 1024 * 1024
_SECONDS = 5
#: Digits of a time: until the year 5138.
_LONGEST_TIME = 11
_LOGGER = logging.getLogger("dsnparse.dkim")
_LOGGER.addHandler(logging.NullHandler())
_LOGGER.propagate = False


class Signature(NamedTuple):
    """A good signature over a whole message."""

    #: The domain that signed, in lower case.
    domain: str
    #: The fields that it covers, in lower case.
    fields: frozenset[str]
    #: When it was made, in seconds of the epoch; None when it does not say, or nonsense.
    made: int | None


def signatures(data: bytes, resolver: Resolver | None) -> list[Signature]:
    """The good signatures of a message. Never raises; what the DNS does not answer is none."""
    if len(data) > _MOST_BYTES:
        return []
    found: list[Signature] = []
    try:
        message = dkim.DKIM(data, logger=_LOGGER, timeout=_SECONDS)
        number_of_them = [name.lower() for name, _ in message.headers].count(b"dkim-signature")
    except Exception:  # noqa: BLE001  (whatever a stranger's message makes the library do)
        return found
    for number in range(min(number_of_them, _MOST_SIGNATURES)):
        try:
            is_good = message.verify(idx=number, dnsfunc=_asking(resolver))
        except Exception:  # noqa: BLE001, S112  (whatever a stranger's signature makes the library do)
            continue
        if is_good and b"l" not in message.signature_fields:
            found.append(_signature(message))
    return found


def sealed_results(data: bytes, sealers: tuple[str, ...], resolver: Resolver | None) -> str | None:
    """ARC-Authentication-Results of the newest seal, when `sealers` made it and the chain is good."""
    if not sealers or len(data) > _MOST_BYTES:
        return None
    try:
        state, results, _ = dkim.ARC(data, logger=_LOGGER, timeout=_SECONDS).verify(dnsfunc=_asking(resolver))
    except Exception:  # noqa: BLE001
        return None
    if state != dkim.CV_Pass or not results or _text(results[0].get("as-domain", b"")) not in sealers:
        return None
    return _text(results[0]["aar-value"])


def _signature(message: dkim.DKIM) -> Signature:
    fields = message.signature_fields
    covered = frozenset(_text(name).strip() for name in fields.get(b"h", b"").split(b":"))
    made = fields.get(b"t", b"")
    is_time = made.isdigit() and len(made) <= _LONGEST_TIME
    return Signature(_text(fields[b"d"]), covered, int(made) if is_time else None)


def _text(value: bytes) -> str:
    return value.decode("ascii", "replace").lower()


def _asking(resolver: Resolver | None) -> Callable[..., bytes | None]:
    """What dkimpy calls; it passes a timeout, too."""
    ask = resolver or _dns()
    return lambda name, timeout=_SECONDS: ask(name)  # noqa: ARG005


@cache
def _dns() -> Resolver:
    """The system's resolvers, with a memory of answers for as long as they hold."""
    import dns.exception
    import dns.resolver

    resolver = dns.resolver.Resolver()
    resolver.cache = dns.resolver.LRUCache()
    resolver.lifetime = _SECONDS

    def ask(name: bytes) -> bytes | None:
        try:
            answer = resolver.resolve(name.decode("ascii"), "TXT")
        except (dns.exception.DNSException, UnicodeError):
            return None
        return b"".join(next(iter(answer)).strings)

    return ask
