"""What the database says of addresses: check, suppressions, history; and its statistics."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import unquote

import msgspec
from litestar import Request, get, post
from litestar.exceptions import ClientException
from litestar.openapi.spec import OpenAPIType, Schema
from litestar.params import Parameter
from litestar.response import Stream

from dsnparse.render.cells import to_json
from dsnparse.store.pieces import in_pieces
from dsnparse.store.queries.answer import Decision
from dsnparse.store.queries.check import AT_ONCE
from dsnparse.store.queries.history import Happening
from dsnparse.store.queries.moment import read_moment
from dsnparse.store.queries.stats import BY, CROSSED, Count, counts_by
from dsnparse.store.queries.where import Where
from dsnparse.store.store import Store
from dsnparse.web.bodies import content_type, read_body
from dsnparse.web.describe import TEXT, needs
from dsnparse.web.messages import JSON_LINES
from dsnparse.web.problems import as_problem, document, problem
from dsnparse.web.service import Service

Time = Annotated[str | None, Parameter(max_length=80, description="A date, a time, or an age as in 30d.")]
Chosen = Annotated[
    list[str] | None, Parameter(max_items=20, description="`NAME=VALUE,…`: only such failures.")
]
Counted = Annotated[
    list[str] | None,
    Parameter(
        max_items=20,
        description=f"One of {', '.join(BY)}; or two of {', '.join(CROSSED)} crossed: `provider,reason`.",
    ),
]
#: Lines of a table.
LONGEST_TABLE = 1_000
#: Happenings in one history; the latest are shown.
HAPPENINGS = 1_000

_MANY = {"application/json": Schema(type=OpenAPIType.ARRAY, items=TEXT), "text/plain": TEXT}


class History(msgspec.Struct):
    """What happened to an address."""

    decision: Decision
    #: Oldest first.
    history: list[Happening]
    #: Older happenings that are not shown.
    left_out: int


@get("/v1/check/{address:path}", **needs("read", Decision, 404))
async def check(service: Service, given: str) -> dict[str, Any]:
    """Say whether an address may be mailed."""
    decision = await service.ask(service.store.check, given)
    return decision.to_dict()


@post(
    "/v1/check",
    status_code=200,
    **needs("read", None, 404, takes=_MANY, gives={JSON_LINES: TEXT}),
)
async def check_many(request: Request[Any, Any, Any], service: Service) -> Stream:
    """Say it of many: a JSON list, or text with one address a line. The answer is JSON Lines, in order."""
    store = service.store
    kind, _ = content_type(request, "application/json", "text/plain")
    data = await read_body(request)
    wanted = await service.ask(_addresses, data, kind)
    return Stream(_decisions(service, store, wanted), media_type=JSON_LINES)


async def _decisions(service: Service, store: Store, wanted: Sequence[str]) -> AsyncIterator[bytes]:
    for some in in_pieces(wanted, AT_ONCE):
        try:
            lines = await service.ask(_lines, store, some)
        except Exception as error:  # noqa: BLE001  (the answer has begun: its last line says so)
            yield to_json({"problem": document(as_problem(error))}).encode() + b"\n"
            return
        yield lines


def _lines(store: Store, some: Sequence[str]) -> bytes:
    return "".join(f"{to_json(decision.to_dict())}\n" for decision in store.check_all(some)).encode()


def _addresses(data: bytes, kind: str) -> list[str]:
    if kind == "text/plain":
        lines = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return [line.strip() for line in lines if line.strip()]
    try:
        return msgspec.json.decode(data, type=list[str])
    except msgspec.DecodeError as error:
        raise ClientException(f"Send a JSON list of texts: {error}") from None


@get("/v1/history/{address:path}", **needs("read", History, 404))
async def history(service: Service, given: str) -> dict[str, Any]:
    """The notices about an address, and the changes of its state."""
    return await service.ask(_history, service.store, given)


def _history(store: Store, given: str) -> dict[str, Any]:
    happened = store.history(given)
    shown = happened[-HAPPENINGS:]
    return {
        "decision": store.check(given).to_dict(),
        "history": [one.to_dict() for one in shown],
        "left_out": len(happened) - len(shown),
    }


@get("/v1/stats", **needs("read", None, 404))
async def stats(
    service: Service,
    by: Counted = None,
    since: Time = None,
    until: Time = None,
    where: Chosen = None,
    limit: Annotated[int, Parameter(ge=1, le=LONGEST_TABLE)] = 10,
) -> list[Count]:
    """Counts of messages, failures, addresses and alerts."""
    now = datetime.now(UTC)
    try:
        chosen = Where.parse(where or ())
        names = [counts_by(name, chosen) for name in by or (CROSSED if where else BY)]
        start = None if since is None else read_moment(since, now)
        end = None if until is None else read_moment(until, now, end=True)
    except ValueError as error:
        raise problem("unknown-value", str(error)) from None
    asked = {"since": start, "until": end, "where": chosen, "limit": limit, "now": now}
    return await service.ask(_stats, service.store, names, asked)


def _stats(store: Store, names: Sequence[str], asked: dict[str, Any]) -> list[Count]:
    return [count for name in names for count in store.stats(name, **asked)]


def given_address(request: Request[Any, Any, Any]) -> str:
    """The address in the path, as it was sent: a path's own rules would join `//` and part at `%2F`."""
    raw: bytes = request.scope["raw_path"]
    return unquote(raw.decode("latin-1").split("/", 3)[3], errors="replace")


handlers = (check, check_many, history, stats)
