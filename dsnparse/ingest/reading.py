"""What is done with messages before they are stored: looked up by their identity, and parsed if they are new.

It needs nothing of a mailbox or of the transaction, so it runs in any process.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from dsnparse.mailboxes.events import Event
from dsnparse.mailboxes.items import Mail, MessageRef, PassedOver, Problem, read_item
from dsnparse.mailboxes.received import Trace, names, trace
from dsnparse.mailboxes.tally import STRAY, MessageParser, Taken, cut_short, is_stray, parse_mail
from dsnparse.model import Kind
from dsnparse.store.changes.batch import Seen
from dsnparse.store.changes.kept import Raw
from dsnparse.store.queries.known import Known
from dsnparse.trust.envelope import Envelope
from dsnparse.understood import is_understood
from dsnparse.wire.identity import OwnFields, message_identity, own_fields
from dsnparse.wire.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from dsnparse.store.changes.prepared import Prepared

#: Messages that are looked up at a time, and the bytes that are held meanwhile.
LOOKED_UP = 64
BYTES_HELD = 1024 * 1024

#: `Store.known`.
Look = Callable[[Sequence[str]], Mapping[str, Known]]
Item = Mail | MessageRef | Event | Problem | PassedOver


def _no_copy(_name: str, _data: bytes) -> Sequence[Problem]:
    """Nothing is copied. Not a lambda: it goes to other processes."""
    return ()


@dataclass(frozen=True, slots=True)
class Keeping:
    """Which messages are kept themselves."""

    #: "none", "unknown" (those that a person should look at) or "all" are written into the store.
    raw: str = "none"
    #: Writes a copy of one that a person should look at, by its name; what could not be written.
    copy: Callable[[str, bytes], Sequence[Problem]] = _no_copy

    def wants(self, *, understood: bool) -> bool:
        """Whether a message is to be written into the store."""
        return self.raw == "all" or (self.raw == "unknown" and not understood)


NOTHING_KEPT = Keeping()


class Task(NamedTuple):
    """One thing that a mailbox gave, and what its mailbox says of it."""

    item: Item
    #: For the history; "": the message's name.
    label: str = ""
    #: Whether what does not look like a message at all is a problem.
    strict: bool = False
    #: Whether one that a person should look at is copied: it does not leave its mailbox.
    copied: bool = False
    envelope: Envelope | None = None


class Read(NamedTuple):
    """What came of one task."""

    #: By what the mailbox finds the message again; "" where there is none.
    key: str = ""
    weight: int = 0
    #: What is to be told: of what could not be read, and of what was not read to its end.
    problem: Problem | None = None
    note: Problem | None = None
    #: Whether it cannot be stored, and is to be moved out of the way, for a person.
    refused: bool = False
    passed_over: bool = False
    kind: Kind | None = None
    understood: bool = False
    #: What is told of it, without what it changes; what could not be copied.
    taken: Taken | None = None
    uncopied: tuple[Problem, ...] = ()
    #: What is to be stored; None where the store has it.
    seen: Seen | Prepared | None = None


class Reading:
    """Reads tasks, in their order."""

    def __init__(
        self,
        parser: MessageParser,
        known: Look = lambda _: {},
        *,
        prepare: Callable[[Seen], Seen | Prepared] = lambda seen: seen,
        keeping: Keeping = NOTHING_KEPT,
        limit: int = DEFAULT_LIMITS.message_bytes,
    ) -> None:
        """`known`: says which messages need not be parsed. `prepare`: what can be done here for the store.
        `keeping`: which messages are kept themselves, and where copies go.

        `limit`: bytes of a message that are read, where the mailbox has not read it.
        """
        self._parser = parser
        self._known = known
        self._prepare = prepare
        self._keeping = keeping
        self._limit = limit

    def __call__(self, tasks: Sequence[Task]) -> list[Read]:
        """What came of them. Raises what `known` raises."""
        found = [
            task.item if not isinstance(task.item, MessageRef) else self._read(task.item) for task in tasks
        ]
        own = {place: own_fields(item.data) for place, item in enumerate(found) if isinstance(item, Mail)}
        digests = {
            place: message_identity(item.data, own[place])
            for place, item in enumerate(found)
            if isinstance(item, Mail)
        }
        known = self._known(list(digests.values())) if digests else {}
        return list(self._each(tasks, found, digests, own, known))

    def _read(self, item: MessageRef) -> Mail | Problem | PassedOver:
        if not item.key:
            return read_item(item, self._limit)
        try:
            return item.read(self._limit)  # of a mailbox, where an empty message is one, too
        except OSError as error:
            return Problem.of(item.name, error)

    def _each(
        self,
        tasks: Sequence[Task],
        found: Sequence[Mail | Event | Problem | PassedOver],
        digests: Mapping[int, str],
        own: Mapping[int, OwnFields],
        known: Mapping[str, Known],
    ) -> Iterator[Read]:
        for place, (task, item) in enumerate(zip(tasks, found, strict=True)):
            if isinstance(item, Mail):
                digest = digests[place]
                if digest in known:
                    yield self._passed(task, item, digest, own[place], known[digest])
                else:
                    yield self._parse(task, item, digest, own[place])
            elif isinstance(item, Event):
                yield self._event(task, item)
            elif isinstance(item, Problem):
                yield Read(problem=item)
            else:
                yield Read(passed_over=True)

    def _parse(self, task: Task, mail: Mail, digest: str, own: OwnFields) -> Read:
        if task.envelope is not None:
            mail = mail._replace(envelope=task.envelope)
        report = parse_mail(mail, self._parser)
        if isinstance(report, Problem):
            return Read(mail.key, mail.weight, report, refused=True)
        if task.strict and is_stray(mail, report):
            return Read(weight=mail.weight, problem=Problem(mail.name, STRAY))
        found, understood = trace(mail.data, mail.arrived, own), is_understood(report)
        wanted = not mail.truncated and self._keeping.wants(understood=understood)
        raw = Raw.of(mail.data, mail.arrived, mail.envelope) if wanted else None
        seen = Seen(digest, task.label or mail.name, report, found.at, raw=raw)
        return Read(
            mail.key,
            mail.weight,
            note=cut_short(mail),
            kind=report.kind,
            understood=understood,
            taken=_taken(seen, mail.name, understood, found),
            uncopied=() if understood else self._copy(task, mail.name, mail.data),
            seen=self._prepare(seen),
        )

    def _passed(self, task: Task, mail: Mail, digest: str, own: OwnFields, known: Known) -> Read:
        message_id, queue_id = names(own)
        taken = Taken(
            digest, task.label or mail.name, mail.name, known.kind.value, known.understood, known=True,
            message_id=message_id, queue_id=queue_id,
        )  # fmt: skip
        return Read(
            mail.key,
            mail.weight,
            note=cut_short(mail),
            kind=known.kind,
            understood=known.understood,
            taken=taken,
            uncopied=() if known.understood else self._copy(task, mail.name, mail.data),
        )

    def _copy(self, task: Task, name: str, data: bytes) -> tuple[Problem, ...]:
        """Before it is stored: killed in between, a second run writes the same file."""
        return tuple(self._keeping.copy(name, data)) if task.copied else ()

    def _event(self, task: Task, event: Event) -> Read:
        understood = is_understood(event.report)
        seen = Seen(event.identity, event.name, event.report, event.happened, by_mail=event.by_mail)
        return Read(
            event.name,
            kind=event.report.kind,
            understood=understood,
            taken=_taken(seen, event.name, understood),
            uncopied=() if understood else self._copy(task, event.name, json.dumps(event.event).encode()),
            seen=self._prepare(seen),
        )


def _taken(seen: Seen, name: str, understood: bool, found: Trace | None = None) -> Taken:
    records = seen.report.records
    return Taken(
        seen.digest,
        seen.source,
        name,
        seen.report.kind.value,
        understood,
        records=len(records),
        reasons=tuple(dict.fromkeys(record.reason.value for record in records)),
        message_id=found.message_id if found else "",
        queue_id=found.queue_id if found else "",
    )


def killed(task: Task, number: int) -> list[Read]:
    """What came of a task whose process was ended by a signal."""
    name = getattr(task.item, "name", "")
    key = getattr(task.item, "key", "") or name
    return [
        Read(key, problem=Problem(name, f"ended the process that read it (signal {number})"), refused=True)
    ]
