"""`POST /v1/parse/marked`: the report, the message with the evidence marked in it, and plain words."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, post
from litestar.openapi.spec import OpenAPIType, Schema

from dsnparse import __version__
from dsnparse.parser import Parser
from dsnparse.render.cells import to_json
from dsnparse.web.alone import alone
from dsnparse.web.bodies import MESSAGE_TYPES, content_type, read_body
from dsnparse.web.describe import BYTES, REPORT, TEXT, needs
from dsnparse.web.parsing import parse
from dsnparse.web.service import Service
from dsnparse.web.showing import to_show

_LIST = Schema(type=OpenAPIType.ARRAY, items=Schema(type=OpenAPIType.OBJECT))
_ANSWER = Schema(
    type=OpenAPIType.OBJECT,
    description="For a page that shows the message: each part has lines, each line pieces of text, and each "
    "piece names the marks on it by their index.",
    properties={
        "report": REPORT,
        "records_left_out": Schema(type=OpenAPIType.INTEGER),
        "parts": _LIST,
        "marks": _LIST,
        "said": Schema(type=OpenAPIType.OBJECT),
    },
    required=["report", "records_left_out", "parts", "marks", "said"],
)


@post(
    "/v1/parse/marked",
    status_code=200,
    **needs(
        "parse",
        None,
        422,
        takes=dict.fromkeys(MESSAGE_TYPES, BYTES),
        gives={"application/json": _ANSWER, "text/html": TEXT},
    ),
)
async def parse_marked(request: Request[Any, Any, Any], service: Service) -> Response[bytes]:
    """Say who failed and why, and show where the message says so: JSON, or for `Accept: text/html` a page."""
    content_type(request, *MESSAGE_TYPES)
    data = await read_body(request)
    kind = request.accept.best_match(["application/json", "text/html"], default="application/json")
    line = await service.parsing.run(marked_to_html if kind == "text/html" else marked_to_json, data)
    return Response(line, media_type=kind)


def marked_to_json(parser: Parser, data: bytes) -> bytes:
    """What `to_show` says of a message, as JSON. Raise NotRead where it is none."""
    return to_json(to_show(data, parse(parser, data), parser.limits)).encode() + b"\n"


def marked_to_html(parser: Parser, data: bytes) -> bytes:
    """The same as one HTML file. Raise NotRead where it is no message."""
    report = parse(parser, data)
    title = f"{report.kind.value}: {', '.join(one.recipient for one in report.records[:3])}"
    return alone(data, report, title[:200], __version__, parser.limits).encode()


handlers = (parse_marked,)
