"""Whom our own return path names, where the notice came to one that has its recipient in it (VERP).

Nobody signed it: whoever knows the form can write one. It may name him where nobody else is named, and speaks
against others whom a text mentions by the way; it never makes an address hard.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from dsnparse.notice.notice import Notice
from dsnparse.trust.styles import read_return_path
from dsnparse.wire.address_spans import addresses_in

_OUR_FIELDS: Final = ("delivered-to", "x-original-to", "envelope-to", "to")


class OurPath(NamedTuple):
    """The field and the address in it that the notice came to, and who was mailed by it."""

    field: str
    path: str
    recipient: str


def our_path(notice: Notice) -> OurPath | None:
    """The first of our addresses that names a recipient."""
    first = notice.head.first
    for name in _OUR_FIELDS:
        value = first.get(name, "")
        if "=" not in value:
            continue
        for address in addresses_in(value):
            path = read_return_path(address)
            if path is not None and path.recipient is not None:
                return OurPath(name, address, path.recipient)
    return None
