"""A small document from an https address: a certificate, the answer to a confirmation."""

from __future__ import annotations

from collections.abc import Callable
from http.client import HTTPException
from typing import Any
from urllib.request import HTTPRedirectHandler, Request, build_opener

#: Seconds for each step, and bytes of what is fetched: a certificate with its chain has some 6 KB.
TIMEOUT = 10
BYTES = 64 * 1024

#: An address in, its content out. Raises OSError when it cannot be had.
Fetch = Callable[[str], bytes]


def fetch_https(url: str) -> bytes:
    """What stands at an https address; redirects are not followed. Raise OSError."""
    if not url.startswith("https://"):
        raise OSError(f"not an https address: {url[:100]}")
    try:
        asked = Request(url, headers={"user-agent": "dsnparse"})  # noqa: S310  (https: see above)
        with build_opener(_NoRedirect).open(asked, timeout=TIMEOUT) as answer:
            data: bytes = answer.read(BYTES + 1)
    except (HTTPException, ValueError) as problem:
        raise OSError(str(problem)) from None
    if len(data) > BYTES:
        raise OSError(f"more than {BYTES} bytes")
    return data


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Do not follow it: it may lead anywhere."""
