"""The interface; being filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from dsnparse.store.decision import Decision
    from dsnparse.store.seen import AddResult, Seen


class Store:
    """A bounce database. Safe for several threads and several processes at once."""

    @classmethod
    def open(
        cls,
        url: str,
        *,
        policy: object | None = None,
        hash_key: bytes | None = None,
        hooks: Sequence[object] = (),
        knows_message: object | None = None,
        create: bool = True,
    ) -> Self:
        """Raise StoreError (no use trying again) or StoreUnavailable (try later)."""
        raise NotImplementedError

    def add(
        self,
        items: Sequence[Seen],
        *,
        positions: Mapping[str, str] | None = None,
        now: datetime | None = None,
    ) -> AddResult:
        """Write a batch (300 to 1,000 messages is a good size) in one transaction, committed on return.

        `positions`: how far each source has been read (IMAP UIDVALIDITY and UID, an mbox offset, …), any
        text by any name; written in the same transaction, read back by `position(name)`.
        Raise StoreUnavailable when nothing was written and a later call may work.
        """
        raise NotImplementedError

    def position(self, name: str) -> str | None:
        """What `add(…, positions={name: …})` wrote last."""
        raise NotImplementedError

    def check(self, address: str, *, now: datetime | None = None) -> Decision:
        raise NotImplementedError

    def tick(self, *, now: datetime | None = None) -> int:
        """Housekeeping of a long-running worker, about once a minute: release what expired, deliver the
        hooks that are due. Returns the number of deliveries made."""
        raise NotImplementedError

    def delivered(self, addresses: Iterable[str], *, at: datetime | None = None) -> int:
        """The sender reports successes."""
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
