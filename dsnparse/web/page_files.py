"""The handlers of the page at `/`: its files, the samples that it offers, and what it asks first.

Its Content-Security-Policy lets nothing in but these files, and no markup be made from text.
"""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, get

from dsnparse import __version__
from dsnparse.web.access import OPEN
from dsnparse.web.describe import needs
from dsnparse.web.page import FILES, SAMPLES, read
from dsnparse.web.problems import problem
from dsnparse.web.service import Service

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-cache",
}


@get("/", **needs(OPEN), include_in_schema=False, sync_to_thread=False)
def index() -> Response[bytes]:
    """The page."""
    return Response(read("index.html"), media_type="text/html", headers=HEADERS)


@get("/page/{name:str}", **needs(OPEN), include_in_schema=False, sync_to_thread=False)
def file(name: str) -> Response[bytes]:
    """A file of the page."""
    if name not in FILES:
        raise problem("not-known", "The page has no such file.")
    return Response(read(name), media_type=FILES[name], headers=HEADERS)


@get("/page/samples/{name:str}", **needs(OPEN), include_in_schema=False, sync_to_thread=False)
def sample(name: str) -> Response[bytes]:
    """A message to try."""
    if name not in SAMPLES:
        raise problem("not-known", "There is no such sample.")
    return Response(read(f"samples/{name}"), media_type="application/octet-stream", headers=HEADERS)


@get("/page/about", **needs(OPEN), include_in_schema=False, sync_to_thread=False)
def about(request: Request[Any, Any, Any], service: Service) -> Response[dict[str, Any]]:
    """What the page shows: whether there is a database and a report, and which samples."""
    return Response(
        {
            "version": __version__,
            "database": service.has_store,
            "report": service.has_store and any(route.path == "/v1/report" for route in request.app.routes),
            "most_bytes": service.settings.max_body,
            "samples": [{"name": name, "title": title} for name, title in SAMPLES.items()],
        },
        headers=HEADERS,
    )


handlers = (index, file, sample, about)
