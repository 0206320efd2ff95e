"""Each request from its beginning to its end: counted, timed, and its memory given back."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Iterator

    from litestar.types import ASGIApp, Message, Receive, Scope, Send

    from dsnparse.web.bounded import Room

#: Of every answer, unless a handler says otherwise: it is not to be kept, embedded or guessed at.
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}
#: Where a request notes the bytes that it holds.
HELD = "dsnparse_held"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30)


class Tracking(ASGIMiddleware):
    """Stands before all handlers."""

    scopes = (ScopeType.HTTP,)

    def __init__(
        self, registry: CollectorRegistry, memory: Room, rooms: dict[str, Room], patience: float
    ) -> None:
        """`rooms`: what else is limited, by its name in the metrics. `patience`: seconds in which a piece of
        an answer must be taken."""
        self._patience = patience
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

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableScopeHeaders(message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            # Whoever does not take the answer must not hold what it needs.
            async with asyncio.timeout(self._patience):
                await send(message)

        try:
            await next_app(scope, receive, sending)
        finally:
            self._memory.give_back(scope["state"].pop(HELD, 0))
            route = scope.get("path_template") or "other"
            self._requests.labels(scope["method"], route, status).inc()
            self._seconds.labels(route).observe(time.perf_counter() - began)


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
