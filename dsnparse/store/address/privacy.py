"""Addresses in the database: as they are, or as keyed hashes.

With hashed addresses the database holds no mailbox's name: HMAC-SHA-256 of the folded address under the
operator's key, cut to 128 bits. The domains stay readable, for the statistics. Texts that the mail systems
wrote (diagnostics, evidence) lose everything that looks like an address, and the recipient's local part.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

#: Shorter keys could be guessed.
SHORTEST_KEY = 16
#: A local part of one or two letters would blank out half of a text.
_SHORTEST_NAME = 3
_REMOVED = "[removed]"
_ADDRESS = r"""[^\s<>()\[\],;:"'`|]+@[^\s<>()\[\],;:"'`|]+"""

#: What is kept of the returned message when addresses are hashed: nothing that names the recipient.
KEPT_OF_ORIGINAL = frozenset({"message_id", "date", "list_id", "feedback_id", "from"})


class Privacy:
    """How addresses are written. `key` is None: as they are."""

    def __init__(self, key: bytes | None) -> None:
        if key is not None and len(key) < SHORTEST_KEY:
            raise ValueError(f"The key for hashed addresses must have at least {SHORTEST_KEY} bytes")
        self._key = key

    @property
    def hashed(self) -> bool:
        """Whether the database holds hashes."""
        return self._key is not None

    @property
    def mark(self) -> str:
        """What tells a database of this key from others: "plain", or a hash that proves the key."""
        return "plain" if self._key is None else self._hash("dsnparse")

    def stored(self, address: str) -> str:
        """An address or a folded key as it stands in the database."""
        return address if self._key is None else "#" + self._hash(address)

    def shown(self, key: str) -> str:
        """A folded key as lists show it: whole domains stay readable."""
        return key if key.startswith("@") else self.stored(key)

    def redact_all(self, value: Any, names: tuple[str, ...]) -> Any:
        """JSON with every text in it redacted."""
        if self._key is None:
            return value
        if isinstance(value, str):
            return remove_addresses(value, names)
        if isinstance(value, list):
            return [self.redact_all(item, names) for item in value]
        if isinstance(value, dict):
            return {name: self.redact_all(item, names) for name, item in value.items()}
        return value

    def _hash(self, text: str) -> str:
        import hmac  # the others start without it

        assert self._key is not None
        return hmac.digest(self._key, text.encode(), "sha256").hex()[:32]


def remove_addresses(text: str, names: Iterable[str]) -> str:
    """The text with every address, and the local parts of `names`, replaced."""
    text = _addresses().sub(_REMOVED, text)
    for address in names:
        local = address.rpartition("@")[0] or address
        if len(local) >= _SHORTEST_NAME:
            text = re.sub(rf"(?<!\w){re.escape(local)}(?!\w)", _REMOVED, text, flags=re.IGNORECASE)
    return text


@cache
def _addresses() -> Any:
    import re2  # loaded by whoever removes something

    return re2.compile(_ADDRESS)
