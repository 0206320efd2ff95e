"""Messages themselves, kept on request, compressed: so that a better parser can read them again."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dsnparse.trust.envelope import Envelope

#: Bytes of a message beyond which it is not kept. Postfix's bounce_size_limit is 50,000, Exchange all.
LARGEST = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Raw:
    """A message, compressed, and what came with it."""

    packed: bytes
    #: What the mailbox said of when it came.
    arrived: datetime | None = None
    envelope: Envelope | None = None

    @classmethod
    def of(cls, data: bytes, arrived: datetime | None, envelope: Envelope | None) -> Raw | None:
        """Compress it; None when it is too large."""
        return cls(zlib.compress(data, 6), arrived, envelope) if len(data) <= LARGEST else None

    @property
    def data(self) -> bytes:
        """The bytes of the message."""
        return zlib.decompress(self.packed)

    def mentions(self, names: Sequence[bytes]) -> bool:
        """Whether one of these, in small letters, stands in it as it is, or in its envelope."""
        text = self.data.lower()
        envelope = self.envelope
        beside = [] if envelope is None else [envelope.mail_from or "", *envelope.addresses]
        text += b"\n" + "\n".join(beside).lower().encode("utf-8", "replace")
        return any(name in text for name in names)


@dataclass(frozen=True, slots=True)
class RawBounds:
    """How long messages are kept, and how many bytes of them."""

    age: timedelta
    size: int
