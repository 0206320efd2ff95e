"""The journal of one transaction: every change of a state and every alert, and the messages to the hooks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection

from dsnparse.store.changes.change import Change
from dsnparse.store.sql.bulk import insert_rows, next_ids
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

    def write(self, connection: Connection, targets: tuple[str, ...], now: datetime) -> tuple[Change, ...]:
        """Write the lines, and for each of `targets` a message about each; the changes."""
        told = [line for line in self.lines if line.told]
        rows = [_row(line, now) for line in self.lines]
        if told and targets:
            # Each message says the number of its line.
            numbers = next_ids(connection, journal, len(rows))
            rows = [{"id": number, **row} for number, row in zip(numbers, rows, strict=True)]
        insert_rows(connection, journal, rows)
        if told and targets:
            insert_rows(
                connection,
                outbox,
                [
                    _message(
                        row["id"], target, dump_json({**line.change.to_dict(), "sequence": row["id"]}), now
                    )
                    for row, line in zip(rows, self.lines, strict=True)
                    if line.told
                    for target in targets
                ],
            )
        return tuple(line.change for line in told)


def _row(line: Line, now: datetime) -> dict[str, Any]:
    change = line.change
    return {
        "key": change.key,
        "event": change.event,
        "address_id": line.address_id,
        "written_at": now,
        "happened_at": change.at,
        "before": change.before,
        "after": change.after,
        "reason": change.reason,
        "until": change.until,
        "source": change.source,
        "by_whom": line.by,
        "detail": change.detail or None,
    }


def _message(number: int, target: str, payload: str, now: datetime) -> dict[str, Any]:
    return {
        "journal_id": number,
        "target": target,
        "payload": payload,
        "attempts": 0,
        "due_at": now,
        "error": "",
    }
