"""Limits on what is under way: threads with a short queue, and memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from dsnparse.web.problems import problem

P = ParamSpec("P")
T = TypeVar("T")


class Room:
    """Counts what is taken of a limited amount."""

    def __init__(self, most: int, what: str) -> None:
        """`most`: how much there is. `what`: its name in a sentence, in the plural."""
        self.most = most
        self._what = what
        #: How much is taken.
        self.taken = 0

    def take(self, count: int = 1) -> None:
        """Take so much. Raise the problem `busy` when there is less."""
        if self.taken + count > self.most:
            raise problem("busy", f"{self._what} are all in use. Try again.")
        self.taken += count

    def give_back(self, count: int = 1) -> None:
        """So much is free again."""
        self.taken -= count

    @contextmanager
    def held(self, count: int = 1) -> Iterator[None]:
        """So much is taken in the `with` block."""
        self.take(count)
        try:
            yield
        finally:
            self.give_back(count)


class Threads:
    """Runs what blocks in a few threads; a bounded number of pieces waits.

    A piece whose request has been given up keeps its thread until it ends.
    """

    def __init__(self, threads: int, waiting: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        #: Pieces that run or wait.
        self.room = Room(threads + waiting, "The connections to the database")

    async def run(self, work: Callable[P, T], *args: P.args, **values: P.kwargs) -> T:
        """What `work` returns or raises. Raise the problem `busy` when too many wait."""
        self.room.take()
        loop = asyncio.get_running_loop()
        future = self._pool.submit(work, *args, **values)
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self.room.give_back))
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Wait for what runs, and end the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)
