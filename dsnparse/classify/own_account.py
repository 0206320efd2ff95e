"""Whether a reply answers the login of the sender: never about a recipient."""

from __future__ import annotations

from typing import Final

#: RFC 4954 section 6: authentication required, mechanism too weak, credentials invalid, encryption required.
_REPLIES: Final = frozenset({530, 534, 535, 538})
#: Their enhanced codes, without the class.
_STATUSES: Final = frozenset({"7.8", "7.9"})


def is_own_account(status: str | None, reply_code: int | None, command: str) -> bool:
    """Whether the codes or the command are those of a login (AUTH)."""
    if command == "AUTH" or reply_code in _REPLIES:
        return True
    return status is not None and status[2:] in _STATUSES
