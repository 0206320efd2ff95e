"""An address as a person, a list or another program writes it: the one reader of all commands.

`jane@example.com`, `<jane@example.com>`, `Jane Roe <jane@example.com>`, `"jane@example.com"`,
`mailto:jane@example.com?subject=x`, with blanks or a byte-order mark around it, in either form of IDNA; and
`@example.com` or `*@example.com` for a whole domain. What is no address is refused: it is never guessed at.
"""

from __future__ import annotations

import re
from typing import Self

from dsnparse.errors import DsnparseError
from dsnparse.store.address.normalize import fold_domain
from dsnparse.wire.address import address_in_field, is_addr_spec

_MAILTO = re.compile(r"mailto:([^<>?]{0,1000})(?:\?[^<>]{0,4000})?", re.IGNORECASE)
_MAILTO_IN_BRACKETS = re.compile(r"<\s{0,20}mailto:([^<>?]{0,1000})(?:\?[^<>]{0,4000})?>\Z", re.IGNORECASE)
_WHOLE_DOMAIN = re.compile(r"\*?@([^@\s]+)")
#: A local part of atoms and dots in any order, as providers gave them out: "a..b@", "a.@".
_DOTTED = re.compile(r"(?:(?<=\s)|(?<=<)|\A)([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,400})(?=@[^@\s]{1,400}\Z)")
#: What all but a few look like: nothing is around it, nothing of it can be read in another way.
_PLAIN_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN = re.compile(
    rf"[A-Za-z0-9_+=-]{{1,64}}(?:\.[A-Za-z0-9_+=-]{{1,64}}){{0,5}}@{_PLAIN_LABEL}(?:\.{_PLAIN_LABEL}){{0,9}}"
)
_LONGEST_PLAIN = 254
_SURROGATE = re.compile("[\ud800-\udfff]")
_BYTE_ORDER_MARK = "\ufeff"
#: A display name and an address of RFC 5321's length, several times over.
_LONGEST_GIVEN = 4_000
_LONGEST_SHOWN = 80


class NotAnAddress(DsnparseError, ValueError):  # noqa: N818  (it says what the text is)
    """What was given is no mail address, nor a domain behind an "@"."""

    @classmethod
    def of(cls, given: str) -> Self:
        """With a sentence that shows it."""
        shown = given if len(given) <= _LONGEST_SHOWN else given[: _LONGEST_SHOWN - 1] + "…"
        return cls(f"{shown!r} is no mail address")


def read_address(given: str) -> str:
    """The address in what was given, or "@" and the domain where a whole domain is meant.

    Raise NotAnAddress for anything else, TypeError for what is no text.
    """
    if not isinstance(given, str):
        raise TypeError(f"an address must be text, not {type(given).__name__}")
    if len(given) <= _LONGEST_PLAIN and _PLAIN.fullmatch(given):
        return given
    if len(given) > _LONGEST_GIVEN:
        raise NotAnAddress.of(given)
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
        raise NotAnAddress.of(given)
    return found.text


def read_mailbox(given: str) -> str:
    """The same; raise NotAnAddress for whole domains, too."""
    address = read_address(given)
    if address.startswith("@"):
        raise NotAnAddress.of(given)
    return address


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
    from urllib.parse import unquote

    return unquote(text).strip()
