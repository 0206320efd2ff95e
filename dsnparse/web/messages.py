"""Messages and replies: parse, classify."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
from litestar import Request, Response, post
from litestar.plugins.problem_details import ProblemDetailsException
from litestar.response import Stream

from dsnparse.render.cells import to_json
from dsnparse.web.access import needs
from dsnparse.web.bodies import MESSAGE_TYPES, MULTIPART, Part, body_of, content_type, parts_of
from dsnparse.web.parsing import classify_to_json, parse_to_json
from dsnparse.web.problems import as_problem, document
from dsnparse.web.service import Service

JSON_LINES = "application/jsonl"
#: Characters of one reply. RFC 5321 allows 512 a line; the longest seen have some thousand.
REPLY = 64 * 1024


class ReplyToClassify(msgspec.Struct, forbid_unknown_fields=True):
    """An SMTP reply, who said it where that is known, and from which host."""

    reply: str
    provider: str | None = None
    host: str | None = None


@post("/v1/parse", status_code=200, **needs("parse"))
async def parse(request: Request[Any, Any, Any], service: Service) -> Response[bytes] | Stream:
    """Say who failed and why: of one message, or of each part of multipart/form-data (JSON Lines)."""
    kind, parameters = content_type(request, *MESSAGE_TYPES, MULTIPART)
    async with body_of(request, service) as data:
        if kind == MULTIPART:
            parts = list(parts_of(data, parameters.get("boundary")))
            return Stream(_lines(parts, service), media_type=JSON_LINES)
        line = await service.parsing.run(parse_to_json, None, data)
        return Response(line, media_type="application/json")


async def _lines(parts: Sequence[Part], service: Service) -> AsyncIterator[bytes]:
    for part in parts:
        try:
            yield await service.parsing.run(parse_to_json, part.name, part.data)
        except ProblemDetailsException as error:
            yield to_json({"source": part.name, "problem": document(as_problem(error))}).encode() + b"\n"


@post("/v1/classify", status_code=200, **needs("parse"))
async def classify(data: ReplyToClassify, service: Service) -> Response[bytes]:
    """Say what one SMTP reply means."""
    line = await service.parsing.run(classify_to_json, data.reply, data.provider, data.host)
    return Response(line, media_type="application/json")


handlers = (parse, classify)
