"""What the OpenAPI document says beside the signatures of the handlers: bodies, answers, problems, scopes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import (
    OpenAPI,
    OpenAPIMediaType,
    OpenAPIResponse,
    OpenAPIType,
    Operation,
    Parameter,
    Reference,
    RequestBody,
    Schema,
)

from dsnparse.render.report_schema import report_schema
from dsnparse.web.access import OPEN, SIGNED
from dsnparse.web.problems import MEDIA_TYPE

#: Media types of a body or an answer, and their schemas.
Content = Mapping[str, Schema | Reference]

BYTES = Schema(type="string", format="binary")  # type: ignore[arg-type]
TEXT = Schema(type="string")  # type: ignore[arg-type]
REPORT = Reference(ref="#/components/schemas/Report")
#: Of a request that comes with a body.
WITH_BODY = (408, 413, 415)
#: Of every request, whatever it is for.
_ALWAYS = (400, 421, 500, 503)
_WITH_KEY = (401, 403)
_MEANINGS = {
    400: "The request is wrong: `detail` and `errors` say where.",
    401: "There is no key, or nobody knows it; nothing proves that events come from their service.",
    403: "The key lacks the scope; or, without keys, a foreign page or a proxy asks.",
    404: "Nothing is known by this name, or there is no database.",
    408: "The request did not come in time.",
    413: "The request is too large.",
    415: "The body is of another type.",
    421: "Without keys: the server is not called so.",
    422: "This is no mail message.",
    500: "A mistake of the server.",
    503: "There is too much to do, it took too long, or something is away: try again.",
}


class Problem(msgspec.Struct):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str


def needs(
    scope: str, answer: Any = None, *statuses: int, takes: Content | None = None, gives: Content | None = None
) -> dict[str, Any]:
    """Arguments of a handler that a key of this scope opens: `@get("/v1/…", **needs("read"))`.

    For the OpenAPI document: `answer` is the type of the answer, `statuses` are those of its problems beside
    what every request may meet; `takes` and `gives` are bodies by their media types.
    """
    if takes is not None:
        statuses = (*statuses, *WITH_BODY)
    problems = sorted({*_ALWAYS, *statuses, *(() if scope == OPEN else _WITH_KEY)})
    responses = {
        status: ResponseSpec(
            Problem, description=_MEANINGS[status], media_type=MEDIA_TYPE, generate_examples=False
        )
        for status in problems
    }
    if answer is not None:
        responses[200] = ResponseSpec(answer, description="Done.", generate_examples=False)
    found: dict[str, Any] = {
        "opt": {"scope": scope},
        "security": [{} if scope in (OPEN, SIGNED) else {"key": [scope]}],
        "responses": responses,
    }
    if takes is not None or gives is not None:
        found["operation_class"] = _operation(takes, gives)
    return found


def _operation(takes: Content | None, gives: Content | None) -> type[Operation]:
    @dataclass
    class Described(Operation):
        def __post_init__(self) -> None:
            if takes is not None:
                self.request_body = RequestBody(_content(takes), required=True)
            answer = (self.responses or {}).get("200")
            if gives is not None and isinstance(answer, OpenAPIResponse):
                answer.content = _content(gives)

    return Described


def _content(content: Content) -> dict[str, OpenAPIMediaType]:
    return {name: OpenAPIMediaType(schema=schema) for name, schema in content.items()}


def complete(document: OpenAPI, *, with_keys: bool) -> None:
    """Add what handlers cannot say: the schema of reports, addresses in paths, whether keys are needed."""
    assert document.components.schemas is not None
    document.components.schemas.update(_report_schemas())
    for path in (document.paths or {}).values():
        for operation in (path.get, path.head, path.post, path.put, path.delete):
            if operation is None:
                continue
            if not with_keys:
                operation.security = None
            for parameter in operation.parameters or ():
                if isinstance(parameter, Parameter):
                    _complete_parameter(parameter)


def _complete_parameter(parameter: Parameter) -> None:
    if parameter.name == "address":
        parameter.schema = TEXT
        parameter.description = "An address, or @example.com for a whole domain."
    schema = parameter.schema
    if isinstance(schema, Schema) and schema.one_of:
        # What may be left out is never null in a query.
        given = [
            one for one in schema.one_of if not (isinstance(one, Schema) and one.type == OpenAPIType.NULL)
        ]
        if len(given) == 1:
            parameter.schema = given[0]


def _report_schemas() -> dict[str, Any]:
    """The published schema of reports, and of what they consist of."""
    text = json.dumps(report_schema()).replace('"#/$defs/', '"#/components/schemas/Report.')
    schema: dict[str, Any] = json.loads(text)
    parts = schema.pop("$defs")
    for name in ("$schema", "$id"):
        schema.pop(name)
    return {"Report": schema} | {f"Report.{name}": part for name, part in parts.items()}
