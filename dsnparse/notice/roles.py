"""Which part of a message does what: words, the machine's report, what is returned.

RFC 6522: a report has words for people, then a part for machines, then the returned message or its header.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from dsnparse.wire.mime import Part

STATUS_TYPES: Final = frozenset(
    [
        "message/delivery-status",
        "message/global-delivery-status",
        "message/xdelivery-status",
        "message/x-delivery-status",
        "message/tracking-status",  # RFC 3886, the same fields
    ]
)
RETURNED_TYPES: Final = frozenset(
    [
        "message/rfc822",
        "message/global",
        "text/rfc822-headers",
        "text/rfc822-header",
        "text/rfc822",
        "message/rfc822-headers",
        "message/global-headers",
        "message/partial",
    ]
)
_RECEIPT_TYPES: Final = frozenset(
    ["message/disposition-notification", "message/global-disposition-notification"]
)
_FEEDBACK_TYPES: Final = frozenset(["message/feedback-report"])
#: Text parts that are read; real notices have one to three (languages, a disclaimer, a footer).
_MAX_TEXT_PARTS: Final = 8


@dataclass(slots=True)
class Roles:
    """The parts of a message by what they are for; the parts of a returned message have no role."""

    status: list[Part] = field(default_factory=list)
    texts: list[Part] = field(default_factory=list)
    html: list[Part] = field(default_factory=list)
    returned: Part | None = None
    feedback: Part | None = None
    receipt: Part | None = None
    #: A report in JSON (XARF).
    report_json: Part | None = None


def roles_of(root: Part) -> Roles:
    """Gives each part of the message `root` its role."""
    roles = Roles()
    waiting = [root]
    while waiting:
        part = waiting.pop()
        kind = part.type
        if kind.startswith("multipart/") and part.parts():
            waiting.extend(reversed(part.parts()))
        elif kind in STATUS_TYPES:
            if roles.returned is None:  # behind it: the sender of that message guessed the boundary
                roles.status.append(part)
        elif kind in RETURNED_TYPES and part is not root:
            roles.returned = roles.returned or part
        elif kind in _FEEDBACK_TYPES:
            if roles.returned is None:
                roles.feedback = roles.feedback or part
        elif kind in _RECEIPT_TYPES:
            if roles.returned is None:
                roles.receipt = roles.receipt or part
        elif kind == "application/json":
            if roles.returned is None:
                roles.report_json = roles.report_json or part
        elif kind.startswith(("text/", "multipart/")) or part is root or kind == "message/":
            _take_text(roles, part)
    return roles


def _take_text(roles: Roles, part: Part) -> None:
    if roles.returned is not None or (roles.texts and (roles.status or _is_attached(part))):
        return  # RFC 6522: words, then the machine's part, then what is returned
    pile = roles.html if part.type == "text/html" else roles.texts
    if len(pile) < _MAX_TEXT_PARTS:
        pile.append(part)


def _is_attached(part: Part) -> bool:
    """Whether a text part is an attachment: of the returned message, for all that anybody knows."""
    return part.first.get("content-disposition", "").lower().startswith("attachment")
