"""The suppression list: shown in parts, added to, lifted."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import HttpMethod, Request, Response, delete, get, put, route
from litestar.params import Parameter

from dsnparse.mailboxes.tally import Tally
from dsnparse.store.lists.entry import STATES, Suppression
from dsnparse.store.policy.policy import SUPPRESSION_REASONS
from dsnparse.store.queries.answer import Decision
from dsnparse.web.access import OPEN, Caller
from dsnparse.web.describe import WITH_BODY, needs
from dsnparse.web.problems import problem
from dsnparse.web.service import Service

#: Entries in one part.
PART = 100
LONGEST_PART = 1_000
_TEXT = 500
#: A change that hooks may wait for.
_BY_HAND = Tally(events=Counter(["address.suppressed"]))


class ToSuppress(msgspec.Struct, forbid_unknown_fields=True):
    """Why and how long an address is not to be mailed."""

    reason: Annotated[str, Parameter(schema_extra={"enum": [*SUPPRESSION_REASONS]})] = "manual"
    #: ISO 8601; None: as the policy says for the reason.
    until: datetime | None = None
    note: Annotated[str, msgspec.Meta(max_length=_TEXT)] = ""


class Changed(msgspec.Struct):
    """What became of a change, and how the address stands now."""

    changed: bool
    decision: Decision


class ListPage(msgspec.Struct):
    """A part of the suppression list."""

    suppressions: list[Suppression]
    #: `after` of the next part; None at the end.
    next: str | None


@get("/v1/suppressions", **needs("read", ListPage, 404))
async def suppressions(
    service: Service,
    after: Annotated[
        str | None, Parameter(pattern=r"^[0-9]{1,18}$", description="`next` of the part before.")
    ] = None,
    limit: Annotated[int, Parameter(ge=1, le=LONGEST_PART)] = PART,
    states: Annotated[
        list[Literal["suppressed", "paused", "review"]] | None, Parameter(query="state")
    ] = None,
    reason: list[str] | None = None,
    source: list[str] | None = None,
    domain: Annotated[str | None, Parameter(max_length=_TEXT)] = None,
) -> dict[str, Any]:
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
    return {
        "suppressions": [one.to_dict() for one in found],
        "next": None if following is None else str(following),
    }


class Found(msgspec.Struct):
    """Addresses that contain a text."""

    addresses: list[Suppression]
    #: Whether there are more than were asked for.
    more: bool


@get("/v1/addresses", **needs("read", Found, 404))
async def addresses(
    service: Service,
    contains: Annotated[str, Parameter(min_length=1, max_length=_TEXT, description="A part of them.")],
    limit: Annotated[int, Parameter(ge=1, le=LONGEST_PART)] = PART,
) -> dict[str, Any]:
    """The addresses, in any state, that contain a text: for who knows a part of one."""
    try:
        found = await service.ask(service.store.search, contains, limit=limit + 1)
    except ValueError as error:
        raise problem("unknown-value", str(error)) from None
    return {"addresses": [one.to_dict() for one in found[:limit]], "more": len(found) > limit}


@route(
    "/v1/suppressions/{address:path}",
    http_method=[HttpMethod.OPTIONS],
    status_code=204,
    include_in_schema=False,
    sync_to_thread=False,
    opt={"scope": OPEN},
)
def methods() -> Response[None]:
    """What an entry can be asked for. Litestar's own answer names one method of two."""
    return Response(None, headers={"Allow": "DELETE, OPTIONS, PUT"})


@put("/v1/suppressions/{address:path}", **needs("write", Changed, 404, *WITH_BODY))
async def suppress(
    request: Request[Any, Any, Any], service: Service, given: str, data: ToSuppress | None = None
) -> dict[str, Any]:
    """Put an address, or a whole domain, on the list."""
    service.store  # noqa: B018  (says so when there is none)
    wanted = data or ToSuppress()
    if wanted.reason not in SUPPRESSION_REASONS:
        raise problem("unknown-value", f"The reason is one of {', '.join(SUPPRESSION_REASONS)}.")
    until = wanted.until
    if until is not None and (until := until.replace(tzinfo=until.tzinfo or UTC)) <= datetime.now(UTC):
        raise problem("unknown-value", "The end must be a time to come.")
    by = service.name_of(request.user)
    entry = Suppression(given, wanted.reason, until=until, by=by, note=wanted.note)
    return await service.change(_suppress, service, request.user, entry)


@delete("/v1/suppressions/{address:path}", status_code=200, **needs("write", Changed, 404))
async def lift(request: Request[Any, Any, Any], service: Service, given: str) -> dict[str, Any]:
    """Forget what is held against an address, or a whole domain."""
    service.store  # noqa: B018  (says so when there is none)
    return await service.change(_lift, service, request.user, given)


def _suppress(service: Service, caller: Caller, entry: Suppression) -> dict[str, Any]:
    changed = bool(service.store.suppress([entry]).changed)
    service.note(
        caller,
        "suppress",
        address=entry.address,
        reason=entry.reason,
        until=entry.until and entry.until.isoformat(),
        note=entry.note,
        changed=changed,
    )
    return _changed(service, entry.address, changed=changed)


def _lift(service: Service, caller: Caller, given: str) -> dict[str, Any]:
    changed = bool(service.store.lift([given], by=service.name_of(caller)))
    service.note(caller, "lift", address=given, changed=changed)
    return _changed(service, given, changed=changed)


def _changed(service: Service, given: str, *, changed: bool) -> dict[str, Any]:
    if changed:
        service.heard(_BY_HAND)
    return {"changed": changed, "decision": service.store.check(given).to_dict()}


#: `methods` comes first: else Litestar adds its own.
handlers = (suppressions, addresses, methods, suppress, lift)
