"""Work spread over processes: results in the order of the work, a bounded number of pieces under way.

`concurrent.futures` takes all work in at once, and ends everything when one process dies. Here each worker
has one piece at a time; a piece whose worker dies is done again item by item, so that only the item that
kills is lost. Workers start by fork on Linux, since rules are then loaded once; there are no threads that a
fork could hurt. Elsewhere they are spawned.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

#: Pieces that may be finished or under way before the oldest one is, per worker.
_AHEAD = 4


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    number: int = -1


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
    ) -> None:
        forks = sys.platform == "linux"
        self._context: Any = multiprocessing.get_context("fork" if forks else "spawn")
        self._make = _Made(make()) if forks else make
        self._killed = killed
        self._forks = forks
        self._workers: list[_Worker] = []
        for _ in range(jobs):
            self._workers.append(self._start())

    def run(self, pieces: Iterator[Sequence[Item]]) -> Iterator[list[Outcome]]:
        """The outcomes of each piece, in order; more than one only where a process died."""
        sent: dict[int, Sequence[Item]] = {}
        done: dict[int, list[Outcome]] = {}
        given = taken = 0
        following = next(pieces, None)
        while following is not None or sent or done:
            idle = next((worker for worker in self._workers if worker.number < 0), None)
            if following is not None and idle and given - taken < _AHEAD * len(self._workers):
                idle.number = given
                sent[given] = following
                with contextlib.suppress(OSError):  # a dead worker shows below
                    idle.pipe.send(following)
                given += 1
                following = next(pieces, None)
                continue
            while taken in done:
                yield done.pop(taken)
                taken += 1
            busy = {worker.pipe: worker for worker in self._workers if worker.number >= 0}
            for pipe in wait(list(busy)) if busy else ():
                worker = busy[pipe]  # type: ignore[index]
                number = worker.number
                done[number] = self._receive(worker, sent.pop(number))

    def _receive(self, worker: _Worker, piece: Sequence[Item]) -> list[Outcome]:
        try:
            outcome = worker.pipe.recv()
        except (EOFError, OSError):
            return self._one_by_one(worker, piece)
        worker.number = -1
        if isinstance(outcome, BaseException):
            raise outcome
        return [outcome]

    def _one_by_one(self, worker: _Worker, piece: Sequence[Item]) -> list[Outcome]:
        """A worker has died: replaces it, and gives the replacement one item at a time."""
        worker.process.join()  # its pipe ends a moment before it does
        outcomes: list[Outcome] = []
        for item in piece if len(piece) > 1 else ():
            self._replace(worker)
            try:
                worker.pipe.send([item])
                outcomes.append(worker.pipe.recv())
            except (EOFError, OSError):
                worker.process.join()
                outcomes.append(self._killed(item, -(worker.process.exitcode or 0)))
        if len(piece) == 1:
            outcomes.append(self._killed(piece[0], -(worker.process.exitcode or 0)))
        self._replace(worker)
        return outcomes

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        # A forked child holds copies of our ends; it must close them to see that we are gone.
        copies = [ours, *(worker.pipe for worker in self._workers)] if self._forks else []
        process = self._context.Process(target=_serve, args=(theirs, self._make, copies), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _replace(self, worker: _Worker) -> None:
        if not worker.process.is_alive():
            worker.pipe.close()
            fresh = self._start()
            worker.process, worker.pipe = fresh.process, fresh.pipe
        worker.number = -1

    def __enter__(self) -> Pool[Item, Outcome]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.pipe.close()
            if kind is not None:
                worker.process.terminate()
        for worker in self._workers:
            worker.process.join()


class _Made:
    """Stands for a function that was made before the fork."""

    def __init__(self, function: Any) -> None:
        self.function = function

    def __call__(self) -> Any:
        return self.function


def _serve(pipe: Connection, make: Callable[[], Callable[[Any], Any]], copies: list[Connection]) -> None:
    """The life of a worker: ends when the pipe does. Ctrl-C is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
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
