"""The body of a request: read within its limits of size, memory and time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, NamedTuple

from litestar import Request
from litestar.exceptions import ClientException, HTTPException
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from dsnparse.web.problems import problem
from dsnparse.web.service import Service
from dsnparse.web.tracking import HELD

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


async def read_body(request: Request[Any, Any, Any], service: Service) -> bytes:
    """The body; its memory counts until the request ends.

    Raise the problems `busy`, `slow-request` and `no-message`, and 413.
    """
    state = request.scope["state"]
    # Litestar refuses what is announced as too large before anything is read.
    announced = min(request.content_length or 0, service.settings.max_body)
    service.memory.take(announced)
    state[HELD] = announced
    chunks: list[bytes] = []
    came = 0
    try:
        async with asyncio.timeout(service.settings.timeout):
            async for chunk in request.stream():
                came += len(chunk)
                if came > state[HELD]:
                    service.memory.take(came - state[HELD])
                    state[HELD] = came
                chunks.append(chunk)
    except TimeoutError:
        seconds = service.settings.timeout
        raise problem("slow-request", f"{came:,} bytes came in {seconds:g} seconds.") from None
    if not came:
        raise problem("no-message", "Send what is to be read as the body of the request.")
    return b"".join(chunks)


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
