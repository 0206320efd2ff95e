"""One connection of the listener: LMTP (RFC 2033) and SMTP (RFC 5321), as aiosmtpd speaks them.

Facts. LMTP answers DATA once for each recipient. Returned messages break the limit of 998 characters a line,
and an answer 500 would lose the bounce, so lines may be much longer here. A bounce has the sender <>.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, AnyStr, Protocol

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

#: Bytes of one line of a message, and of one command (RFC 5321 has 512; VERP and SMTPUTF8 make it longer).
MAX_LINE = 1024 * 1024
MAX_COMMAND = 4096
#: Seconds that a connection gets to read its answer when the listener ends.
_FAREWELL = 10

_STORED = "250 2.0.0 Stored"
_AWAY = "451 4.3.0 The message cannot be stored now; try again later"
_FULL = "421 4.3.2 Too many connections, or shutting down; try again later"


class Guard(Protocol):
    """Who counts the connections."""

    def enter(self, session: Session) -> bool:
        """Whether it may stay."""
        ...

    def left(self, session: Session) -> None:
        """It has ended."""
        ...


class Handler:
    """What aiosmtpd asks when a message has come."""

    def __init__(self, take: Callable[[bytes], Awaitable[bool]]) -> None:
        self._take = take

    async def handle_EHLO(  # noqa: N802
        self, _server: Session, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        """Also for LHLO."""
        session.host_name = hostname
        return [responses[0], "250-PIPELINING", *responses[1:]]

    async def handle_DATA(self, server: Session, _session: Any, envelope: Any) -> str:  # noqa: N802
        """250 when the message is committed."""
        server.answered.clear()
        return _STORED if await self._take(envelope.content) else _AWAY

    async def handle_exception(self, error: Exception) -> str:  # noqa: ARG002
        """Whatever it is, the mail server keeps its message."""
        return _AWAY


class Session(SMTP):
    """One connection."""

    line_length_limit = MAX_LINE

    def __init__(self, guard: Guard, handler: Handler, max_size: int, timeout: float) -> None:
        super().__init__(
            handler, data_size_limit=max_size, enable_SMTPUTF8=True, ident="dsnparse", timeout=timeout
        )
        self.command_size_limits = defaultdict(lambda: MAX_COMMAND)
        self._guard = guard
        #: Set unless a message has been taken and its answer is not sent yet.
        self.answered = asyncio.Event()
        self.answered.set()

    async def _handle_client(self) -> None:
        if not self._guard.enter(self):
            await self.leave()
            return
        await super()._handle_client()

    def connection_lost(self, error: Exception | None) -> None:
        """The other side is gone."""
        self._guard.left(self)
        super().connection_lost(error)

    async def push(self, status: AnyStr) -> None:
        """Send an answer."""
        await super().push(status)
        self.answered.set()

    async def leave(self) -> None:
        """Say goodbye."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.answered.wait(), _FAREWELL)
        if self.transport is not None:
            with suppress(OSError):
                await self.push(_FULL)
            self.transport.close()


class SmtpSession(Session):
    """A connection with SMTP."""


class LmtpSession(Session, LMTP):
    """A connection with LMTP."""

    _replies = 0

    async def push(self, status: AnyStr) -> None:
        """Send an answer; the one to DATA once for each recipient."""
        if self.envelope is not None and str(status).startswith("354"):
            self._replies = len(self.envelope.rcpt_tos)
            await super().push(status)
            return
        replies, self._replies = max(self._replies, 1), 0
        for _ in range(replies):
            await super().push(status)
