"""What the database says of addresses: check, suppressions, history; and its statistics."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any, Literal
from urllib.parse import unquote

import msgspec
from litestar import Request, delete, get, post, put
from litestar.exceptions import ClientException
from litestar.params import Parameter
from litestar.response import Stream

from dsnparse.mailboxes.tally import Tally
from dsnparse.render.cells import to_json
from dsnparse.store.lists.entry import Suppression
from dsnparse.store.lists.import_formats import read_time
from dsnparse.store.lists.suppressions import STATES
from dsnparse.store.policy.durations import parse_duration
from dsnparse.store.policy.policy import SUPPRESSION_REASONS
from dsnparse.store.queries.check import AT_ONCE
from dsnparse.store.queries.stats import BY, Count
from dsnparse.store.store import Store
from dsnparse.web.access import needs
from dsnparse.web.bodies import content_type, read_body
from dsnparse.web.messages import JSON_LINES
from dsnparse.web.problems import as_problem, document, problem
from dsnparse.web.service import Service

#: Entries of a page of the list, and lines of a table.
PAGE = 100
LONGEST_PAGE = 1_000
#: Happenings in one history; the latest are shown.
HAPPENINGS = 1_000
_TEXT = 500

#: A change that hooks may wait for.
_BY_HAND = Tally(events=Counter(["address.changed"]))

_Text = Annotated[str, Parameter(max_length=_TEXT)]
_Limit = Annotated[int, Parameter(ge=1, le=LONGEST_PAGE)]


class ToSuppress(msgspec.Struct, forbid_unknown_fields=True):
    """Why and how long an address is not to be mailed."""

    reason: str = "manual"
    #: ISO 8601; None: as the policy says for the reason.
    until: datetime | None = None
    note: Annotated[str, msgspec.Meta(max_length=_TEXT)] = ""


class Changed(msgspec.Struct):
    """What became of a change, and how the address stands now."""

    changed: bool
    decision: dict[str, Any]


class ListPage(msgspec.Struct):
    """A part of the suppression list."""

    suppressions: list[dict[str, Any]]
    #: `after` of the next part; None at the end.
    next: str | None


class History(msgspec.Struct):
    """What happened to an address."""

    decision: dict[str, Any]
    #: Oldest first.
    history: list[dict[str, Any]]
    #: Older happenings that are not shown.
    left_out: int


@get("/v1/check/{address:path}", **needs("read"))
async def check(service: Service, given: str) -> dict[str, Any]:
    """Say whether an address may be mailed."""
    decision = await service.ask(service.store.check, given)
    return decision.to_dict()


@post("/v1/check", status_code=200, **needs("read"))
async def check_many(request: Request[Any, Any, Any], service: Service) -> Stream:
    """Say it of many: a JSON list, or text with one address a line. The answer is JSON Lines, in order."""
    store = service.store
    kind, _ = content_type(request, "application/json", "text/plain")
    data = await read_body(request, service)
    return Stream(_decisions(service, store, _addresses(data, kind)), media_type=JSON_LINES)


async def _decisions(service: Service, store: Store, wanted: Sequence[str]) -> AsyncIterator[bytes]:
    each = iter(wanted)
    while some := list(islice(each, AT_ONCE)):
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
        raise ClientException(f"Send a JSON list of texts: {error}.") from None


@get("/v1/suppressions", **needs("read"))
async def suppressions(
    service: Service,
    after: Annotated[
        str | None, Parameter(pattern=r"^[0-9]{1,18}$", description="`next` of the part before.")
    ] = None,
    limit: _Limit = PAGE,
    states: Annotated[
        list[Literal["suppressed", "paused", "review"]] | None, Parameter(query="state")
    ] = None,
    reason: list[_Text] | None = None,
    source: list[_Text] | None = None,
    domain: _Text | None = None,
) -> ListPage:
    """A part of the suppression list, in the order in which the addresses were first heard of."""
    found, following = await service.ask(
        service.store.suppressions_page,
        after=int(after or 0),
        limit=limit,
        states=states or STATES[:1],
        reasons=reason or (),
        sources=source or (),
        domain=domain,
    )
    return ListPage([one.to_dict() for one in found], None if following is None else str(following))


@put("/v1/suppressions/{address:path}", **needs("write"))
async def suppress(
    request: Request[Any, Any, Any],
    service: Service,
    given: str,
    data: ToSuppress | None = None,
) -> Changed:
    """Put an address, or a whole domain, on the list."""
    wanted, store = data or ToSuppress(), service.store
    if wanted.reason not in SUPPRESSION_REASONS:
        raise problem("unknown-value", f"The reason is one of {', '.join(SUPPRESSION_REASONS)}.")
    until = wanted.until
    if until is not None and (until := until.replace(tzinfo=until.tzinfo or UTC)) <= datetime.now(UTC):
        raise problem("unknown-value", "The end must be a time to come.")
    entry = Suppression(given, wanted.reason, until=until, by=service.name_of(request.user), note=wanted.note)
    listed = await service.writing.run(store.suppress, [entry])
    service.note(
        request.user,
        "suppress",
        address=given,
        reason=entry.reason,
        until=until and until.isoformat(),
        note=entry.note,
        changed=bool(listed.changed),
    )
    return await _changed(service, store, given, changed=bool(listed.changed))


@delete("/v1/suppressions/{address:path}", status_code=200, **needs("write"))
async def lift(request: Request[Any, Any, Any], service: Service, given: str) -> Changed:
    """Forget what is held against an address, or a whole domain."""
    store = service.store
    lifted = await service.writing.run(store.lift, [given], by=service.name_of(request.user))
    service.note(request.user, "lift", address=given, changed=bool(lifted))
    return await _changed(service, store, given, changed=bool(lifted))


async def _changed(service: Service, store: Store, given: str, *, changed: bool) -> Changed:
    if changed:
        service.heard(_BY_HAND)
    decision = await service.ask(store.check, given)
    return Changed(changed, decision.to_dict())


@get("/v1/history/{address:path}", **needs("read"))
async def history(service: Service, given: str) -> History:
    """The notices about an address, and the changes of its state."""
    return await service.ask(_history, service.store, given)


def _history(store: Store, given: str) -> History:
    happened = store.history(given)
    shown = happened[-HAPPENINGS:]
    return History(store.check(given).to_dict(), [one.to_dict() for one in shown], len(happened) - len(shown))


@get("/v1/stats", **needs("read"))
async def stats(
    service: Service,
    by: list[Literal["reason", "type", "provider", "domain", "day", "kind", "authenticity", "state", "alert"]]
    | None = None,
    since: Annotated[str | None, Parameter(max_length=40, description="A date, or a span as in 30d.")] = None,
    limit: _Limit = 10,
) -> list[Count]:
    """Counts of messages, failures, addresses and alerts."""
    now = datetime.now(UTC)
    return await service.ask(_stats, service.store, by or BY, _since(since, now), limit, now)


def _stats(store: Store, by: Sequence[str], since: datetime | None, limit: int, now: datetime) -> list[Count]:
    return [count for name in by for count in store.stats(name, since=since, limit=limit, now=now)]


def _since(text: str | None, now: datetime) -> datetime | None:
    if text is None:
        return None
    try:
        return now - parse_duration(text)
    except (ValueError, OverflowError):
        pass
    try:
        return read_time(text)
    except ValueError:
        raise problem("unknown-value", f"since={text} is neither a span as in 30d nor a date.") from None


def given_address(request: Request[Any, Any, Any]) -> str:
    """The address in the path, as it was sent: a path's own rules would join `//` and part at `%2F`."""
    raw: bytes = request.scope["raw_path"]
    return unquote(raw.decode("latin-1").split("/", 3)[3], errors="replace")


handlers = (check, check_many, suppressions, suppress, lift, history, stats)
