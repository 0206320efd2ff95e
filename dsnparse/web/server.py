"""uvicorn: its sockets, its signals, its end."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from litestar import Litestar

from dsnparse.errors import DsnparseError
from dsnparse.web.settings import CONNECTIONS

#: Seconds that requests under way get after SIGTERM; then they are cut off.
FAREWELL = 30
#: Seconds that a connection may idle.
_KEEP_ALIVE = 15
_BACKLOG = 512


class StartFailed(DsnparseError):  # noqa: N818
    """The application did not start; its log says why."""


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs it: uvicorn would raise them anew at its end."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int) -> socket.socket:
    """A socket that is bound and listens. Raise OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol said: only then asyncio sends small answers at once (TCP_NODELAY), not after 40 ms.
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host.strip("[]"), port))
        found.listen(_BACKLOG)
    except BaseException:
        found.close()
        raise
    return found


async def serve(
    app: Litestar,
    sockets: list[socket.socket],
    ready: Callable[[], None],
    reload: Callable[[], None],
    idle: float = _KEEP_ALIVE,
) -> None:
    """Serve until SIGTERM or SIGINT; then finish what runs. SIGHUP calls `reload` in a thread.

    Raise StartFailed.

    `idle`: seconds after which a connection without a whole request is closed.
    """
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=FAREWELL,
        lifespan="on",
        ws="none",
    )
    server = _Server(config)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    loop.add_signal_handler(signal.SIGHUP, lambda: loop.run_in_executor(None, reload))
    beside = (
        asyncio.create_task(_tell_when_started(server, ready)),
        asyncio.create_task(_close_idle(server, min(idle, _KEEP_ALIVE))),
    )
    try:
        await server.serve(sockets=sockets)
    except SystemExit:
        raise StartFailed("It could not be started: see above") from None
    finally:
        for task in beside:
            task.cancel()


async def _tell_when_started(server: uvicorn.Server, ready: Callable[[], None]) -> None:
    while not server.started:
        await asyncio.sleep(0.02)
    ready()


async def _close_idle(server: uvicorn.Server, seconds: float) -> None:
    """Close connections that ask for nothing, or do not come to the end of asking: uvicorn waits for ever."""
    clock = asyncio.get_running_loop().time
    seen: dict[Any, tuple[Any, float]] = {}
    while True:
        await asyncio.sleep(min(1.0, seconds / 2))
        now, idle = clock(), dict[Any, tuple[Any, float]]()
        for one in list(server.server_state.connections):
            cycle = getattr(one, "cycle", None)
            if cycle is not None and not cycle.response_complete:
                continue
            last, since = seen.get(one, (cycle, now))
            idle[one] = (cycle, since if last is cycle else now)
            if now - idle[one][1] >= seconds and one.transport is not None:
                one.transport.close()
        seen = idle
