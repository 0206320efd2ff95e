"""Messages and events that were read and are not stored yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from dsnparse.ingest.reading import Read
from dsnparse.mailboxes.items import Problem
from dsnparse.mailboxes.sources import Mark, Source
from dsnparse.mailboxes.tally import Changed, Taken, Tally
from dsnparse.model import Kind
from dsnparse.store.changes.batch import AddResult, Seen
from dsnparse.store.sql.errors import StoreError, StoreUnavailable

if TYPE_CHECKING:
    from dsnparse.store.changes.prepared import Prepared


class Add(Protocol):
    """`Store.add`, or something that calls it."""

    def __call__(self, items: Sequence[Any], *, positions: Mapping[str, str] | None = None) -> AddResult:
        """Write a batch, of `Seen` or `Prepared`, in one transaction."""
        ...


class Batch:
    """What is stored in one transaction, and then marked as done."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.seen: list[Seen | Prepared] = []
        self.kinds: list[Kind] = []
        self.marks: list[Mark] = []
        #: Messages that the store had before.
        self.known: list[Mark] = []
        #: Messages that cannot be stored: to be moved out of the way, for a person.
        self.refused: list[Mark] = []
        #: What is told of each message that is stored.
        self.taken: list[Taken] = []
        #: The messages that were new to the store, and what they changed.
        self._new: set[str] = set()
        self._changes: defaultdict[str, list[Changed]] = defaultdict(list)

    @property
    def size(self) -> int:
        """How many messages and events there are."""
        return len(self.seen) + len(self.known)

    def put(self, read: Read) -> None:
        """Take what came of one task."""
        tally = self.tally
        tally.weight += read.weight
        tally.passed_over += read.passed_over
        if read.problem is not None:
            tally.problems.append(read.problem)
            if read.refused:
                self.refused.append(Mark(read.key, understood=False))
        if read.note is not None:
            tally.notes.append(read.note)
        tally.problems += read.uncopied
        if read.kind is None:
            return
        assert read.taken is not None
        mark = Mark(read.key, read.understood, other=read.kind is Kind.OTHER)
        if read.seen is None:
            tally.kinds[read.kind.value] += 1
            tally.unknown += not read.understood
            tally.duplicates += 1
            self.known.append(mark)
            tally.taken.append(read.taken)
        else:
            self.seen.append(read.seen)
            self.kinds.append(read.kind)
            self.marks.append(mark)
            self.taken.append(read.taken)

    def flush(self, source: Source, add: Add) -> Tally:
        """Store it, commit, and mark it as done: what came of it. Raise as `Store.add` does."""
        tally = self.tally
        if self.seen or self.known:
            positions = source.positions(self.marks + self.known + self.refused)
            try:
                result = add(self.seen, positions=positions)
            except StoreUnavailable:
                raise
            except StoreError:
                self._one_by_one(add, positions)
            else:
                self._written(result)
        for kind, mark in zip(self.kinds, self.marks, strict=True):
            tally.kinds[kind.value] += 1
            tally.unknown += not mark.understood
        self._tell()
        tally.refused = len(self.refused)
        tally.problems += source.done(self.marks + self.known + self.refused)
        return tally

    def _tell(self) -> None:
        """What each message was and did."""
        for taken in self.taken:
            new = taken.identity in self._new
            self._new.discard(taken.identity)  # the same one again, in one batch
            changes = tuple(self._changes.pop(taken.identity, ()))
            self.tally.taken.append(taken._replace(known=not new, changes=changes))
        for left in self._changes.values():
            self.tally.apart += left

    def _written(self, result: AddResult) -> None:
        """Count what the store says."""
        self.tally.added += result.added
        self.tally.duplicates += result.duplicates
        self.tally.records += result.records
        self._new.update(result.new)
        for change in result.changes:
            self._changes[change.detail.get("notice", "")].append(
                Changed(change.event, change.address, change.before, change.after, change.reason)
            )
            self.tally.events[change.event] += 1
            if change.before != change.after:
                self.tally.states.update({change.after: 1})
                self.tally.states.subtract({change.before: 1})

    def _one_by_one(self, add: Add, positions: Mapping[str, str]) -> None:
        """The database refuses the batch: find the message that it refuses. Raise when it refuses all."""
        kept: list[tuple[Seen | Prepared, Kind, Mark, Taken]] = []
        failure: StoreError | None = None
        for seen, kind, mark, taken in zip(self.seen, self.kinds, self.marks, self.taken, strict=True):
            try:
                result = add([seen], positions={})
            except StoreUnavailable:
                raise
            except StoreError as error:
                failure = error
                self.tally.problems.append(Problem(mark.key, f"is refused by the database: {error}"))
                self.refused.append(Mark(mark.key, understood=False))
            else:
                self._written(result)
                kept.append((seen, kind, mark, taken))
        if failure is not None and not kept:
            raise failure
        add([], positions=positions)
        self.seen = [seen for seen, *_ in kept]
        self.kinds = [kind for _, kind, *_ in kept]
        self.marks = [mark for _, _, mark, _ in kept]
        self.taken = [taken for *_, taken in kept]
