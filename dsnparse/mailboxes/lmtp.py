"""One connection of the listener: LMTP (RFC 2033) and SMTP (RFC 5321), as aiosmtpd speaks them.

Facts. LMTP answers DATA once for each recipient. Returned messages break the limit of 998 characters a line,
and an answer 500 would lose the bounce, so a line may be as long as a message. A bounce has the sender <>.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, AnyStr, NamedTuple, Protocol

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

from dsnparse.trust.envelope import Envelope

#: Bytes that are read at once: longer lines come in pieces.
PIECE = 64 * 1024
#: Bytes of one command (RFC 5321 has 512; VERP and SMTPUTF8 make it longer).
MAX_COMMAND = 4096
#: Seconds that a connection gets to read its answer when the listener ends.
_FAREWELL = 10

_STORED = "250 2.0.0 Stored"
_AWAY = "451 4.3.0 The message cannot be stored now; try again later"
_TOO_LARGE = "552 5.3.4 The message is too large"
_NO_ROOM = "452 4.3.1 Too much mail at once; try again later"
_FULL = "421 4.3.2 Too many connections, or shutting down; try again later"


class Guard(Protocol):
    """Who counts the connections, and the bytes of messages under way."""

    def enter(self, session: Session) -> bool:
        """Whether it may stay."""
        ...

    def left(self, session: Session) -> None:
        """It has ended."""
        ...

    def reserve(self, count: int) -> bool:
        """Whether there is room for so many more bytes; they are counted then."""
        ...

    def release(self, count: int) -> None:
        """So many bytes are no longer held."""
        ...


class Handed(NamedTuple):
    """A message that was handed over, and its envelope.

    The host at the other end is our own mail server; who delivered the message to it stands in its Received.
    """

    data: bytes
    envelope: Envelope


class Handler:
    """What aiosmtpd asks when a message has come."""

    def __init__(self, take: Callable[[Handed], Awaitable[bool]]) -> None:
        self._take = take

    async def handle_EHLO(  # noqa: N802
        self, _server: Session, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        """Also for LHLO."""
        session.host_name = hostname
        return [responses[0], "250-PIPELINING", *responses[1:]]

    async def handle_DATA(self, _server: Session, _session: Any, envelope: Any) -> str:  # noqa: N802
        """250 when the message is committed."""
        sender, recipients = envelope.mail_from or "", tuple(envelope.rcpt_tos)
        handed = Handed(envelope.content, Envelope(sender, recipients, arrived=datetime.now(UTC)))
        return _STORED if await self._take(handed) else _AWAY

    async def handle_exception(self, error: Exception) -> str:  # noqa: ARG002
        """Whatever it is, the mail server keeps its message."""
        return _AWAY


class Session(SMTP):
    """One connection."""

    line_length_limit = PIECE

    def __init__(self, guard: Guard, handler: Handler, max_size: int, timeout: float) -> None:
        super().__init__(
            handler, data_size_limit=max_size, enable_SMTPUTF8=True, ident="dsnparse", timeout=timeout
        )
        self.command_size_limits = defaultdict(lambda: MAX_COMMAND)
        self._guard = guard
        self._max_size = max_size
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

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802
        """Read a message, with lines of any length, as long as there is room for it, and answer."""
        if await self.check_helo_needed():
            return
        if self.envelope is None or not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Give RCPT first")
            return
        if arg:
            await self.push("501 5.5.4 DATA stands alone")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        data = bytearray()
        held = 0
        answer = None
        line_starts = True
        try:
            while True:
                piece, line_ends = await self._piece()
                if line_starts and piece == b".\r\n":
                    break
                if line_starts and piece.startswith(b"."):
                    piece = piece[1:]
                line_starts = line_ends
                if answer is not None:
                    continue
                if len(data) + len(piece) > self._max_size:
                    answer = _TOO_LARGE
                elif self._guard.reserve(len(piece)):
                    held += len(piece)
                    data += piece
                    continue
                else:
                    answer = _NO_ROOM
                data.clear()
                self._guard.release(held)
                held = 0
            self.answered.clear()
            if answer is None:
                content = bytes(data)
                data.clear()
                self.envelope.content = self.envelope.original_content = content
                held = 0  # who takes it releases it
                answer = await self.event_handler.handle_DATA(self, self.session, self.envelope)
        finally:
            self._guard.release(held)
        self._set_post_data_state()  # type: ignore[no-untyped-call]
        await self.push(answer)

    async def _piece(self) -> tuple[bytes, bool]:
        """The next line, or as much of a long one as has come; whether it is the end of a line."""
        try:
            return await self._reader.readuntil(b"\r\n"), True
        except asyncio.LimitOverrunError as error:
            return await self._reader.read(error.consumed), False

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
