"""Whether a reply answers the login of the sender, or is about the way to it: never about a recipient."""

from __future__ import annotations

import re
from typing import Final

#: RFC 4954 section 6: authentication required, mechanism too weak, credentials invalid, encryption required.
_REPLIES: Final = frozenset({530, 534, 535, 538})
#: Their enhanced codes, without the class.
_STATUSES: Final = frozenset({"7.8", "7.9"})

#: The ports that senders submit to (RFC 8314 section 3.3), as run-time errors name them:
#: "port: smtp.example.com, 587", "smtp.example.com:465".
_PORTS: Final = ("465", "587")
_SUBMISSION: Final = re.compile(
    r"\bport[\s:=]{1,3}(?:[\w.-]{1,100},\s?)?(?:465|587)\b|(?:\.[\w-]{1,63}|\]):(?:465|587)(?!\w|:\w)"
)


def is_about_submission(shown: str) -> bool:
    """Whether a reply tells of a connection to the host that the sender submits to."""
    for port in _PORTS:
        if port in shown:
            return _SUBMISSION.search(shown) is not None
    return False


def is_own_account(status: str | None, reply_code: int | None, command: str) -> bool:
    """Whether the codes or the command are those of a login (AUTH)."""
    if command == "AUTH" or reply_code in _REPLIES:
        return True
    return status is not None and status[2:] in _STATUSES
