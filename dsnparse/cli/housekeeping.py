"""What has to be done to a store now and then, while `ingest`, `watch` and `listen` run."""

from __future__ import annotations

import time

import click

from dsnparse.cli.store_options import StoreChoice
from dsnparse.mailboxes.tally import Tally
from dsnparse.store.sql.errors import StoreUnavailable
from dsnparse.store.store import Store

#: Seconds between two rounds of housekeeping.
_TICK = 60.0


class Housekeeping:
    """Calls `Store.tick` about once a minute, and at once after changes that hooks wait for."""

    def __init__(self, store: Store, choice: StoreChoice) -> None:
        self._store = store
        #: Whether hooks are told of changes.
        self.hooked = bool(choice.execs or choice.webhooks)
        self._next = time.monotonic() + _TICK
        self._said = ""

    def __call__(self, tally: Tally | None = None) -> None:
        """After a batch, with what came of it; or now and then. What goes wrong is said, and tried again."""
        to_tell = self.hooked and tally is not None and bool(tally.events)
        if to_tell or time.monotonic() >= self._next:
            self._next = time.monotonic() + _TICK
            self.round()

    def round(self) -> None:
        """One round now. The messages are stored without it: nothing that goes wrong here ends a command."""
        try:
            self._store.tick()
        except StoreUnavailable:
            return  # the next batch tells it
        except Exception as error:  # noqa: BLE001
            said = f"Housekeeping failed, and is tried again: {type(error).__name__}: {error}"
            if said != self._said:
                click.echo(said, err=True)
            self._said = said
