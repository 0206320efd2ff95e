"""Which spellings are one address.

The domain is folded: letter case, a final dot, and internationalised names to their A-labels (IDNA 2008,
UTS 46 mapping). The local part belongs to the receiving host (RFC 5321 section 2.4): it is kept as it is,
except that an unneeded quoting goes away, Unicode is composed (NFC, RFC 6532 section 3.1), and its letter
case is folded where the provider is known to ignore it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from string import ascii_letters, digits

from dsnparse import data
from dsnparse.store.sql.values import clean

#: RFC 5321 section 4.5.3.1: a local part of 64 and a domain of 255 octets. What is longer than this is no
#: address of a mailbox, and is kept short by a digest at its end.
LONGEST = 400
_ATEXT = frozenset(ascii_letters + digits + "!#$%&'*+-/=?^_`{|}~.")


@dataclass(frozen=True, slots=True)
class _Provider:
    domain: str
    fold_case: bool
    tag: str
    dots: bool


@dataclass(frozen=True, slots=True)
class AddressIdentity:
    """How addresses are compared. Two addresses are one when their `key` is the same."""

    plus_tags: bool = False
    provider_dots: bool = False
    #: More domains whose local parts are folded.
    fold_domains: frozenset[str] = frozenset()

    def key(self, address: str) -> str:
        """The text that all spellings of an address share. Never raises on text."""
        local, domain = split_address(address)
        domain = fold_domain(domain)
        provider = _providers().get(domain)
        if provider:
            domain = provider.domain
            if provider.fold_case:
                local = local.lower()
            if self.plus_tags and provider.tag:
                local = local.partition(provider.tag)[0] or local
            if self.provider_dots and provider.dots:
                local = local.replace(".", "") or local
        if domain in self.fold_domains:
            local = local.lower()
        key = clean(f"{local}@{domain}" if domain else local)
        if len(key) > LONGEST:
            digest = blake2b(key.encode(), digest_size=16).hexdigest()
            key = f"{key[: LONGEST - 40]}…{digest}"
        return key

    @classmethod
    def of(cls, *, plus_tags: bool, provider_dots: bool, fold_domains: Iterable[str]) -> AddressIdentity:
        """The identity by its options; domains in any spelling."""
        return cls(plus_tags, provider_dots, frozenset(fold_domain(domain) for domain in fold_domains))


def split_address(address: str) -> tuple[str, str]:
    """Local part (unquoted where it can be, NFC) and domain (as written); the domain may be empty."""
    address = address.strip()
    if address.startswith("<") and address.endswith(">"):
        address = address[1:-1].strip()
    local, at, domain = address.rpartition("@")
    if not at:
        local, domain = address, ""
    if len(local) > 2 and local[0] == local[-1] == '"':
        bare = local[1:-1].replace("\\", "")
        if _ATEXT.issuperset(bare) and bare[0] != "." and bare[-1] != "." and ".." not in bare:
            local = bare
    return (local if local.isascii() else unicodedata.normalize("NFC", local)), domain


def fold_domain(domain: str) -> str:
    """The domain in lower case, without a final dot, as A-labels; what IDNA refuses stays in lower case."""
    domain = domain.strip().rstrip(".").lower()
    if domain.isascii():
        return domain
    import idna

    try:
        return idna.encode(domain[:255], uts46=True).decode("ascii")
    except UnicodeError:  # idna.IDNAError is one
        return domain


@cache
def _providers() -> dict[str, _Provider]:
    known = {}
    for entry in data.load("address_providers")["provider"]:
        for domain in entry["domains"]:
            known[domain] = _Provider(
                domain=entry.get("same_as", domain),
                fold_case=entry.get("fold_case", False),
                tag=entry.get("tag", ""),
                dots=entry.get("dots", False),
            )
    return known
