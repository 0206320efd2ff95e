"""Delivering what the outbox holds: each message until its hook says that it was told.

A worker takes messages by moving their time of the next attempt beyond its own longest delivery. When it
dies, that time passes, and another one tries: at least once, never not at all.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, delete, select, update

from dsnparse.store.changes.hooks import Hook, HookFailed
from dsnparse.store.sql.database import Database
from dsnparse.store.sql.schema import outbox
from dsnparse.wire.text import without_controls

#: What one worker takes at a time, and how long the others leave it alone.
TAKEN = 20
LEASE = timedelta(minutes=30)
#: Seconds after which a round begins no further delivery.
ROUND = 60.0
#: Characters of what a hook said that are kept.
LONGEST_ERROR = 300
#: The first pause after a failure; each is twice as long as the one before, up to the longest.
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one round of deliveries came to."""

    told: int = 0
    failed: int = 0
    #: The hooks that were not told, each with what it said and how often it was tried.
    failures: tuple[tuple[str, str, int], ...] = ()


def deliver_due(
    database: Database,
    hooks: Mapping[str, Hook],
    now: datetime,
    *,
    seconds: float = ROUND,
    stopped: Callable[[], bool] = lambda: False,
) -> Delivered:
    """Tell the hooks what is due. A hook that fails is left alone for the rest of the round.

    After `seconds`, or when `stopped` says so, no further delivery begins; the next round goes on.
    """
    told = 0
    failures: list[tuple[str, str, int]] = []
    working = dict(hooks)
    deadline = time.monotonic() + seconds

    def over() -> bool:
        return stopped() or time.monotonic() >= deadline

    while working and not over():
        taken = database.write(partial(_take, names=tuple(working), now=now))
        if not taken:
            break
        for index, message in enumerate(taken):
            if over():
                left = [one.number for one in taken[index:] if one.target in working]
                database.write(partial(_postpone, numbers=left, until=now))
                break
            hook = working.get(message.target)
            if hook is None:
                continue  # it was put off together with the one that failed
            said = _deliver(hook, message, now)
            if said is None:
                told += 1
                database.write(partial(_forget, number=message.number))
            else:
                failures.append((message.target, said, message.attempts + 1))
                del working[message.target]
                database.write(partial(_put_off, failed=message, taken=taken, said=said, now=now))
    return Delivered(told, len(failures), tuple(failures))


def _deliver(hook: Hook, message: _Message, now: datetime) -> str | None:
    """Tell one hook one thing: None, or why it was not told, as a text that every database takes."""
    try:
        hook.deliver(message.payload, json.loads(message.payload)["id"], now)
    except HookFailed as problem:
        said = str(problem)
    except Exception as problem:  # noqa: BLE001  (a hook of a program's own: the others go on)
        said = f"{type(problem).__name__}: {problem}"
    else:
        return None
    return without_controls(said)[:LONGEST_ERROR]


def pause_after(attempts: int) -> timedelta:
    """How long to wait after this many failed attempts."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 20)), LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class _Message:
    number: int
    target: str
    payload: str
    attempts: int


def _take(connection: Connection, names: tuple[str, ...], now: datetime) -> list[_Message]:
    statement = (
        select(outbox.c.id, outbox.c.target, outbox.c.payload, outbox.c.attempts)
        .where(outbox.c.due_at <= now, outbox.c.target.in_(names))
        .order_by(outbox.c.id)
        .limit(TAKEN)
        .with_for_update(skip_locked=True)
    )
    taken = [_Message(*row) for row in connection.execute(statement)]
    _postpone(connection, [message.number for message in taken], now + LEASE)
    return taken


def _forget(connection: Connection, number: int) -> None:
    connection.execute(delete(outbox).where(outbox.c.id == number))


def _put_off(
    connection: Connection, failed: _Message, taken: list[_Message], said: str, now: datetime
) -> None:
    """The one that failed waits longer each time; the others for the same hook wait with it."""
    later = now + pause_after(failed.attempts + 1)
    others = [message.number for message in taken if message.target == failed.target]
    _postpone(connection, others, later)
    same = outbox.c.target == failed.target
    connection.execute(update(outbox).where(same, outbox.c.due_at <= now).values(due_at=later))
    connection.execute(
        update(outbox).where(outbox.c.id == failed.number).values(error=said, attempts=failed.attempts + 1)
    )


def _postpone(connection: Connection, numbers: list[int], until: datetime) -> None:
    if numbers:
        connection.execute(update(outbox).where(outbox.c.id.in_(numbers)).values(due_at=until))
