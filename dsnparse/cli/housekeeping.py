"""What has to be done to a store now and then, while `ingest`, `watch` and `listen` run."""

from __future__ import annotations

import time

from dsnparse.cli.store_options import StoreChoice
from dsnparse.mailboxes.tally import Tally
from dsnparse.store.store import Store

#: Seconds between two rounds of housekeeping.
_TICK = 60.0


class Housekeeping:
    """Calls `Store.tick` about once a minute, and at once after changes that hooks wait for."""

    def __init__(self, store: Store, choice: StoreChoice) -> None:
        self._store = store
        self._hooked = bool(choice.execs or choice.webhooks)
        self._next = time.monotonic() + _TICK

    def __call__(self, tally: Tally | None = None) -> None:
        """After a batch, with what came of it; or now and then."""
        to_tell = self._hooked and tally is not None and bool(tally.events)
        if to_tell or time.monotonic() >= self._next:
            self._store.tick()
            self._next = time.monotonic() + _TICK
