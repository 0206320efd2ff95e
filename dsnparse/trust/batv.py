"""BATV (draft-levine-smtp-batv-01): a return path with a tag that says when it was made, and that we made it.

    prvs=KDDDSSSSSS=news@example.org

K is a digit that names the key, DDD the day on which the tag ends (days of the epoch, the last three digits),
SSSSSS the first three bytes, in hexadecimal, of HMAC-SHA-1 over `KDDDnews@example.org`. Exim makes it with
`${prvs{…}{…}}`. 24 bits keep backscatter away. The tag is the same for all mail of a day: it proves that
the notice is about mail of ours, and not about whose.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from dsnparse.trust.signature import State
from dsnparse.trust.token import unwrapped

#: Days for which a tag is good (section 4 of the draft).
_DAYS = 7
_ROUND = 1000
_EPOCH = date(1970, 1, 1)
#: `prvs=` and the tag before the address; some put "/" in the place of the second "=".
_TAGGED = re.compile(r"prvs=(\d)(\d{3})([0-9a-f]{6})[=/](\S{1,255})", re.IGNORECASE | re.ASCII)


class Batv(NamedTuple):
    """What a tagged return path turned out to be: its worth, and the address without the tag."""

    state: State
    address: str


def sign_batv(address: str, secrets: Mapping[int, bytes], day: date) -> str:
    """`address` with a tag of the highest key of `secrets` (0 to 9), made on `day`.

    Raises ValueError when there is no key.
    """
    if not secrets:
        raise ValueError("There is no BATV key: give one by its digit, such as {0: b'…'}.")
    digit = max(secrets)
    tag = f"{digit % 10}{((day - _EPOCH).days + _DAYS) % _ROUND:03}"
    return f"prvs={tag}{_digest(secrets[digit], tag, address)}={address}"


def check_batv(path: str, secrets: Mapping[int, bytes], came: date | None) -> Batv | None:
    """What a return path turns out to be; None when it has no tag. Never raises.

    `came`: the day on which a notice was sent to it.
    """
    found = _TAGGED.fullmatch(unwrapped(path))
    if found is None:
        return None
    digit, day, digest, address = found.groups()
    secret = secrets.get(int(digit))
    if secret is None:
        return Batv(State.UNKNOWN_KEY, address)
    given = digest.lower()
    spellings = {address, address.lower()}  # a server on the way may have folded it
    made = [_digest(secret, digit + day, spelling) for spelling in sorted(spellings)]
    if True not in [hmac.compare_digest(given, one) for one in made]:
        return Batv(State.FORGED, address)
    if came is None:
        return Batv(State.UNDATED, address)
    left = (int(day) - (came - _EPOCH).days) % _ROUND
    return Batv(State.VALID if left <= _DAYS + 1 else State.EXPIRED, address)


def _digest(secret: bytes, tag: str, address: str) -> str:
    return hmac.digest(secret, f"{tag}{address}".encode("utf-8", "surrogateescape"), "sha1")[:3].hex()
