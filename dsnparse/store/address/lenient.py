"""What is written around an address, or in another way than most are: read by `given.read_address`.

It is loaded when first needed: a look-up of a plain address starts without it.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from dsnparse.store.address.normalize import fold_domain
from dsnparse.wire.address import address_in_field, is_addr_spec

_MAILTO = re.compile(r"mailto:([^<>?]{0,1000})(?:\?[^<>]{0,4000})?", re.IGNORECASE)
_MAILTO_IN_BRACKETS = re.compile(r"<\s{0,20}mailto:([^<>?]{0,1000})(?:\?[^<>]{0,4000})?>\Z", re.IGNORECASE)
_WHOLE_DOMAIN = re.compile(r"\*?@([^@\s]+)")
#: A local part of atoms and dots in any order, as providers gave them out: "a..b@", "a.@".
_DOTTED = re.compile(r"(?:(?<=\s)|(?<=<)|\A)([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,400})(?=@[^@\s]{1,400}\Z)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BYTE_ORDER_MARK = "\ufeff"


def find_address(given: str) -> str | None:
    """The address in what was given, or "@" and the domain where a whole domain is meant; None: neither."""
    text = given.strip().strip(_BYTE_ORDER_MARK).strip()
    whole = _MAILTO.fullmatch(text)
    text = _unquoted(whole[1]) if whole else _MAILTO_IN_BRACKETS.sub(_without_mailto, text)
    domain = _WHOLE_DOMAIN.fullmatch(text)
    if domain and is_mailbox(f"x@{domain[1]}"):
        return f"@{domain[1].removesuffix('.')}"
    if is_mailbox(text):
        return text.removesuffix(".")
    found = address_in_field(_DOTTED.sub(_quoted, text))
    if found is None or found.is_uncertain or not is_mailbox(found.text):
        return None
    return found.text


def is_mailbox(address: str) -> bool:
    """Whether a text is the address of a mailbox, as it stands, at a domain that can exist (IDNA)."""
    if not is_addr_spec(_DOTTED.sub(_quoted, address)) or _SURROGATE.search(address):
        return False
    return fold_domain(address.rpartition("@")[2]).isascii()


def _quoted(found: re.Match[str]) -> str:
    local = found[1]
    return f'"{local}"' if local[0] == "." or local[-1] == "." or ".." in local else local


def _without_mailto(found: re.Match[str]) -> str:
    return f"<{_unquoted(found[1])}>"


def _unquoted(text: str) -> str:
    return unquote(text).strip()
