"""What Prometheus asks for: what this process took in, and how its store stands.

Needs the extra `metrics` (docs/deploy.md).

    metrics = Metrics(store)
    metrics.count(tally)                    # after each batch
    metrics.told(store.tick())              # after each round of housekeeping
    content_type, text = metrics.exposed()  # for a handler of /metrics; or, with a server of its own:
    with metrics.serving("127.0.0.1:9125"):
        ...
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Info,
    ProcessCollector,
    generate_latest,
    start_http_server,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from dsnparse import __version__
from dsnparse.errors import DsnparseError
from dsnparse.mailboxes.tally import Tally
from dsnparse.model import Kind
from dsnparse.store.changes.outbox import Delivered
from dsnparse.store.queries.standing import Standing
from dsnparse.store.store import Store

#: Seconds for which an answer of the store is given again: several may ask, and often.
FRESH = 15.0


class Metrics:
    """A registry of its own with all that there is. Safe for several threads."""

    def __init__(
        self, store: Store | None, *, backlog: Callable[[], int | None] = lambda: None, fresh: float = FRESH
    ) -> None:
        """`store`: None for what has no database. `backlog`: messages that wait, where that is known.
        `fresh`: seconds for which an answer of the store will do."""
        self.registry = CollectorRegistry()
        Info("dsnparse", "The program.", registry=self.registry).info({"version": __version__})
        ProcessCollector(registry=self.registry)
        self._messages = self._counter("messages", "Messages taken in by this process, by kind.", "kind")
        for kind in Kind:
            self._messages.labels(kind.value)
        self._records = self._counter("records", "Records stored.")
        self._known = self._counter("duplicates", "Messages that the store had before.")
        self._unknown = self._counter("not_understood", "Messages that a person should look at.")
        self._problems = self._counter("problems", "What could not be read, stored or marked.")
        self._changes = self._counter("changes", "Changes of states, and alerts, by event.", "event")
        self._hooks = self._counter(
            "hook_deliveries", "Attempts to tell a hook, by their outcome.", "outcome"
        )
        for outcome in ("told", "failed"):
            self._hooks.labels(outcome)
        self.registry.register(_Process(backlog))
        if store is not None:
            self.registry.register(StoreCollector(store, fresh=fresh))

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"dsnparse_{name}", text, labels, registry=self.registry)

    def count(self, tally: Tally) -> None:
        """Count what came of a batch."""
        for kind, number in tally.kinds.items():
            self._messages.labels(kind).inc(number)
        for event, number in tally.events.items():
            self._changes.labels(event).inc(number)
        self._records.inc(tally.records)
        self._known.inc(tally.duplicates)
        self._unknown.inc(tally.unknown)
        self._problems.inc(tally.failed + len(tally.problems))

    def told(self, delivered: Delivered) -> None:
        """Count what came of a round of deliveries to hooks."""
        self._hooks.labels("told").inc(delivered.told)
        self._hooks.labels("failed").inc(delivered.failed)

    def exposed(self) -> tuple[str, bytes]:
        """The content type and the text, in the format of Prometheus."""
        return CONTENT_TYPE_LATEST, generate_latest(self.registry)

    @contextmanager
    def serving(self, address: str) -> Iterator[int]:
        """Answer at HOST:PORT, in a thread, as long as the block lasts; yields the port.

        Raise ValueError for another form, OSError when it cannot listen there.
        """
        host, port = read_address(address)
        server, thread = start_http_server(port, host, registry=self.registry)
        try:
            yield server.server_port
        finally:
            server.shutdown()
            server.server_close()
            thread.join(1)


def read_address(text: str) -> tuple[str, int]:
    """HOST:PORT, [::1]:PORT, or :PORT for this machine alone. Raise ValueError."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"Give HOST:PORT, such as 127.0.0.1:9125, not {text!r}")
    return host.strip("[]") or "127.0.0.1", int(port)


class StoreCollector(Collector):
    """How a store stands, asked when somebody asks."""

    def __init__(self, store: Store, *, fresh: float = FRESH) -> None:
        self._store = store
        self._fresh = fresh
        self._lock = threading.Lock()
        self._last: Standing | None = None
        self._until = 0.0

    def collect(self) -> Iterator[Metric]:
        """The metrics; of a store that is away only that it is."""
        found = self._ask()
        yield GaugeMetricFamily(
            "dsnparse_store_up", "Whether the database answers: 1 or 0.", int(found is not None)
        )
        if found is None:
            return
        yield GaugeMetricFamily("dsnparse_store_bytes", "Size of the database.", found.bytes)
        yield GaugeMetricFamily("dsnparse_store_schema", "Version of its tables.", found.schema)
        if found.last_at is not None:
            yield GaugeMetricFamily(
                "dsnparse_last_message_timestamp_seconds",
                "When any process stored the last message.",
                found.last_at.timestamp(),
            )
        day = GaugeMetricFamily(
            "dsnparse_day_messages", "Messages that any process stored within a day.", labels=["kind"]
        )
        for kind, number in found.kinds.items():
            day.add_metric([kind], number)
        yield day
        yield GaugeMetricFamily(
            "dsnparse_day_not_understood", "Those of them that a person should look at.", found.unknown
        )
        states = GaugeMetricFamily("dsnparse_addresses", "Addresses by their state.", labels=["state"])
        for state, number in found.states.items():
            states.add_metric([state], number)
        yield states
        yield from _outbox(found)

    def describe(self) -> Iterator[Metric]:
        """Nothing is asked when it is registered."""
        return iter(())

    def _ask(self) -> Standing | None:
        with self._lock:
            if time.monotonic() >= self._until:
                try:
                    self._last = self._store.standing()
                except DsnparseError:
                    self._last = None
                self._until = time.monotonic() + self._fresh
            return self._last


def _outbox(found: Standing) -> Iterator[Metric]:
    waiting = GaugeMetricFamily(
        "dsnparse_outbox_changes", "Changes that a hook was not told yet.", labels=["hook"]
    )
    attempts = GaugeMetricFamily(
        "dsnparse_outbox_attempts", "The most attempts for one of them.", labels=["hook"]
    )
    since = GaugeMetricFamily(
        "dsnparse_outbox_oldest_timestamp_seconds", "Since when the oldest of them waits.", labels=["hook"]
    )
    for one in found.waiting:
        waiting.add_metric([one.hook], one.changes)
        attempts.add_metric([one.hook], one.attempts)
        if one.since is not None:
            since.add_metric([one.hook], one.since.timestamp())
    yield from (waiting, attempts, since)


@dataclass(frozen=True)
class _Process(Collector):
    """What only this process knows."""

    backlog: Callable[[], int | None]

    def collect(self) -> Iterator[Metric]:
        count = self.backlog()
        if count is not None:
            yield GaugeMetricFamily("dsnparse_backlog_messages", "Messages that wait to be stored.", count)

    def describe(self) -> Iterator[Metric]:
        return iter(())
