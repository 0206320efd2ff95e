"""Whose addresses are ours: where the notice went, and who sent the message that came back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dsnparse.wire.address_spans import addresses_in

OF_NOTICE: Final = ("to", "delivered-to", "envelope-to", "x-envelope-to")
_OF_ORIGINAL: Final = ("from", "return-path", "sender", "reply-to", "errors-to", "list-post", "list-owner")


def our_addresses(notice: Mapping[str, str], original: Mapping[str, str]) -> frozenset[str]:
    """The sender's side, in lower case. Both arguments: header fields by name in lower case."""
    found: set[str] = set()
    for name in OF_NOTICE:
        found.update(addresses_in(notice.get(name, "")))
    for name in _OF_ORIGINAL:
        found.update(addresses_in(original.get(name, "")))
    plain = {address.lower() for address in found}
    # VERP and tags: "bounce+x=example.org@host" is quoted back as "bounce@host", too.
    return frozenset(plain | {_untagged(address) for address in plain})


def _untagged(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
