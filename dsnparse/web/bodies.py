"""The body of a request: its type, and its parts."""

from __future__ import annotations

from typing import Any, NamedTuple

from litestar import Request
from litestar.exceptions import ClientException, HTTPException
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from dsnparse.web.problems import problem

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


async def read_body(request: Request[Any, Any, Any]) -> bytes:
    """The body. Raise the problem `no-message` when there is none, and what `tracking.Body` raises."""
    data = await request.body()
    if not data:
        raise problem("no-message", "Send what is to be read as the body of the request.")
    return data


def content_type(request: Request[Any, Any, Any], *accepted: str) -> tuple[str, dict[str, str]]:
    """The type of the body, one of those `accepted`, and its parameters. Raise 415."""
    given, parameters = request.content_type
    if given not in accepted:
        raise UnsupportedMediaType(f"Send one of {', '.join(accepted)}, not {given or 'no Content-Type'}.")
    return given, parameters


def parts_of(data: bytes, boundary: str | None) -> list[Part]:
    """The messages in a multipart/form-data body: each by its file name, else the name of its field."""
    if not boundary:
        raise ClientException("The Content-Type of multipart/form-data needs a boundary.")
    try:
        with PushMultipartParser(boundary, max_segment_count=PARTS) as parser:
            name, pieces, parts = "", list[bytes](), list[Part]()
            for piece in parser.parse(data):
                if isinstance(piece, MultipartSegment):
                    name, pieces = (piece.filename or piece.name)[:_NAME], []
                elif piece:
                    pieces.append(bytes(piece))
                else:
                    parts.append(Part(name, b"".join(pieces)))
            return parts
    except (MultipartError, ValueError) as error:
        raise ClientException(f"This is no multipart/form-data: {error}") from None
