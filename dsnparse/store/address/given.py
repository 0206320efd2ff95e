"""An address as a person, a list or another program writes it: the one reader of all commands.

`jane@example.com`, `<jane@example.com>`, `Jane Roe <jane@example.com>`, `"jane@example.com"`,
`mailto:jane@example.com?subject=x`, with blanks or a byte-order mark around it, in either form of IDNA; and
`@example.com` or `*@example.com` for a whole domain. What is no address is refused: it is never guessed at.
"""

from __future__ import annotations

import re
from typing import Self

from dsnparse.errors import DsnparseError

#: What all but a few look like: nothing is around it, nothing of it can be read in another way.
_PLAIN_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN = re.compile(
    rf"[A-Za-z0-9_+=-]{{1,64}}(?:\.[A-Za-z0-9_+=-]{{1,64}}){{0,5}}@{_PLAIN_LABEL}(?:\.{_PLAIN_LABEL}){{0,9}}"
)
_LONGEST_PLAIN = 254
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
    if is_plain(given):
        return given
    if len(given) > _LONGEST_GIVEN:
        raise NotAnAddress.of(given)
    from dsnparse.store.address.lenient import find_address

    found = find_address(given)
    if found is None:
        raise NotAnAddress.of(given)
    return found


def is_plain(text: str) -> bool:
    """Whether a text is an address as nearly all are: of a mailbox, with nothing around it."""
    return len(text) <= _LONGEST_PLAIN and _PLAIN.fullmatch(text) is not None


def read_mailbox(given: str) -> str:
    """The same; raise NotAnAddress for whole domains, too."""
    address = read_address(given)
    if address.startswith("@"):
        raise NotAnAddress.of(given)
    return address
