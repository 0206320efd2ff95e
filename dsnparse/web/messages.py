"""Messages and replies: parse, classify, ingest."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, post
from litestar.openapi.spec import OpenAPIType, Schema
from litestar.params import Parameter
from litestar.plugins.problem_details import ProblemDetailsException
from litestar.response import Stream

from dsnparse.classify import Verdict
from dsnparse.render.cells import to_json
from dsnparse.web.bodies import MESSAGE_TYPES, MULTIPART, PARTS, Part, content_type, parts_of, read_body
from dsnparse.web.describe import BYTES, REPORT, TEXT, WITH_BODY, Content, needs
from dsnparse.web.ingesting import Ingested, Ingesting
from dsnparse.web.parsing import classify_to_json, parse_to_json
from dsnparse.web.problems import document
from dsnparse.web.service import Service

JSON_LINES = "application/jsonl"
#: Characters of one reply. RFC 5321 allows 512 a line; Microsoft fills several.
REPLY = 64 * 1024
#: An address, and how many, as RFC 5321 section 4.5.3.1 has them.
_ADDRESS = 320
_RECIPIENTS = 100
_REPORTS: Content = {"application/json": REPORT, JSON_LINES: TEXT}
_MESSAGE = dict.fromkeys(MESSAGE_TYPES, BYTES)
_MESSAGES = {
    MULTIPART: Schema(
        type=OpenAPIType.OBJECT,
        description=f"A file for each message, {PARTS:,} at most; the names of the fields mean nothing.",
    )
}


class ReplyToClassify(msgspec.Struct, forbid_unknown_fields=True):
    """An SMTP reply, who said it where that is known, and from which host."""

    reply: Annotated[str, msgspec.Meta(max_length=REPLY)]
    provider: Annotated[str, msgspec.Meta(max_length=_ADDRESS)] | None = None
    host: Annotated[str, msgspec.Meta(max_length=_ADDRESS)] | None = None


@post(
    "/v1/parse",
    status_code=200,
    **needs("parse", None, 422, takes=_MESSAGE | _MESSAGES, gives=_REPORTS),
)
async def parse(request: Request[Any, Any, Any], service: Service) -> Response[bytes] | Stream:
    """Say who failed and why: of one message, or of each part of multipart/form-data (JSON Lines)."""
    kind, parameters = content_type(request, *MESSAGE_TYPES, MULTIPART)
    data = await read_body(request)
    if kind == MULTIPART:
        parts = await service.ask(parts_of, data, parameters.get("boundary"))
        return Stream(_lines(parts, service), media_type=JSON_LINES)
    line = await service.parsing.run(parse_to_json, None, data)
    return Response(line, media_type="application/json")


async def _lines(parts: Sequence[Part], service: Service) -> AsyncIterator[bytes]:
    for part in parts:
        try:
            yield await service.parsing.run(parse_to_json, part.name, part.data)
        except ProblemDetailsException as error:
            yield to_json({"source": part.name, "problem": document(error)}).encode() + b"\n"


@post("/v1/classify", status_code=200, **needs("parse", Verdict, *WITH_BODY))
async def classify(data: ReplyToClassify, service: Service) -> Response[bytes]:
    """Say what one SMTP reply means."""
    line = await service.parsing.run(classify_to_json, data.reply, data.provider, data.host)
    return Response(line, media_type="application/json")


@post("/v1/ingest", status_code=200, **needs("ingest", None, 404, 422, takes=_MESSAGE))
async def ingest(
    request: Request[Any, Any, Any],
    service: Service,
    ingesting: Ingesting,
    recipient: Annotated[
        list[Annotated[str, Parameter(max_length=_ADDRESS)]] | None,
        Parameter(max_items=_RECIPIENTS, description="Your addresses that the message was sent to."),
    ] = None,
    sender: Annotated[
        str | None,
        Parameter(max_length=_ADDRESS, description="The sender in its envelope; empty for a notice."),
    ] = None,
) -> Ingested:
    """Store a message, and what it means for each address. The same message counts once."""
    service.store  # noqa: B018  (says so before anything is read)
    content_type(request, *MESSAGE_TYPES)
    data = await read_body(request)
    return await ingesting.store(request.user, data, recipient or (), sender)


handlers = (parse, classify, ingest)
