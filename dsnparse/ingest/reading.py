"""What is done with messages before they are stored: looked up by their identity, and parsed if they are new.

It needs nothing of a mailbox or of the transaction, so it runs in any process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dsnparse.mailboxes.eml import looks_like_message
from dsnparse.mailboxes.events import Event
from dsnparse.mailboxes.items import Mail, MessageRef, PassedOver, Problem, read_item
from dsnparse.mailboxes.received import received_at
from dsnparse.mailboxes.tally import cut_short, parse_mail
from dsnparse.model import Kind
from dsnparse.parser import Parser
from dsnparse.store.changes.batch import Seen
from dsnparse.store.queries.known import Known
from dsnparse.trust.envelope import Envelope
from dsnparse.understood import is_understood
from dsnparse.wire.identity import message_identity
from dsnparse.wire.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from dsnparse.store.changes.prepared import Prepared

#: Messages that are looked up at a time, and the bytes that are held meanwhile.
LOOKED_UP = 64
BYTES_HELD = 1024 * 1024

#: `Store.known`.
Look = Callable[[Sequence[str]], Mapping[str, Known]]
Item = Mail | MessageRef | Event | Problem | PassedOver


class Task(NamedTuple):
    """One thing that a mailbox gave, and what its mailbox says of it."""

    item: Item
    #: For the history; "": the message's name.
    label: str = ""
    #: Whether what does not look like a message at all is a problem.
    strict: bool = False
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
    #: What is to be stored; None where the store has it.
    seen: Seen | Prepared | None = None


class Reading:
    """Reads tasks, in their order."""

    def __init__(
        self,
        parser: Parser,
        known: Look = lambda _: {},
        *,
        prepare: Callable[[Seen], Seen | Prepared] = lambda seen: seen,
        limit: int = DEFAULT_LIMITS.message_bytes,
    ) -> None:
        """`known`: says which messages need not be parsed. `prepare`: what can be done here for the store.

        `limit`: bytes of a message that are read, where the mailbox has not read it.
        """
        self._parser = parser
        self._known = known
        self._prepare = prepare
        self._limit = limit

    def __call__(self, tasks: Sequence[Task]) -> list[Read]:
        """What came of them. Raises what `known` raises."""
        found = [
            task.item if not isinstance(task.item, MessageRef) else self._read(task.item) for task in tasks
        ]
        digests = {
            place: message_identity(item.data) for place, item in enumerate(found) if isinstance(item, Mail)
        }
        known = self._known(list(digests.values())) if digests else {}
        return list(self._each(tasks, found, digests, known))

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
        known: Mapping[str, Known],
    ) -> Iterator[Read]:
        for place, (task, item) in enumerate(zip(tasks, found, strict=True)):
            if isinstance(item, Mail):
                digest = digests[place]
                yield _passed(item, known[digest]) if digest in known else self._parse(task, item, digest)
            elif isinstance(item, Event):
                yield self._event(item)
            elif isinstance(item, Problem):
                yield Read(problem=item)
            else:
                yield Read(passed_over=True)

    def _parse(self, task: Task, mail: Mail, digest: str) -> Read:
        if task.strict and not looks_like_message(mail.data):
            return Read(problem=Problem(mail.name, "is not a mail message"))
        if task.envelope is not None:
            mail = mail._replace(envelope=task.envelope)
        report = parse_mail(mail, self._parser)
        if isinstance(report, Problem):
            return Read(mail.key, mail.weight, report, refused=True)
        received = received_at(mail.data, mail.arrived)
        return Read(
            mail.key,
            mail.weight,
            note=cut_short(mail),
            kind=report.kind,
            understood=is_understood(report),
            seen=self._prepare(Seen(digest, task.label or mail.name, report, received)),
        )

    def _event(self, event: Event) -> Read:
        seen = Seen(event.identity, event.name, event.report, event.happened, by_mail=event.by_mail)
        return Read(
            event.name,
            kind=event.report.kind,
            understood=is_understood(event.report),
            seen=self._prepare(seen),
        )


def _passed(mail: Mail, known: Known) -> Read:
    return Read(mail.key, mail.weight, note=cut_short(mail), kind=known.kind, understood=known.understood)


def killed(task: Task, number: int) -> list[Read]:
    """What came of a task whose process was ended by a signal."""
    name = getattr(task.item, "name", "")
    key = getattr(task.item, "key", "") or name
    return [
        Read(key, problem=Problem(name, f"ended the process that read it (signal {number})"), refused=True)
    ]
