"""An LMTP and SMTP listener: a mail server hands bounces over, and is told 250 when they are committed.

Needs the extra `lmtp` (docs/deploy.md). Messages that come at the same time share one transaction: while one
is being committed, the next ones gather. When the store is away the answer is 451, and the mail server keeps
the message.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import stat
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TypeVar

from dsnparse.mailboxes.listening import MAX_SIZE, MEMORY, TIMEOUT, Address
from dsnparse.mailboxes.lmtp import Handed, Handler, LmtpSession, Session, SmtpSession

#: Messages in one transaction, and connections at once.
BATCH = 500
CONNECTIONS = 200

T = TypeVar("T")
#: Stores messages; the answer for each: True when it is committed, False when it is to be sent again.
Commit = Callable[[Sequence[Handed]], Sequence[bool]]


class Listener:
    """Listens at addresses; `commit` runs in a thread of its own, one call at a time."""

    def __init__(
        self,
        addresses: Sequence[Address],
        commit: Commit,
        *,
        max_size: int = MAX_SIZE,
        timeout: float = TIMEOUT,
        socket_mode: int = 0o660,
        batch: int = BATCH,
        memory: int = MEMORY,
    ) -> None:
        """`memory`: bytes of messages at once; at least one of `max_size` always fits."""
        self.addresses = list(addresses)
        self._commit = commit
        self._max_size = max_size
        self._timeout = timeout
        self._socket_mode = socket_mode
        self._batch = batch
        self._room = max(memory, max_size)
        self._queue: asyncio.Queue[tuple[Handed, asyncio.Future[bool]]] = asyncio.Queue()
        self._lock = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1)
        self._sessions: set[Session] = set()
        self._closing = False
        # aiosmtpd tells of each command; what goes wrong is told by exceptions.
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)

    async def run(self, stop: asyncio.Event, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until `stop` is set; then finish what has been handed over. Raise OSError."""
        servers = [await self._listen(address) for address in self.addresses]
        committer = asyncio.create_task(self._committing())
        ready()
        await stop.wait()
        self._closing = True
        for server in servers:
            server.close()
        await self._queue.join()
        for session in list(self._sessions):
            await session.leave()
        committer.cancel()
        self._thread.shutdown(wait=False)
        for address in self.addresses:
            if address.path:
                Path(address.path).unlink(missing_ok=True)

    def enter(self, session: Session) -> bool:
        """A connection came; whether it may stay."""
        if self._closing or len(self._sessions) >= CONNECTIONS:
            return False
        self._sessions.add(session)
        return True

    def left(self, session: Session) -> None:
        """A connection has ended."""
        self._sessions.discard(session)

    def reserve(self, count: int) -> bool:
        """Whether there is room for so many more bytes; they are counted then."""
        if count > self._room:
            return False
        self._room -= count
        return True

    def release(self, count: int) -> None:
        """So many bytes are no longer held."""
        self._room += count

    @property
    def waiting(self) -> int:
        """How many messages wait for the next transaction."""
        return self._queue.qsize()

    async def take(self, handed: Handed) -> bool:
        """Have a message stored, for which there is room; whether it is committed."""
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((handed, answer))
        return await answer

    async def alone(self, work: Callable[[], T]) -> T:
        """Run something in the thread that commits, while nothing is committed."""
        async with self._lock:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _committing(self) -> None:
        """Store what has gathered, in one transaction, again and again."""
        while True:
            gathered = [await self._queue.get()]
            while len(gathered) < self._batch and not self._queue.empty():
                gathered.append(self._queue.get_nowait())
            stored = await self._answers([handed for handed, _ in gathered])
            for (handed, answer), good in zip(gathered, stored, strict=True):
                self.release(len(handed.data))
                if not answer.done():  # the connection is gone
                    answer.set_result(good)
                self._queue.task_done()

    async def _answers(self, messages: Sequence[Handed]) -> Sequence[bool]:
        """For each message whether it is committed; none of them when anything goes wrong."""
        try:
            stored = await self.alone(partial(self._commit, messages))
        except asyncio.CancelledError:
            raise
        except BaseException:  # noqa: BLE001  (a mail server waits for an answer, whatever it is)
            return [False] * len(messages)
        return stored if len(stored) == len(messages) else [False] * len(messages)

    async def _listen(self, address: Address) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        kind = LmtpSession if address.protocol == "lmtp" else SmtpSession
        handler = Handler(self.take)

        def make() -> Session:
            return kind(self, handler, self._max_size, self._timeout)

        if not address.path:
            return await loop.create_server(make, address.host, address.port)
        check_socket(address.path)
        server = await loop.create_unix_server(make, address.path)
        os.chmod(address.path, self._socket_mode)  # noqa: PTH101
        return server


def check_socket(path: str) -> None:
    """Raise OSError when something else is there, or somebody listens; a socket left behind is no matter."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise FileExistsError(17, "is there already, and is no socket", path)
    with closing(socket.socket(socket.AF_UNIX)) as probe:
        if probe.connect_ex(path) == 0:
            raise FileExistsError(17, "is in use by another program", path)
