"""`POST /v1/parse/marked`: the report, the message with the evidence marked in it, and plain words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from litestar import Request, Response, post

from dsnparse.parser import Parser
from dsnparse.render.cells import to_json
from dsnparse.web.access import needs
from dsnparse.web.bodies import MESSAGE_TYPES, content_type, read_body
from dsnparse.web.explained import explained
from dsnparse.web.marked import MOST_RECORDS, marked
from dsnparse.web.parsing import parse
from dsnparse.web.service import Service


@post("/v1/parse/marked", status_code=200, **needs("parse"))
async def parse_marked(request: Request[Any, Any, Any], service: Service) -> Response[bytes]:
    """Say who failed and why, and show where the message says so: `parts` with lines, and `marks` in them."""
    content_type(request, *MESSAGE_TYPES)
    data = await read_body(request, service)
    line = await service.parsing.run(marked_to_json, data)
    return Response(line, media_type="application/json")


def marked_to_json(parser: Parser, data: bytes) -> bytes:
    """All that the page shows of a message, as JSON. Raise NotRead where it is none.

    `report`: of at most MOST_RECORDS recipients, `records_left_out`: how many more there are; `parts` and
    `marks`: see `Marked`; `said`: see `explained`.
    """
    return to_json(to_show(parser, data)).encode() + b"\n"


def to_show(parser: Parser, data: bytes) -> dict[str, Any]:
    """The same as plain JSON types."""
    report = parse(parser, data)
    shown = replace(report, records=report.records[:MOST_RECORDS])
    return {
        "report": shown.to_dict(),
        "records_left_out": len(report.records) - len(shown.records),
        **marked(data, shown, parser.limits).to_dict(),
        "said": explained(shown),
    }


handlers = (parse_marked,)
