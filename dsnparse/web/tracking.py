"""Each request from its beginning to its end: counted, timed, and its memory given back."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from dsnparse.web.bounded import Room
from dsnparse.web.problems import problem
from dsnparse.web.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from litestar.types import ASGIApp, Message, Receive, Scope, Send

#: Of every answer, unless a handler says otherwise: it is not to be kept, embedded or guessed at.
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30)


class Tracking(ASGIMiddleware):
    """Stands before all handlers."""

    scopes = (ScopeType.HTTP,)

    def __init__(
        self, registry: CollectorRegistry, memory: Room, rooms: dict[str, Room], settings: Settings
    ) -> None:
        """`rooms`: what else is limited, by its name in the metrics."""
        self._settings = settings
        self._memory = memory
        self._requests = Counter(
            "dsnparse_http_requests", "Requests, by route.", ("method", "route", "status"), registry=registry
        )
        self._seconds = Histogram(
            "dsnparse_http_request_seconds",
            "Time of requests.",
            ("route",),
            buckets=_SECONDS,
            registry=registry,
        )
        registry.register(_Rooms({"memory": memory, **rooms}))

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Take a request to its handler."""
        assert scope["type"] == ScopeType.HTTP
        began, status = time.perf_counter(), 500
        body = Body(scope["headers"], receive, self._memory, self._settings)

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableScopeHeaders(message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            # Whoever does not take the answer must not hold what it needs.
            async with asyncio.timeout(self._settings.timeout):
                await send(message)

        try:
            await next_app(scope, body.receive, sending)
        finally:
            self._memory.give_back(body.held)
            route = scope.get("path_template") or "other"
            self._requests.labels(scope["method"], route, status).inc()
            self._seconds.labels(route).observe(time.perf_counter() - began)


class Body:
    """The body of a request as it comes in: within its time, and counted in the memory of all.

    Litestar itself refuses what is larger than one body may be.
    """

    def __init__(
        self, headers: Iterable[tuple[bytes, bytes]], receive: Receive, memory: Room, settings: Settings
    ) -> None:
        self._headers = headers
        self._receive = receive
        self._memory = memory
        self._settings = settings
        self._whole = False
        self._deadline: float | None = None
        self._came = 0
        #: Bytes that count as taken.
        self.held = 0

    async def receive(self) -> Any:
        """A piece of it. Raise the problems `slow-request` and `busy`."""
        if self._whole:
            return await self._receive()
        if self._deadline is None:
            self._deadline = asyncio.get_running_loop().time() + self._settings.timeout
            self._hold(min(self._announced(), self._settings.max_body))
        try:
            async with asyncio.timeout_at(self._deadline):
                message: Any = await self._receive()
        except TimeoutError:
            seconds = self._settings.timeout
            raise problem("slow-request", f"{self._came:,} bytes came in {seconds:g} seconds.") from None
        self._whole = not message.get("more_body", False)
        self._came += len(message.get("body", b""))
        self._hold(self._came)
        return message

    def _hold(self, count: int) -> None:
        if count > self.held:
            self._memory.take(count - self.held)
            self.held = count

    def _announced(self) -> int:
        found = [value for name, value in self._headers if name == b"content-length" and value.isdigit()]
        return int(found[0]) if found else 0


class _Rooms(Collector):
    """How much of what is limited is taken."""

    def __init__(self, rooms: dict[str, Room]) -> None:
        self._rooms = rooms

    def collect(self) -> Iterator[Metric]:
        taken = GaugeMetricFamily("dsnparse_http_taken", "What is under way and waits.", labels=["of"])
        most = GaugeMetricFamily("dsnparse_http_limit", "How much of it there may be.", labels=["of"])
        for name, room in self._rooms.items():
            taken.add_metric([name], room.taken)
            most.add_metric([name], room.most)
        yield taken
        yield most
