"""Work spread over processes: results in the order of the work, a bounded number of pieces under way.

`concurrent.futures` takes all work in at once, and ends everything when one process dies. Here each worker
has one piece at a time, and a second one that waits in its pipe where it is small, so that it has work while
we are busy. A piece whose worker dies is done again item by item, so that only the item that kills is lost.
Workers start by fork on Linux, since rules are then loaded once; there must be no threads then, and no SQLite
file open, which a fork could hurt. Elsewhere they are spawned.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from types import TracebackType
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

#: Pieces that may be finished or under way before the oldest one is, per worker.
_AHEAD = 4
#: Pieces that a worker has, and the bytes that a second one may have: its pipe takes as many at once,
#: whatever the worker does.
_HELD = 2
_SMALL = 32 * 1024


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    #: The numbers of its pieces, in the order in which it has them.
    numbers: deque[int] = field(default_factory=deque)


class Pool(Generic[Item, Outcome]):
    """Runs `make()(piece)` for pieces of items in `jobs` processes; use it in a `with` block.

    `make` builds the function once per process (once for all where processes fork). `killed(item, signal)`
    is the outcome of an item whose process died.
    """

    def __init__(
        self,
        jobs: int,
        make: Callable[[], Callable[[Sequence[Item]], Outcome]],
        killed: Callable[[Item, int], Outcome],
        *,
        fork: bool = True,
        fork_later: bool = True,
    ) -> None:
        """`fork`: whether processes may fork now; `fork_later`: whether those that replace others may.

        Where one may not, `make` must be fit for pickling.
        """
        self._forks = fork and sys.platform == "linux"
        self._forks_later = self._forks and fork_later
        self._given = make
        self._make = _Made(make()) if self._forks else make
        self._killed = killed
        self._workers: list[_Worker] = []
        for _ in range(jobs):
            self._workers.append(self._start())

    def run(self, pieces: Iterator[Sequence[Item]]) -> Generator[list[Outcome], None, None]:
        """The outcomes of each piece, in order; more than one only where a process died.

        It can be called again, also where it was not asked to the end.
        """
        try:
            yield from self._run(pieces)
        finally:
            for worker in self._workers:
                if worker.numbers:  # nobody wants these outcomes any more
                    worker.process.kill()
                    worker.process.join()
                    worker.numbers.clear()

    def _run(self, pieces: Iterator[Sequence[Item]]) -> Iterator[list[Outcome]]:
        for worker in self._workers:
            self._replace(worker)
        sent: dict[int, Sequence[Item]] = {}
        done: dict[int, list[Outcome]] = {}
        given = taken = 0
        following = next(pieces, None)
        packed = _pack(following)
        while following is not None or sent or done:
            free = self._free(len(packed)) if following is not None else None
            if following is not None and free and given - taken < _AHEAD * len(self._workers):
                free.numbers.append(given)
                sent[given] = following
                with contextlib.suppress(OSError):  # a dead worker shows below
                    free.pipe.send_bytes(packed)
                given += 1
                following = next(pieces, None)
                packed = _pack(following)
                continue
            while taken in done:
                yield done.pop(taken)
                taken += 1
            busy = {worker.pipe: worker for worker in self._workers if worker.numbers}
            for pipe in wait(list(busy)) if busy else ():
                self._receive(busy[pipe], sent, done)  # type: ignore[index]

    def _free(self, size: int) -> _Worker | None:
        """The worker that has the least to do, if it may have a piece of so many bytes."""
        worker = min(self._workers, key=lambda one: len(one.numbers))
        return worker if len(worker.numbers) < (_HELD if size <= _SMALL else 1) else None

    def _receive(
        self, worker: _Worker, sent: dict[int, Sequence[Item]], done: dict[int, list[Outcome]]
    ) -> None:
        try:
            outcome = worker.pipe.recv()
        except (EOFError, OSError):
            worker.process.join()  # its pipe ends a moment before it does
            # All that it had is done again: which piece it was busy with cannot be known for certain.
            numbers = list(worker.numbers)
            for number in numbers:
                done[number] = self._one_by_one(worker, sent.pop(number))
            worker.numbers.clear()
            return
        number = worker.numbers.popleft()
        del sent[number]
        if isinstance(outcome, BaseException):
            raise outcome
        done[number] = [outcome]

    def _one_by_one(self, worker: _Worker, piece: Sequence[Item]) -> list[Outcome]:
        """A worker has died: gives one item at a time to others in its place."""
        outcomes: list[Outcome] = []
        for item in piece:
            self._replace(worker)
            try:
                worker.pipe.send([item])
                outcome = worker.pipe.recv()
            except (EOFError, OSError):
                worker.process.join()
                outcomes.append(self._killed(item, -(worker.process.exitcode or 0)))
                continue
            if isinstance(outcome, BaseException):
                raise outcome
            outcomes.append(outcome)
        self._replace(worker)
        return outcomes

    def _start(self) -> _Worker:
        context: Any = multiprocessing.get_context("fork" if self._forks else "spawn")
        ours, theirs = context.Pipe()
        # A forked child holds copies of our ends; it must close them to see that we are gone.
        copies = [ours, *(worker.pipe for worker in self._workers)] if self._forks else []
        process = context.Process(target=_serve, args=(theirs, self._make, copies), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _replace(self, worker: _Worker) -> None:
        """See that there is a process."""
        if worker.process.is_alive():
            return
        worker.pipe.close()
        if not self._forks_later:
            self._forks, self._make = False, self._given
        fresh = self._start()
        worker.process, worker.pipe = fresh.process, fresh.pipe

    def __enter__(self) -> Pool[Item, Outcome]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.pipe.close()
            if kind is not None:
                worker.process.kill()
        for worker in self._workers:
            worker.process.join()


class _Made:
    """Stands for a function that was made before the fork."""

    def __init__(self, function: Any) -> None:
        self.function = function

    def __call__(self) -> Any:
        return self.function


def _pack(piece: object) -> bytes:
    return b"" if piece is None else bytes(ForkingPickler.dumps(piece))


def _serve(pipe: Connection, make: Callable[[], Callable[[Any], Any]], copies: list[Connection]) -> None:
    """The life of a worker: ends when the pipe does. Signals that end commands are the parent's business."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for copy in copies:
        copy.close()
    function = make()
    while True:
        try:
            piece = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            outcome = function(piece)
        except Exception as error:  # noqa: BLE001
            outcome = error  # the parent raises it
        try:
            pipe.send(outcome)
        except OSError:
            return
