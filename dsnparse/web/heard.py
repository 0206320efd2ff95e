"""What storing changed, for the answer, and for the audit log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dsnparse.store.changes.batch import AddResult, Seen
from dsnparse.store.changes.change import Change
from dsnparse.store.store import Store


class Heard:
    """`Store.add`, and the changes that it made."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.changes: list[Change] = []

    def __call__(self, items: Sequence[Seen], *, positions: Mapping[str, str] | None = None) -> AddResult:
        result = self._store.add(items, positions=positions)
        self.changes += result.changes
        return result


def in_short(changes: Sequence[Change]) -> list[str]:
    """A few words on each change: "address.suppressed kim@example.com"."""
    return [f"{change.event} {change.address or ''}".strip() for change in changes]
