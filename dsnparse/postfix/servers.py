"""Listens for mail servers that ask: sockets, connections, and their limits."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from dsnparse.mailboxes.listener import check_socket
from dsnparse.mailboxes.listening import Address
from dsnparse.postfix import policy_service, socketmap, tcp_table
from dsnparse.postfix.desk import Desk
from dsnparse.postfix.limits import CONNECTIONS, IDLE_SECONDS, LINE_BYTES, REQUEST_SECONDS, Unreadable

_log = logging.getLogger("dsnparse.postfix")

#: What speaks a protocol: the next request in, its answer out; None at the end.
Answers = Callable[[asyncio.StreamReader, Desk], Awaitable[bytes | None]]
PROTOCOLS: dict[str, Answers] = {
    "policy": policy_service.answer,
    "socketmap": socketmap.answer,
    "tcp-table": tcp_table.answer,
}


@asynccontextmanager
async def answering(
    addresses: Sequence[Address],
    desk: Desk,
    *,
    socket_mode: int = 0o660,
    connections: int = CONNECTIONS,
    idle: float = IDLE_SECONDS,
) -> AsyncIterator[list[Address]]:
    """Servers at these addresses, each for its `protocol`, until the `async with` block ends.

    Gives the addresses as they are: port 0 is one that was free. Raise OSError when one cannot be had.
    """
    office = _Office(desk, connections, idle)
    servers: list[asyncio.Server] = []
    opened: list[Address] = []
    try:
        for address in addresses:
            server = await office.listen(address, socket_mode)
            servers.append(server)
            port = 0 if address.path else server.sockets[0].getsockname()[1]
            opened.append(Address(address.protocol, address.host, port, address.path))
        yield opened
    finally:
        for server in servers:
            server.close()
        await office.end()
        for address in opened:
            if address.path:
                Path(address.path).unlink(missing_ok=True)
        desk.close()


class _Office:
    def __init__(self, desk: Desk, connections: int, idle: float) -> None:
        self._desk = desk
        self._most = connections
        self._idle = idle
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._ending = False

    async def listen(self, address: Address, socket_mode: int) -> asyncio.Server:
        answers = PROTOCOLS[address.protocol]

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._serve(address, answers, reader, writer)

        if not address.path:
            return await asyncio.start_server(serve, address.host, address.port, limit=LINE_BYTES)
        check_socket(address.path)
        server = await asyncio.start_unix_server(serve, address.path, limit=LINE_BYTES)
        os.chmod(address.path, socket_mode)  # noqa: PTH101
        return server

    async def end(self) -> None:
        """Closes all connections: the mail server asks anew, elsewhere or later."""
        self._ending = True
        for writer in self._open.values():
            writer.transport.abort()
        if self._open:
            await asyncio.wait(self._open)  # an answer that is looked up has its own time-out

    async def _serve(
        self,
        address: Address,
        answers: Answers,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        try:
            if len(self._open) >= self._most:
                _log.warning("%s: more than %d connections; one was closed.", address, self._most)
                return
            self._open[task] = writer
            await self._converse(answers, reader, writer)
        except Unreadable as reason:
            if not self._ending:
                _log.warning("%s: %s; the connection was closed.", address, reason)
        except (TimeoutError, ConnectionError):
            pass  # nobody waits any more
        finally:
            self._open.pop(task, None)
            writer.close()

    async def _converse(
        self, answers: Answers, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while True:
            async with asyncio.timeout(self._idle):
                reply = await answers(reader, self._desk)
            if reply is None:
                return
            writer.write(reply)
            async with asyncio.timeout(REQUEST_SECONDS):
                await writer.drain()
