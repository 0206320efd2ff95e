"""The fields of status parts (RFC 3464, RFC 6533), and the same fields in a notice's text."""

from __future__ import annotations

from typing import Final, NamedTuple

from dsnparse.notice.body import Body
from dsnparse.notice.roles import Roles
from dsnparse.wire.fields import PER_MESSAGE, PER_RECIPIENT, Field, read_groups, recipient_groups
from dsnparse.wire.limits import Limits
from dsnparse.wire.text import body_text

#: The fields that may stand before Final-Recipient where such fields stand in a notice's text.
_START_FIELDS: Final = PER_MESSAGE | PER_RECIPIENT
#: The letters that Final-Recipient and Original-Recipient begin with.
_FIRST: Final = frozenset("FfOo")
#: Lines after Final-Recipient in which Action or Status must follow.
_NEAR: Final = 8


class StatusGroup:
    """The fields about one recipient, where they stand, and what they belong to."""

    __slots__ = ("fields", "offset", "part")

    def __init__(self, fields: dict[str, Field], part: str, offset: int) -> None:
        self.fields = fields
        self.part = part
        #: What the fields' lines are counted from.
        self.offset = offset


class StatusFields(NamedTuple):
    """All that status parts say: fields about the message, and a group for each recipient."""

    message: dict[str, Field]
    groups: list[StatusGroup]
    part: str


def fields_in_parts(roles: Roles, limits: Limits) -> StatusFields:
    """The fields of every status part."""
    found = StatusFields({}, [], roles.status[0].number or "1" if roles.status else "1")
    for part in roles.status:
        text = body_text(part, limits.status_bytes, "limit.status_bytes")
        _add(found, text, part.number or "1", 0)
    return found


def fields_in_text(body: Body) -> StatusFields:
    """The fields that stand in the notice's text (lost MIME structure, Amazon WorkMail)."""
    found = StatusFields({}, [], "1")
    lines = body.lines
    for index, line in enumerate(lines):
        if line[:1] in _FIRST and line[:16].lower() in ("final-recipient:", "original-recipie"):
            start = index
            while start > 0 and lines[start - 1].partition(":")[0].strip().lower() in _START_FIELDS:
                start -= 1
            if start == index and not _has_status_after(lines, index):
                continue
            part, first = body.place(start)
            _add(found, "\n".join(lines[start:]), part, first - 1)
            break
    return found


def _add(found: StatusFields, text: str, part: str, offset: int) -> None:
    message, recipients = recipient_groups(read_groups(text))
    for name, field in message.items():
        found.message.setdefault(name, field)
    found.groups.extend([StatusGroup(fields, part, offset) for fields in recipients])


def _has_status_after(lines: list[str], index: int) -> bool:
    return any(line[:7].lower() in ("action:", "status:") for line in lines[index + 1 : index + _NEAR])
