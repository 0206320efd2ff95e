"""What goes into the store in one transaction (`Seen`) and what comes of it (`AddResult`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dsnparse.model import Report
from dsnparse.store.changes.change import Change
from dsnparse.store.changes.kept import Raw


@dataclass(frozen=True, slots=True)
class Seen:
    """One message that was read.

    `data_digest`: the message's identity, from `message_identity` or `event_identity` (bytes are written
    as hexadecimal). `source`: the mailbox it came from, for the reader of the history. `report`: what
    `parse_dsn` says. `received`: when the message was written or received (its Date, or the mailbox's own
    date), aware; None when that is unknown. It dates the failure when the report itself does not. `by_mail`:
    whether it came as mail, which anybody can send, and not from a mail service's own feed. `raw`: the
    message itself, where it is to be kept.
    """

    data_digest: bytes | str
    source: str
    report: Report
    received: datetime | None = None
    by_mail: bool = True
    raw: Raw | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.data_digest, (bytes, str)) or not self.data_digest:
            raise TypeError("data_digest must be bytes or text, and not empty: use message_identity(data)")
        if self.received is not None and self.received.tzinfo is None:
            raise ValueError("received must be an aware datetime (with a time zone)")

    @property
    def digest(self) -> str:
        """The identity as text."""
        return self.data_digest.hex() if isinstance(self.data_digest, bytes) else self.data_digest


@dataclass(frozen=True, slots=True)
class AddResult:
    """What became of one batch."""

    #: Messages that were new.
    added: int = 0
    #: Messages that the store had already, or that stood twice in the batch.
    duplicates: int = 0
    #: Records written.
    records: int = 0
    changes: tuple[Change, ...] = ()
    #: The identities of the messages that were new.
    new: tuple[str, ...] = ()
