"""What a reader makes of a notice: its kind, why, in which format, and who failed."""

from __future__ import annotations

from collections.abc import Mapping

from dsnparse.model import Evidence
from dsnparse.read.recipient import Recipient
from dsnparse.vocabulary import Action, Kind
from dsnparse.wire.fields import Field


class Reading:
    """What was read. A reader gives one, or None when the notice is not for it to read."""

    __slots__ = (
        "disposition",
        "evidence",
        "feedback_type",
        "fields",
        "format",
        "is_second_hand",
        "kind",
        "original",
        "recipients",
    )

    def __init__(
        self,
        kind: Kind,
        evidence: list[Evidence],
        form: str | None = None,
        recipients: list[Recipient] | None = None,
        fields: dict[str, Field] | None = None,
    ) -> None:
        self.kind = kind
        #: Why it is of this kind.
        self.evidence = evidence
        #: `Report.format`; None for what is no notice.
        self.format = form
        self.recipients: list[Recipient] = recipients if recipients is not None else []
        #: Fields about the message as a whole, by name in lower case.
        self.fields: dict[str, Field] = fields if fields is not None else {}
        self.feedback_type: str | None = None
        self.disposition: str | None = None
        #: The header of the message that it is about, where the reader found it itself.
        self.original: Mapping[str, str] | None = None
        #: Read from a notice inside the notice: its word counts for less.
        self.is_second_hand = False


def kind_of(recipients: list[Recipient]) -> Kind:
    """The kind of a notice about delivery, by what was done for its recipients: the worst of it counts."""
    actions = {recipient.action for recipient in recipients}
    if Action.FAILED in actions:
        return Kind.BOUNCE
    return Kind.DELAY if Action.DELAYED in actions else Kind.DELIVERY
