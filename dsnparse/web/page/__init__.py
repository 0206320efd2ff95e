"""The page at `/`: its files, the samples that it offers, and what it asks first.

Plain HTML, CSS and JavaScript, sent as they stand. Its Content-Security-Policy lets nothing in but these
files, and no markup be made from text; all that a message says becomes text nodes.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from litestar import Response, get

from dsnparse import __version__
from dsnparse.web.access import OPEN, needs
from dsnparse.web.problems import problem
from dsnparse.web.service import Service

HERE = Path(__file__).parent

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
#: Everything that is sent, by its name: no name becomes a path.
FILES = {
    "page.css": "text/css",
    "dom.js": "text/javascript",
    "message.js": "text/javascript",
    "verdict.js": "text/javascript",
    "addresses.js": "text/javascript",
    "page.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
#: Messages to try, and what each is; copies of files in samples/ of the source.
SAMPLES = {
    "postfix-five-recipients.eml": "Postfix: five recipients, three reasons",
    "outlook-blocked.eml": "Outlook.com: your address is blocked",
    "gmail-over-quota.eml": "Gmail: mailbox full",
    "qmail.eml": "qmail: words only, no report",
    "microsoft-365.eml": "Microsoft 365: no such recipient",
    "japanese-domino.eml": "Domino, in Japanese",
    "delayed.eml": "A delay, not a failure",
    "complaint.eml": "A complaint",
    "quoted-in-an-answer.eml": "A person who quotes a bounce",
}


@cache
def read(name: str) -> bytes:
    """One of the files of this folder."""
    return (HERE / name).read_bytes()


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
def about(service: Service) -> Response[dict[str, Any]]:
    """What the page shows: whether there is a database, and which samples."""
    return Response(
        {
            "version": __version__,
            "database": service.has_store,
            "most_bytes": service.settings.max_body,
            "samples": [{"name": name, "title": title} for name, title in SAMPLES.items()],
        },
        headers=HEADERS,
    )


handlers = (index, file, sample, about)
