"""The Sender Rewriting Scheme, undone: what a forwarding server put before the sender that it forwards for.

    SRS0=HHHH=TT=example.org=kim@forwarder.example
    SRS1=HHHH=first.example==HHHH=TT=example.org=kim@second.example

HHHH is the beginning of HMAC-SHA-1 in base64, over what follows in lower case and without its separators,
TT the day in two letters of base32 (days of the epoch, modulo 1024). Only the server that made HHHH can
check it. Exim has the first four hexadecimal digits of HMAC-MD5 over the address instead, which do not
cover the day.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from dsnparse.trust.signature import State
from dsnparse.trust.token import unwrapped

#: Days for which a rewritten address is good: postsrsd's default.
LIFETIME = 21
_HASH_LETTERS = 4
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_ROUND = 1024
_EPOCH = date(1970, 1, 1)
_SRS0 = re.compile(
    r"SRS0[=+-]([A-Za-z0-9+/]{4,28})=([A-Za-z2-7]{2})=([A-Za-z0-9.-]{1,253})=([^@\s]{1,200})@\S{1,255}",
    re.IGNORECASE | re.ASCII,
)
_SRS1 = re.compile(
    r"SRS1[=+-]([A-Za-z0-9+/]{4,28})=([A-Za-z0-9.-]{1,253})=([=+-][^@\s]{1,255})@\S{1,255}",
    re.IGNORECASE | re.ASCII,
)


class Srs(NamedTuple):
    """What a rewritten return path turned out to be.

    Attributes:
        state: What its hash is worth; UNKNOWN_KEY when there was no secret to check it with.
        address: The return path before it was rewritten: of SRS1 the first forwarder's SRS0.
    """

    state: State
    address: str


def rewrite(address: str, domain: str, secret: bytes, day: date) -> str:
    """`address` as the forwarding server of `domain` rewrites it (SRS0). Raises ValueError without an @."""
    local, at, host = address.rpartition("@")
    if not at or not local or not host:
        raise ValueError(f"{address!r} is no address that could be rewritten.")
    stamp = _stamp(day)
    return f"SRS0={_hash(secret, stamp, host, local)}={stamp}={host}={local}@{domain}"


def check_srs(path: str, secrets: Sequence[bytes], came: date | None, lifetime: int = LIFETIME) -> Srs | None:
    """What a return path turns out to be; None when nobody rewrote it. Never raises.

    `came`: the day on which a notice was sent to it.
    """
    text = unwrapped(path)
    found = _SRS0.fullmatch(text)
    if found is not None:
        digest, stamp, host, local = found.groups()
        state = _state(digest, (stamp, host, local), secrets, f"{local}@{host}")
        if state is State.VALID:
            state = _age(stamp.upper(), came, lifetime)
        return Srs(state, f"{local}@{host}")
    found = _SRS1.fullmatch(text)
    if found is None:
        return None
    digest, host, rest = found.groups()
    # The day stands in the part that the first forwarder signed, and he alone can vouch for it.
    state = _state(digest, (host, rest), secrets)
    return Srs(State.UNDATED if state is State.VALID else state, f"SRS0{rest}@{host}")


def _state(digest: str, signed: tuple[str, ...], secrets: Sequence[bytes], address: str = "") -> State:
    if not secrets:
        return State.UNKNOWN_KEY
    given = digest[:_HASH_LETTERS].lower()  # servers on the way fold case
    made = [_hash(secret, *signed).lower() for secret in secrets]
    if address:
        made += [_hash_of_exim(secret, address) for secret in secrets]
    good = [hmac.compare_digest(given, one) for one in made]
    return State.VALID if any(good) else State.FORGED


def _age(stamp: str, came: date | None, lifetime: int) -> State:
    if came is None:
        return State.UNDATED
    made = _LETTERS.index(stamp[0]) * 32 + _LETTERS.index(stamp[1])
    age = ((came - _EPOCH).days + 1 - made) % _ROUND
    return State.VALID if age <= lifetime + 1 else State.EXPIRED


def _stamp(day: date) -> str:
    number = (day - _EPOCH).days % _ROUND
    return _LETTERS[number >> 5] + _LETTERS[number & 31]


def _hash(secret: bytes, *signed: str) -> str:
    text = "".join(signed).lower().encode("utf-8", "surrogateescape")
    return base64.b64encode(hmac.digest(secret, text, "sha1")).decode()[:_HASH_LETTERS]


def _hash_of_exim(secret: bytes, address: str) -> str:
    text = address.lower().encode("utf-8", "surrogateescape")
    return hmac.digest(secret, text, "md5").hex()[:_HASH_LETTERS]
