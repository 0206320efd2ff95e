"""Signed return paths: each message has a return path of its own, which says whom it was for.

    b+DDDKMMMMMMMMMM-kim=example.com@bounces.example.org

A bounce goes to the return path (RFC 5321 section 3.6.3). Who does not know it can forge none; who got the
message knows his own and nobody else's. The signature covers the whole address, without regard to letter
case, since servers fold it; so any other change of it is noticed.
"""

from __future__ import annotations

import re
from datetime import date

from dsnparse.trust.keys import Keys
from dsnparse.trust.signature import LIFETIME
from dsnparse.trust.token import (
    TOKEN,
    Signed,
    check_token,
    id_in_letters,
    make_token,
    recipient_in_letters,
    unwrapped,
)

PREFIX = "b"
#: RFC 5321 section 4.5.3.1.1.
_LONGEST_LOCAL_PART = 64
_PURPOSE = "return path"
_PREFIX = re.compile(r"[A-Za-z0-9_.-]{1,32}")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")


def sign_return_path(address: str, domain: str, keys: Keys, day: date, *, prefix: str = PREFIX) -> str:
    """The return path for a message to `address`.

    `domain`: whose mail server brings bounces to dsnparse. `day`: today, UTC. `prefix`: the mailbox that
    takes them, when `+` parts it from its extension. Raises ValueError when the address is too long for a
    local part of 64 letters, or cannot be written in one: `sign_id` takes any.
    """
    return _path(recipient_in_letters(address), address, domain, keys, day, prefix)


def sign_id(name: str, domain: str, keys: Keys, day: date, *, prefix: str = PREFIX) -> str:
    """The same with an id of your own (letters a to z, digits, - and _) in the recipient's place."""
    return _path(id_in_letters(name), name, domain, keys, day, prefix)


def check_return_path(path: str, keys: Keys, came: date | None, lifetime: int = LIFETIME) -> Signed | None:
    """What a return path turns out to be; None when it does not have the form of a signed one. Never raises.

    `came`: the day on which a notice was sent to it, as somebody trustworthy says.
    """
    local, _, domain = unwrapped(path).rpartition("@")
    prefix, plus, token = local.partition("+")
    if not plus or not path.isascii() or TOKEN.fullmatch(token) is None:
        return None
    return check_token(_PURPOSE, token, keys, came, lifetime, around=f"{prefix}@{domain}")


def _path(subject: str, shown: str, domain: str, keys: Keys, day: date, prefix: str) -> str:
    if not _PREFIX.fullmatch(prefix):
        raise ValueError(f"{prefix!r} is no prefix: use letters, digits, '.', '-' and '_', up to 32.")
    if not _DOMAIN.fullmatch(domain):
        raise ValueError(f"{domain!r} is no domain, such as bounces.example.org.")
    token = make_token(_PURPOSE, subject, keys, day, around=f"{prefix}@{domain}")
    local = f"{prefix}+{token}"
    if len(local) > _LONGEST_LOCAL_PART:
        raise ValueError(
            f"The return path for {shown} has {len(local)} letters before its @, and mail servers take "
            f"{_LONGEST_LOCAL_PART}: sign an id of your own instead."
        )
    return f"{local}@{domain}"
