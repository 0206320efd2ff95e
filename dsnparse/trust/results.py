"""Authentication-Results (RFC 8601): which domains a trusted server says have signed a message (DKIM).

    Authentication-Results: mx.example.org; dkim=pass header.d=example.com; spf=pass smtp.helo=…

Comments and quoted text may hold what a stranger wrote; both go first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_QUOTED = re.compile(r'"[^"]{0,400}"')
_COMMENT = re.compile(r"\([^()]{0,400}\)")
#: Comments within one another that are taken off.
_NESTED = 3
_PASSED = re.compile(r"\s{0,9}dkim\s{0,9}=\s{0,9}pass\b", re.IGNORECASE)
_DOMAIN = re.compile(r"\bheader\.d\s{0,9}=\s{0,9}([A-Za-z0-9.-]{1,253})", re.IGNORECASE)
_MOST_RESULTS = 30


def signed_by(results: Iterable[str], authserv_id: str) -> list[str]:
    """The domains, in lower case, whose signatures were good as the server `authserv_id` says."""
    found: list[str] = []
    for value in results:
        server, *statements = _plain(value).split(";")[:_MOST_RESULTS]
        words = server.split()
        if not words or words[0].lower() != authserv_id.lower():
            continue
        for statement in statements:
            domain = _DOMAIN.search(statement) if _PASSED.match(statement) else None
            if domain is not None:
                found.append(domain[1].lower())
    return found


def _plain(value: str) -> str:
    value = _QUOTED.sub("", value)
    for _ in range(_NESTED):
        value = _COMMENT.sub("", value)
    return "" if "(" in value or '"' in value else value
