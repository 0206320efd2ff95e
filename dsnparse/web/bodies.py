"""The body of a request: read within its limits of size, memory and time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from litestar import Request
from litestar.exceptions import ClientException, HTTPException
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from dsnparse.web.problems import problem
from dsnparse.web.service import Service

#: What a message may be sent as. A page of another site cannot send these without being asked first.
MESSAGE_TYPES = ("message/rfc822", "message/global", "application/octet-stream")
MULTIPART = "multipart/form-data"
#: Messages in one request.
PARTS = 1_000
_NAME = 200


class UnsupportedMediaType(HTTPException):
    """415."""

    status_code = 415


class Part(NamedTuple):
    """One message of many."""

    name: str
    data: bytes


@asynccontextmanager
async def body_of(request: Request[Any, Any, Any], service: Service) -> AsyncIterator[bytes]:
    """The body; its memory counts until the end of the `async with` block.

    Raise the problems `busy`, `slow-request` and `no-message`, and 413.
    """
    announced = request.content_length or 0
    chunks: list[bytes] = []
    memory = service.memory
    held = min(announced, service.settings.max_body)
    memory.take(held)
    came = 0
    try:
        try:
            async with asyncio.timeout(service.settings.timeout):
                async for chunk in request.stream():
                    came += len(chunk)
                    if came > held:
                        memory.take(came - held)
                        held = came
                    chunks.append(chunk)
        except TimeoutError:
            raise problem(
                "slow-request", f"{came:,} bytes came in {service.settings.timeout:g} seconds."
            ) from None
        data = b"".join(chunks)
        chunks.clear()
        if not data:
            raise problem("no-message", "Send the message as the body of the request.")
        yield data
    finally:
        memory.give_back(held)


def content_type(request: Request[Any, Any, Any], *accepted: str) -> tuple[str, dict[str, str]]:
    """The type of the body, one of those `accepted`, and its parameters. Raise 415."""
    given, parameters = request.content_type
    if given not in accepted:
        raise UnsupportedMediaType(f"Send one of {', '.join(accepted)}, not {given or 'no Content-Type'}.")
    return given, parameters


def parts_of(data: bytes, boundary: str | None) -> Iterator[Part]:
    """The messages in a multipart/form-data body: each by its file name, else the name of its field."""
    if not boundary:
        raise ClientException("The Content-Type of multipart/form-data needs a boundary.")
    try:
        with PushMultipartParser(boundary, max_segment_count=PARTS) as parser:
            name, pieces = "", list[bytes]()
            for piece in parser.parse(data):
                if isinstance(piece, MultipartSegment):
                    name, pieces = (piece.filename or piece.name)[:_NAME], []
                elif piece:
                    pieces.append(bytes(piece))
                else:
                    yield Part(name, b"".join(pieces))
    except (MultipartError, ValueError) as error:
        raise ClientException(f"This is no multipart/form-data: {error}") from None
