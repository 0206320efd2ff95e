"""A linear reader for the fields of a status part (message/delivery-status and its relatives).

Facts:

* RFC 3464 section 2.1: groups of fields parted by blank lines; the first is about the message, each other
  about one recipient. Fields fold like header fields.
* The world: Gmail continues a Diagnostic-Code in column one; Dovecot, and a gateway or two, leave the blank
  line out; Exchange puts several; some put one between the fields of one recipient.
* So: a line that is no known field continues the one before it; what a field is about is told by its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final


class Field:
    """One field: name in lower case, value unfolded, line counted from 1."""

    __slots__ = (
        "line",
        "name",
        "value",
    )

    def __init__(
        self,
        name: str,
        value: str,
        line: int,
    ) -> None:
        self.name = name
        self.value = value
        self.line = line


PER_MESSAGE: Final = frozenset(
    [
        "original-envelope-id",
        "reporting-mta",
        "dsn-gateway",
        "received-from-mta",
        "arrival-date",
        "x-postfix-queue-id",
        "x-postfix-sender",
        "x-original-message-id",
        "x-supplementary-info-message",
    ]
)
PER_RECIPIENT: Final = frozenset(
    [
        "original-recipient",
        "final-recipient",
        "action",
        "status",
        "remote-mta",
        "diagnostic-code",
        "last-attempt-date",
        "final-log-id",
        "will-retry-until",
        "x-actual-recipient",
        "x-display-name",
        "x-supplementary-info",
    ]
)
_KNOWN: Final = PER_MESSAGE | PER_RECIPIENT
#: The same by their usual spellings; nearly all lines begin with one of these.
_SPELLED: Final = {
    spelled: name
    for name in _KNOWN
    for spelled in (
        name,
        name.title(),
        name.title().replace("Mta", "MTA").replace("Dsn", "DSN").replace("-Id", "-ID"),
    )
}
_LONGEST_NAME: Final = 60
#: Characters of one value that are kept; diagnostics are cut much sooner (`Limits.diagnostic_chars`).
_LONGEST_VALUE: Final = 64 * 1024
#: Characters of text that are split into lines at a time.
_CHUNK: Final = 64 * 1024


def read_groups(text: str) -> Iterator[list[Field]]:
    """The groups of fields in the decoded text of a status part, in their order, empty ones left out.

    Of a field that no standard knows, a group has only the first.
    """
    group: list[Field] = []
    unknown: set[str] = set()
    field: Field | None = None
    more: list[str] = []
    size = 0
    for number, line in enumerate(_lines(text), 1):
        head, colon, rest = line.partition(":")
        name = _SPELLED.get(head) if colon else None
        if name is None:
            blank = not line or line.isspace()
            name = "" if blank or line[0] in " \t" else _name(line, field.name if field is not None else "")
            if not name and not blank:  # goes on with the field before
                if field is not None and size < _LONGEST_VALUE:
                    more.append(line.strip())
                    size += len(line)
                continue
        if more and field is not None:
            field.value = " ".join([field.value, *more]).lstrip()
            more = []
        if not name:
            field = None
            if group:
                yield group
                group, unknown = [], set()
            continue
        value = rest.strip()
        size = len(value)
        field = Field(name, value, number)
        if name in _KNOWN:
            group.append(field)
        elif name not in unknown:
            unknown.add(name)
            group.append(field)
    if field is not None:
        if more:
            field.value = " ".join([field.value, *more]).lstrip()
        if not group or group[-1] is not field:  # an unknown one once more: of the last recipient, perhaps
            group.append(field)
    if group:
        yield group


def _lines(text: str) -> Iterable[str]:
    """The lines of `text`, without keeping all of a long one."""
    return text.split("\n") if len(text) <= _CHUNK else _lines_of_chunks(text)


def _lines_of_chunks(text: str) -> Iterator[str]:
    start = 0
    while start >= 0:
        end = text.find("\n", start + _CHUNK)
        yield from (text[start:end] if end >= 0 else text[start:]).split("\n")
        start = end + 1 if end >= 0 else -1


def _name(line: str, before: str) -> str:
    """The field name that `line` starts with, in lower case; "" when it continues the field `before`."""
    name, colon, rest = line.partition(":")
    if not colon or len(name) > _LONGEST_NAME:
        return ""
    name = name.rstrip().lower()
    if name in _KNOWN:
        return name
    if not name or not name[0].isalpha() or not name.replace("-", "a").isalnum() or not name.isascii():
        return ""
    if rest and rest[0] not in " \t":
        # "https://…" and "host:25" continue; "X-Field:value" is a field.
        return name if name.startswith("x-") else ""
    if before == "diagnostic-code" and not name.startswith("x-"):
        return ""
    return name


def recipient_groups(groups: Iterable[list[Field]]) -> tuple[dict[str, Field], list[dict[str, Field]]]:
    """Sorts fields into those about the message and, in order, those about each recipient.

    The first value of a field counts; a second Final-Recipient, or the Original-Recipient before it, starts
    the next recipient even without a blank line.
    """
    message: dict[str, Field] = {}
    recipients: list[dict[str, Field]] = []
    for group in groups:
        at_hand: dict[str, Field] | None = None
        for index, field in enumerate(group):
            name = field.name
            if name in PER_MESSAGE or (at_hand is None and name not in PER_RECIPIENT):
                message.setdefault(name, field)
                continue
            if at_hand is None:
                at_hand = _continued(recipients, group) or {}
                if not recipients or at_hand is not recipients[-1]:
                    recipients.append(at_hand)
            elif "final-recipient" in at_hand and _starts_recipient(name, at_hand, group, index):
                at_hand = {}
                recipients.append(at_hand)
            at_hand.setdefault(name, field)
    return message, recipients


def _starts_recipient(name: str, at_hand: dict[str, Field], group: list[Field], index: int) -> bool:
    if name == "original-recipient":
        return name in at_hand or [field.name for field in group[index + 1 : index + 2]] == [
            "final-recipient"
        ]
    return name == "final-recipient"


def _continued(recipients: list[dict[str, Field]], group: list[Field]) -> dict[str, Field] | None:
    """The recipient before, when `group` only goes on with its fields after a stray blank line."""
    if not recipients:
        return None
    names = {field.name for field in group}
    before = recipients[-1]
    if "final-recipient" in names or ("original-recipient" in names and "final-recipient" in before):
        return None
    repeats = names & before.keys() - {"x-display-name"}
    return before if not repeats or "final-recipient" not in before else None


def first_fields(text: str) -> dict[str, Field]:
    """The fields of a part that is about one thing (a feedback report, a receipt): first values by name."""
    fields: dict[str, Field] = {}
    for group in read_groups(text):
        for field in group:
            fields.setdefault(field.name, field)
    return fields
