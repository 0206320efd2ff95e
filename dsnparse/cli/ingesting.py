"""What `ingest`, `watch` and `listen` share: problems and counts as text, and the housekeeping of a store."""

from __future__ import annotations

import time
from collections.abc import Callable

import click

from dsnparse.cli.store_options import StoreChoice
from dsnparse.cli.text import visible
from dsnparse.ingest import Tally
from dsnparse.model import Kind
from dsnparse.store.store import Store

#: Seconds between two rounds of housekeeping.
_TICK = 60.0
_STATES = {
    "address.suppressed": "suppressed",
    "address.paused": "paused",
    "address.review": "to review",
    "address.released": "released",
}


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


def tell(tally: Tally, line: Callable[[str], None]) -> None:
    """Name each problem of a batch, one a line."""
    for problem in tally.problems + tally.notes:
        line(f"dsnparse: {visible(problem.name)}: {visible(problem.reason)}")


def sentence(error: OSError) -> str:
    """What is wrong with a mailbox, without a full stop."""
    if error.filename:
        return f"{error.filename}: {(error.strerror or 'cannot be used').lower()}"
    return str(error)


def failure(text: str, status: int) -> click.ClickException:
    """A sentence that ends the command, and its exit status."""
    error = click.ClickException(f"{text.rstrip('.')}.")
    error.exit_code = status  # type: ignore[misc]
    return error


def summary(total: Tally, seconds: float | None = None) -> str:
    """What came of a run, in one line."""
    kinds = ", ".join(f"{total.kinds[kind.value]:,} {kind.value}" for kind in Kind if total.kinds[kind.value])
    parts = [_count(total.messages, "message") + (f" ({kinds})" if kinds else "")]
    if total.duplicates:
        parts.append(f"{total.duplicates:,} known already")
    parts.append(_count(total.records, "record"))
    states = [f"{total.events[event]:,} {word}" for event, word in _STATES.items() if total.events[event]]
    parts.append("addresses: " + ", ".join(states) if states else "no address changed")
    if total.events["sender.alert"]:
        parts.append(_count(total.events["sender.alert"], "alert"))
    if total.unknown:
        parts.append(f"{total.unknown:,} for a person to look at")
    if total.failed:
        parts.append(f"{total.failed:,} could not be read")
    if total.passed_over:
        parts.append(f"{_count(total.passed_over, 'file')} passed over")
    if seconds is not None:
        rate = f", {total.messages / seconds:,.0f} a second" if total.messages and seconds else ""
        parts.append(f"{seconds:.1f} s{rate}")
    return "; ".join(parts) + "."


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"
