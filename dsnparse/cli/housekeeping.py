"""What has to be done to a store now and then, while `ingest`, `watch` and `listen` run.

It has a thread of its own, so that no hook keeps a mailbox or a mail server waiting.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from dsnparse.cli.store_options import StoreChoice
from dsnparse.log import warn
from dsnparse.mailboxes.tally import Tally
from dsnparse.store.changes.kept import RawBounds
from dsnparse.store.sql.errors import StoreUnavailable

if TYPE_CHECKING:
    from dsnparse.store.changes.outbox import Delivered
    from dsnparse.store.store import Store

#: Seconds between two rounds.
_TICK = 60.0
#: Seconds that the last round gets, when all is done, and when the command was told to stop.
_LAST = 60.0
_FAREWELL = 5.0
_LOOK = 0.1


class Housekeeping:
    """Calls `Store.tick` about once a minute, at once after changes that hooks wait for, and at the end.

    Use it in a `with` block, within that of the store.
    """

    def __init__(
        self,
        store: Store,
        choice: StoreChoice,
        *,
        stopping: Callable[[], bool] = lambda: False,
        beside: Callable[[], None] = lambda: None,
        told: Callable[[Delivered], None] = lambda _: None,
        kept: RawBounds | None = None,
    ) -> None:
        """`stopping`: whether the command was told to stop. `beside`: what else is to be done each round.
        `told`: hears what came of telling the hooks. `kept`: how much of raw mail may stay."""
        self._store = store
        self._hooked = bool(choice.execs or choice.webhooks)
        self._stopping = stopping
        self._beside = beside
        self._told = told
        self._kept = kept
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._said = ""
        self._thread = threading.Thread(target=self._live, daemon=True)

    def changed(self, tally: Tally) -> None:
        """A batch is stored, and this came of it."""
        if self._hooked and tally.events:
            self._wake.set()

    def _live(self) -> None:
        while True:
            self._wake.wait(_TICK)
            self._wake.clear()
            last = self._ended.is_set()
            self._round()
            if last:
                return

    def _round(self) -> None:
        """The messages are stored without it: nothing that goes wrong here ends a command."""
        try:
            self._told(self._store.tick())
            if self._kept is not None:
                self._store.trim_raw(self._kept)
            self._beside()
        except StoreUnavailable:
            return  # the next batch tells it
        except Exception as error:  # noqa: BLE001
            said = f"Housekeeping failed, and is tried again: {type(error).__name__}: {error}"
            if said != self._said:
                warn(said)
            self._said = said

    def __enter__(self) -> Housekeeping:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._wake.set()
        end = time.monotonic() + _LAST
        try:
            while self._thread.is_alive() and time.monotonic() < end:
                if kind is not None or self._stopping():
                    end = min(end, time.monotonic() + _FAREWELL)
                self._thread.join(_LOOK)
        finally:
            if self._thread.is_alive():
                self._store.stop_hooks()
                self._thread.join(_FAREWELL)
