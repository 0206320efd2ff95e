"""Which spellings are one address.

The domain is folded: letter case, a final dot, and internationalised names to their A-labels (IDNA 2008).
The local part belongs to the receiving host (RFC 5321 section 2.4); unneeded quoting goes away, Unicode is
composed (NFC, RFC 6532 section 3.1), and letter case is ignored, as all providers do, unless the operator
says otherwise.

Nothing is folded that makes another address of it: a letter beyond ASCII never becomes one of ASCII (the
Kelvin sign is no "k", a full-width "ｇ" no "g"), nor does a dot of another script become ".". Whoever mails
such a look-alike gets a genuine bounce for it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from dsnparse import data

#: RFC 5321 section 4.5.3.1: a local part of 64 and a domain of 255 octets. What is longer than this is no
#: address of a mailbox, and is kept short by a digest at its end.
LONGEST = 400
_LONGEST_DOMAIN = 255
_QUOTED = re.compile(r'"(?:[^"\\]|\\.){0,1000}"', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
#: RFC 5322's atext and ".", and the letters beyond ASCII (RFC 6532): they need no quotes. Neither do dots in
#: a row, which no standard allows and providers gave out.
_NEEDS_NO_QUOTES = re.compile(r"(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]|[^\W\x00-\x7f])+")
#: Characters beyond ASCII that NFC turns into ASCII: the Kelvin sign, the Greek question mark, the varia.
_BECOME_ASCII = re.compile("([\u212a\u037e\u1fef])")
#: NUL and lone surrogates, which no database takes.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


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
    #: Domains whose local parts are folded where `ignore_case` is off.
    fold_domains: frozenset[str] = frozenset()
    #: Whether the letter case of local parts is ignored.
    ignore_case: bool = True

    def key(self, address: str) -> str:
        """The text that all spellings of an address share; empty without a local part.

        Never raises on text.
        """
        local, domain = split_address(address)
        if not local:
            return ""
        domain, provider = _filed_at(domain)
        fold_case = self.ignore_case or domain in self.fold_domains
        if provider:
            domain = provider.domain
            fold_case = fold_case or provider.fold_case
            if self.plus_tags and provider.tag:
                local = local.partition(provider.tag)[0] or local
            if self.provider_dots and provider.dots:
                local = local.replace(".", "") or local
        if fold_case or domain in self.fold_domains:
            local = _composed(_lower(local))
        key = _UNSTORABLE.sub("\ufffd", f"{local}@{domain}" if domain else local)
        if len(key) > LONGEST:
            from hashlib import blake2b

            digest = blake2b(key.encode(), digest_size=16).hexdigest()
            key = f"{key[: LONGEST - 40]}…{digest}"
        return key

    def keys(self, address: str) -> tuple[str, ...]:
        """What `read_address` gave, as keys: where it is filed, and for a domain that of "*@" there."""
        if address.startswith("@"):
            return self.domain_key(address), self.key(f"*{address}")
        return (self.key(address),)

    def domain_key(self, address: str) -> str:
        """The key of the whole domain of an address: "@example.com"."""
        domain, provider = _filed_at(address.rpartition("@")[2] if "@" in address else "")
        return f"@{provider.domain if provider else domain}"

    @classmethod
    def of(
        cls, *, plus_tags: bool, provider_dots: bool, fold_domains: Iterable[str], ignore_case: bool = True
    ) -> AddressIdentity:
        """The identity by its options; domains in any spelling."""
        return cls(
            plus_tags, provider_dots, frozenset(fold_domain(domain) for domain in fold_domains), ignore_case
        )


def split_address(address: str) -> tuple[str, str]:
    """Local part (unquoted where it can be, NFC) and domain (as written); the domain may be empty."""
    local, at, domain = address.rpartition("@")
    if not at:
        local, domain = address, ""
    if local.startswith('"') and _QUOTED.fullmatch(local):
        bare = _ESCAPED.sub(r"\1", local[1:-1])
        if _NEEDS_NO_QUOTES.fullmatch(bare):
            local = bare
        else:
            local = '"' + bare.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return _composed(local), domain


def fold_domain(domain: str) -> str:
    """The domain in lower case, without a final dot, as A-labels; what IDNA refuses stays in lower case."""
    domain = domain.removesuffix(".")
    if domain.isascii():
        return domain.lower()
    import idna

    domain = _composed(_lower(domain))
    try:
        # strict: the dots of other scripts part no labels.
        return idna.encode(domain[:255], strict=True).decode("ascii")
    except UnicodeError:  # idna.IDNAError is one
        return domain


def _lower(text: str) -> str:
    """In lower case, of the letters that stay letters of their own."""
    if text.isascii():
        return text.lower()
    lower = [one.lower() for one in text]
    kept = [
        new if old.isascii() or not new[:1].isascii() else old for old, new in zip(text, lower, strict=True)
    ]
    return "".join(kept).replace("ς", "σ")


def _composed(text: str) -> str:
    """In NFC, without what that would turn into ASCII."""
    if text.isascii():
        return text
    pieces = _BECOME_ASCII.split(text)
    return "".join(
        piece if number % 2 else unicodedata.normalize("NFC", piece) for number, piece in enumerate(pieces)
    )


def _filed_at(domain: str) -> tuple[str, _Provider | None]:
    """The domain folded, and the provider whose it is."""
    if len(domain) <= _LONGEST_DOMAIN:
        return _of_domain(domain)
    domain = fold_domain(domain)
    return domain, _providers().get(domain)


@lru_cache(maxsize=4096)
def _of_domain(domain: str) -> tuple[str, _Provider | None]:
    domain = fold_domain(domain)
    return domain, _providers().get(domain)


@cache
def _providers() -> dict[str, _Provider]:
    known = {}
    for entry in (row for table in data.load("addresses").values() for row in table["addresses"]):
        for domain in entry["domains"]:
            known[domain] = _Provider(
                domain=entry.get("same_as", domain),
                fold_case=entry.get("fold_case", False),
                tag=entry.get("tag", ""),
                dots=entry.get("dots", False),
            )
    return known
