"""The report: as a page, or as its figures."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Literal

from litestar import Response, get
from litestar.openapi.spec import OpenAPIType, Schema
from litestar.params import Parameter

from dsnparse.render.cells import to_json
from dsnparse.report import html, make, read_period
from dsnparse.report.page import content_security_policy
from dsnparse.store.queries.where import Where
from dsnparse.store.store import Store
from dsnparse.web.addresses import Chosen, Time
from dsnparse.web.describe import TEXT, needs
from dsnparse.web.problems import problem
from dsnparse.web.service import Service

#: Bytes of the records behind the figures; those that find no room are counted.
RECORDS = 8 * 1024 * 1024


@get(
    "/v1/report",
    **needs(
        "read", None, 404, gives={"text/html": TEXT, "application/json": Schema(type=OpenAPIType.OBJECT)}
    ),
)
async def report(
    service: Service,
    since: Time = None,
    until: Time = None,
    compare: Annotated[
        str | None, Parameter(max_length=80, description="A span, START..END, or none.")
    ] = None,
    where: Chosen = None,
    mask: Annotated[bool, Parameter(description="Show no mailbox.")] = False,
    format: Literal["html", "json"] = "html",  # noqa: A002  (so it is called in the query)
) -> Response[bytes]:
    """What changed against the period before, what to do about it, and what stands behind it."""
    store = service.store
    async with asyncio.timeout(service.settings.timeout):
        text, headers = await service.reporting.run(
            _make, store, (since, until, compare), where or [], mask, format
        )
    return Response(text, media_type="text/html" if format == "html" else "application/json", headers=headers)


def _make(
    store: Store,
    span: tuple[str | None, str | None, str | None],
    where: list[str],
    mask: bool,
    form: str,
) -> tuple[bytes, dict[str, str]]:
    try:
        period = read_period(*span, now=datetime.now(UTC))
        chosen = Where.parse(where)
    except ValueError as error:
        raise problem("unknown-value", str(error)) from None
    figures = make(store, period, where=chosen, masked=mask)
    if form == "json":
        return to_json(figures.to_dict()).encode() + b"\n", {}
    page = html(figures, limit=RECORDS)
    policy = f"{content_security_policy(page)}; frame-ancestors 'none'"
    return page.encode(), {"Content-Security-Policy": policy}


handlers = (report,)
