"""A signature in fourteen letters: the day, the key, and 50 bits of an HMAC-SHA-256.

    DDDKMMMMMMMMMM

It outlives servers that fold letter case, and fits into a local part beside an address. To forge one needs
2^49 attempts on average, each of them a message: a thousand a second take 17,000 years. What is signed is
told apart by its purpose, so that a signature of one place counts in no other.
"""

from __future__ import annotations

import hmac
from datetime import date, timedelta
from enum import Enum
from functools import lru_cache
from hashlib import sha256

from dsnparse.trust.keys import Keys
from dsnparse.trust.letters import (
    DAY_LETTERS,
    MAC_LETTERS,
    day_from_letters,
    day_in_letters,
    digest_in_letters,
)

#: How long a bounce may come after its mail, in days. RFC 5321 section 4.5.4.1 gives each host four or five
#: days; two of them, and a delay, fit.
LIFETIME = 14


class State(Enum):
    """What a signature is worth."""

    VALID = "valid"
    #: Ours, and nobody says on which day it came back.
    UNDATED = "undated"
    #: Ours, and too old, or of a day to come.
    EXPIRED = "expired"
    #: It names a key that we have, and is not what that key signs.
    FORGED = "forged"
    #: It names a key that we do not have.
    UNKNOWN_KEY = "unknown_key"


def sign(purpose: str, text: str, keys: Keys, day: date) -> str:
    """The signature of `text` for `purpose`, by the newest key. Raises ValueError for a day out of range."""
    stamp = day_in_letters(day)
    return f"{stamp}{keys.newest.id}{_mac(keys.newest.secret, purpose, stamp, text)}"


def check(
    purpose: str, text: str, signature: str, keys: Keys, came: date | None, lifetime: int = LIFETIME
) -> tuple[State, date | None]:
    """What `signature` (of FORM, any case) is worth for `text`, and the day that it names; None when forged.

    `came`: the day on which it came back. The text is compared without regard to letter case.
    """
    signature = signature.lower()
    stamp, name, mac = signature[:DAY_LETTERS], signature[DAY_LETTERS], signature[DAY_LETTERS + 1 :]
    key = keys.find(name)
    if key is None:
        return State.UNKNOWN_KEY, None
    if not hmac.compare_digest(mac, _mac(key.secret, purpose, stamp, text)):
        return State.FORGED, None
    day = day_from_letters(stamp)
    return state_of_age(day, came, lifetime), day


def state_of_age(day: date, came: date | None, lifetime: int) -> State:
    """Whether what was signed on `day` is good on the day `came`; a day early counts, as zones differ."""
    if came is None:
        return State.UNDATED
    is_fresh = day - timedelta(days=1) <= came <= day + timedelta(days=lifetime)
    return State.VALID if is_fresh else State.EXPIRED


def _mac(secret: bytes, purpose: str, stamp: str, text: str) -> str:
    signed = f"dsnparse {purpose}\n{stamp}\n{text.lower()}".encode("utf-8", "surrogateescape")
    mac = _started(secret).copy()  # half the time of hmac.digest(), which asks OpenSSL for the hash each time
    mac.update(signed)
    return digest_in_letters(mac.digest(), MAC_LETTERS)


@lru_cache(maxsize=64)
def _started(secret: bytes) -> hmac.HMAC:
    return hmac.new(secret, digestmod=sha256)
