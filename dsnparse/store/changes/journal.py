"""The journal of one transaction: every change of a state and every alert, and the messages to the hooks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection

from dsnparse.store.changes.alerts import Key, Refusal
from dsnparse.store.changes.change import Change
from dsnparse.store.sql.bulk import insert_values, next_ids
from dsnparse.store.sql.rows import json_value, time_value
from dsnparse.store.sql.schema import journal, outbox
from dsnparse.store.sql.values import dump_json


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the change, whose it is, and who made it."""

    change: Change
    address_id: int | None
    by: str
    #: Whether hooks and callers hear of it.
    told: bool = True


@dataclass(slots=True)
class Journal:
    """The lines of one transaction, in the order in which the changes came about."""

    lines: list[Line] = field(default_factory=list)

    def note(
        self,
        address_id: int | None,
        ref: str,
        by: str,
        *,
        key_detail: bool = False,
        told: bool = True,
        **change: Any,
    ) -> Change:
        """Note a change, from the fields of `Change` but its key, which follows from them and from `ref`.

        `key_detail`: changes that differ in their detail only are two (alerts). `told`: whether hooks and
        callers hear of it.
        """
        what = [change[name] for name in ("event", "address", "before", "after", "reason", "at", "until")]
        what += [change["source"], ref, change["detail"] if key_detail else None]
        key = blake2b(repr(what).encode("utf-8", "replace"), digest_size=16).hexdigest()
        noted = Change(key=key, **change)
        self.lines.append(Line(noted, address_id, by, told))
        return noted

    def alert(self, key: Key, refusal: Refusal, count: int) -> None:
        """Raise an alert for the sender: so many refusals of one day, the last of them this one."""
        day, reason, receiver, sender = key
        self.note(
            None,
            "",
            "policy",
            key_detail=True,
            event="sender.alert",
            address=None,
            before="",
            after="",
            reason=reason,
            at=refusal.at,
            until=None,
            source="bounce",
            detail={
                "day": day,
                "receiver": receiver,
                "sender": sender,
                "count": count,
                "diagnostic": refusal.diagnostic,
            },
        )

    def write(self, connection: Connection, targets: tuple[str, ...], now: datetime) -> tuple[Change, ...]:
        """Write the lines, and for each of `targets` a message about each; the changes."""
        if not self.lines:
            return ()
        time = partial(time_value, postgresql=connection.dialect.name == "postgresql")
        rows = [_row(line, time(now), time) for line in self.lines]
        if not targets:
            insert_values(connection, journal, _COLUMNS, rows)
        else:
            # Each message says the number of its line.
            numbers = next_ids(connection, journal, len(rows))
            numbered = [(number, *row) for number, row in zip(numbers, rows, strict=True)]
            insert_values(connection, journal, ("id", *_COLUMNS), numbered)
            messages = [
                (number, target, payload, 0, time(now), "")
                for number, line in zip(numbers, self.lines, strict=True)
                if line.told
                for payload in (dump_json({**line.change.to_dict(), "sequence": number}),)
                for target in targets
            ]
            insert_values(connection, outbox, _OF_MESSAGE, messages)
        return tuple(line.change for line in self.lines if line.told)


_COLUMNS = (
    "key", "event", "address_id", "written_at", "happened_at", "before", "after", "reason", "until", "source",
    "by_whom", "detail",
)  # fmt: skip
_OF_MESSAGE = ("journal_id", "target", "payload", "attempts", "due_at", "error")


def _row(line: Line, now: Any, time: Callable[[datetime], Any]) -> tuple[Any, ...]:
    change = line.change
    return (
        change.key,
        change.event,
        line.address_id,
        now,
        time(change.at),
        change.before,
        change.after,
        change.reason,
        None if change.until is None else time(change.until),
        change.source,
        line.by,
        json_value(change.detail),
    )
