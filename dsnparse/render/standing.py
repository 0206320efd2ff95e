"""How the store stands, as text for a person and as JSON, and which limits it is beyond."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dsnparse.render.summary import counted
from dsnparse.render.terminal import visible
from dsnparse.store.queries.standing import Standing

_STATES = ("suppressed", "paused", "review", "active")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is still well; None: not asked."""

    #: How old the last message may be.
    age: timedelta | None = None
    #: How many changes may wait for a hook, and for how long.
    outbox: int | None = None
    outbox_age: timedelta | None = None
    #: Which share of the last day's messages may be not understood, in per cent.
    unknown: float | None = None
    #: How many messages may wait in the mailboxes.
    backlog: int | None = None
    #: How large the database may be, in bytes.
    size: int | None = None


def complaints(
    found: Standing, bounds: Bounds, backlog: Mapping[str, int | str], now: datetime
) -> Iterator[str]:
    """A sentence for each limit that it is beyond, and for each mailbox that could not be asked."""
    if bounds.age is not None and (found.last_at is None or now - found.last_at > bounds.age):
        last = (
            "There is no message"
            if found.last_at is None
            else f"The last message came {ago(found.last_at, now)}"
        )
        yield f"{last}; --max-age is {span(bounds.age)}."
    for one in found.waiting:
        hook = visible(one.hook)
        if bounds.outbox is not None and one.changes > bounds.outbox:
            yield f"{counted(one.changes, 'change')} wait for {hook}; --max-outbox is {bounds.outbox:,}."
        if bounds.outbox_age is not None and one.since is not None and now - one.since > bounds.outbox_age:
            yield (
                f"{hook} was not told of a change {ago(one.since, now)}; --max-outbox-age is "
                f"{span(bounds.outbox_age)}."
            )
    share = found.unknown_share * 100
    if bounds.unknown is not None and share > bounds.unknown:
        yield f"{share:.1f}% of the last day were not understood; --max-unknown is {bounds.unknown:g}."
    for source, number in backlog.items():
        if isinstance(number, str):
            yield f"{number}."
        elif bounds.backlog is not None and number > bounds.backlog:
            count = counted(number, "message")
            yield f"{count} wait in {visible(source)}; --max-backlog is {bounds.backlog:,}."
    if bounds.size is not None and found.bytes > bounds.size:
        yield f"The database has {size(found.bytes)}; --max-size is {size(bounds.size)}."


def as_dict(
    found: Standing, backlog: Mapping[str, int | str], wrong: list[str], database: str, version: str
) -> dict[str, Any]:
    """As plain JSON types."""
    return {
        "ok": not wrong,
        "problems": wrong,
        "version": version,
        "database": database,
        "schema": found.schema,
        "bytes": found.bytes,
        "last_message_at": found.last_at.isoformat() if found.last_at else None,
        "last_source": found.last_source or None,
        "messages_last_hour": found.hour,
        "messages_last_day": found.day,
        "kinds_last_day": dict(found.kinds),
        "not_understood_last_day": found.unknown,
        "not_understood_share": round(found.unknown_share, 4),
        "addresses": dict(found.states),
        "outbox": [one.to_dict() for one in found.waiting],
        "backlog": {source: number for source, number in backlog.items() if isinstance(number, int)},
    }


def as_text(
    found: Standing, backlog: Mapping[str, int | str], database: str, version: str, now: datetime
) -> Iterator[str]:
    """Lines for a person."""
    last = "none yet"
    if found.last_at is not None:
        at = f"{ago(found.last_at, now)} ({found.last_at:%Y-%m-%d %H:%M:%S} UTC)"
        last = f"{at}, from {visible(found.last_source)}"
    yield _line("Last message", last)
    kinds = ", ".join(f"{number:,} {kind}" for kind, number in found.kinds.items())
    rate = f"{found.hour:,} in the last hour, {found.day:,} in the last day"
    yield _line("Taken in", f"{rate}: {kinds}" if kinds else rate)
    share = f"{found.unknown:,} of the last day ({found.unknown_share:.1%})"
    yield _line(
        "Not understood", f"{share}: see 'dsnparse unknown list'" if found.unknown else "none of the last day"
    )
    states = ", ".join(f"{found.states[name]:,} {name}" for name in _STATES if found.states.get(name))
    yield _line("Addresses", states or "none")
    for number, one in enumerate(found.waiting):
        said = f": {visible(one.error)}" if one.error else ""
        since = f", the oldest of {ago(one.since, now)}" if one.since else ""
        tried = f" ({counted(one.attempts, 'attempt')}{said})" if one.attempts else ""
        text = f"{counted(one.changes, 'change')} wait for {visible(one.hook)}{since}{tried}"
        yield _line("" if number else "Hooks", text)
    if not found.waiting:
        yield _line("Hooks", "nothing waits")
    for number, (source, waiting) in enumerate(backlog.items()):
        text = f"{waiting:,} in {visible(source)}" if isinstance(waiting, int) else waiting
        yield _line("" if number else "Backlog", text)
    yield _line("Database", f"{database}, {size(found.bytes)}, schema {found.schema}")
    yield _line("Program", f"dsnparse {version}")


def _line(title: str, text: str) -> str:
    return f"{title:<16}{text}"


def ago(then: datetime, now: datetime) -> str:
    """ "5 minutes ago"."""
    return f"{span(max(now - then, timedelta(0)))} ago"


def span(length: timedelta) -> str:
    """The largest unit of which there are two, or seconds."""
    seconds = int(length.total_seconds())
    for word, each in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * each:
            return counted(seconds // each, word)
    return counted(seconds, "second")


def size(number: int) -> str:
    """Bytes as 1.2 MB."""
    amount = float(number)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    return f"{amount:,.0f} {unit}" if unit in ("bytes", "kB") else f"{amount:,.1f} {unit}"
