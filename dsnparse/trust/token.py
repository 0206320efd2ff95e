"""What a signature is about: one recipient, or an id of the sender's own, in letters that mail servers keep.

DDDKMMMMMMMMMM-kim=example.com      the recipient
DDDKMMMMMMMMMM.u4711                an id, where the recipient's address is too long or nobody's business
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from dsnparse.trust.keys import Keys
from dsnparse.trust.letters import FORM, LENGTH
from dsnparse.trust.signature import LIFETIME, State, check, sign

#: A token as it stands in a text of its own.
TOKEN = re.compile(rf"{FORM}(?:-[!-~]{{1,64}}=[!-~]{{1,253}}|\.[a-z0-9_-]{{1,47}})", re.IGNORECASE | re.ASCII)
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,46}")
#: A recipient who can be written without quotes; in a local part "+" and "=" are letters like others.
_RECIPIENT = re.compile(r"([A-Za-z0-9!#$%&'*+./=?^_`{|}~-]{1,64})@([A-Za-z0-9.-]{1,253})")


class Signed(NamedTuple):
    """What a signed return path, or a token, turned out to be.

    Attributes:
        state: What the signature is worth.
        recipient: Who was mailed, in lower case where a server folded it; None when an id stands for him.
        id: The sender's own id; None when there is an address.
        day: When it was signed; None when nothing vouches for it.
    """

    state: State
    recipient: str | None = None
    id: str | None = None
    day: date | None = None

    @property
    def is_ours(self) -> bool:
        """Whether one of our keys signed it, be it long ago."""
        return self.state in (State.VALID, State.UNDATED, State.EXPIRED)


def recipient_in_letters(address: str) -> str:
    """`kim@example.com` as `-kim=example.com`. Raises ValueError when it cannot be written so."""
    found = _RECIPIENT.fullmatch(_in_ascii(address))
    if found is None:
        raise ValueError(f"{address!r} cannot be written into a return path: sign an id of your own instead.")
    return f"-{found[1]}={found[2]}"


def id_in_letters(name: str) -> str:
    """`u4711` as `.u4711`. Raises ValueError for an id that a mail server could change."""
    if not _ID.fullmatch(name):
        raise ValueError(
            f"{name!r} is no id that every mail server keeps: use letters a to z, digits, - and _, up to 47."
        )
    return f".{name}"


def make_token(purpose: str, subject: str, keys: Keys, day: date, *, around: str = "") -> str:
    """The token of `subject`, as one of the two functions above writes it.

    `around`: what else is signed with it. Raises ValueError for a day out of range.
    """
    return f"{sign(purpose, around + subject, keys, day)}{subject}"


def check_token(
    purpose: str, token: str, keys: Keys, came: date | None, lifetime: int = LIFETIME, *, around: str = ""
) -> Signed:
    """What a text of the form TOKEN turns out to be. Never raises."""
    subject = token[LENGTH:]
    state, day = check(purpose, around + subject, token[:LENGTH], keys, came, lifetime)
    if day is None:
        return Signed(state)
    if subject[0] == ".":
        return Signed(state, id=subject[1:].lower(), day=day)
    local, _, domain = subject[1:].rpartition("=")
    return Signed(state, f"{local}@{domain}", day=day)


def is_same(one: str, other: str) -> bool:
    """Whether two addresses are one, whatever their letter case and the form of their domains."""
    first, second = one.lower(), other.lower()
    if first == second or (first.isascii() and second.isascii()):
        return first == second
    return _in_ascii(first) == _in_ascii(second)


def unwrapped(path: str) -> str:
    """A return path without the angle brackets around it."""
    return path[1:-1] if path.startswith("<") and path.endswith(">") else path


def _in_ascii(address: str) -> str:
    """The address with its domain in A-labels (RFC 5890), where it has others and they are valid."""
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    import idna

    try:
        return f"{local}{at}{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError:
        return address
