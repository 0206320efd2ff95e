"""How old a signed request may be, and which tokens have been used."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from dsnparse.trust.webhooks.refusal import NotVerified

#: Seconds that a service's clock may be ahead of ours.
AHEAD = 300
#: Tokens that are remembered; beyond, the oldest is forgotten. Some 20 MB.
TOKENS = 100_000
#: Seconds since 1970 beyond which a time is in milliseconds.
_MILLISECONDS = 1e11


def moment_of(text: str) -> datetime | None:
    """A time as services sign it: seconds or milliseconds since 1970, or ISO 8601; None when it is none."""
    try:
        if text.replace(".", "", 1).isascii() and text.replace(".", "", 1).isdigit():
            seconds = float(text)
            if not math.isfinite(seconds):
                return None
            return datetime.fromtimestamp(seconds if seconds < _MILLISECONDS else seconds / 1000, UTC)
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def check_age(text: str, now: datetime, window: int) -> datetime:
    """The time that was signed. Raise NotVerified when it is none, or out of the window."""
    signed = moment_of(text)
    if signed is None:
        raise NotVerified("What should be the time of the signature is none")
    age = now - signed
    if age > timedelta(seconds=window):
        raise NotVerified(
            f"The signature is {_span(age)} old; {_span(timedelta(seconds=window))} are allowed. "
            "Is the clock right?"
        )
    if age < timedelta(seconds=-AHEAD):
        raise NotVerified(f"The signature is from a time {_span(-age)} ahead. Is the clock right?")
    return signed


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    return f"{seconds} seconds" if seconds < 600 else f"{seconds // 60} minutes"


class UsedTokens:
    """What was signed where that is not the content: each counts for one content. Thread-safe.

    It is in memory: a restart forgets. At most TOKENS are held.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, bytes] = OrderedDict()

    def claim(self, token: str, content: bytes) -> None:
        """Take a token for a content. Raise NotVerified when it was used for another one."""
        digest = sha256(content).digest()
        with self._lock:
            if self._seen.setdefault(token, digest) != digest:
                raise NotVerified("This signature came with another content before")
            while len(self._seen) > TOKENS:
                self._seen.popitem(last=False)

    def release(self, token: str) -> None:
        """The content was not taken after all: the token may come again."""
        with self._lock:
            self._seen.pop(token, None)
