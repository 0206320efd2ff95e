"""What came of messages, counted, and what is to be told of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, NamedTuple, Protocol

from dsnparse.mailboxes.eml import looks_like_message
from dsnparse.mailboxes.items import Mail, Problem
from dsnparse.model import Kind, Report
from dsnparse.wire.warning import INTERNAL_ERROR

if TYPE_CHECKING:
    from dsnparse.trust.envelope import Envelope
    from dsnparse.trust.settings import TrustSettings

_TOLD = ("problems", "notes", "taken", "apart")


class Changed(NamedTuple):
    """A change of an address's state, or an alert; see `dsnparse.store.Change`."""

    event: str
    address: str | None
    before: str
    after: str
    reason: str


class Taken(NamedTuple):
    """One message as it was taken in: what a log tells of it. The ids are a stranger's text."""

    #: The identity of its content.
    identity: str
    #: The mailbox, and the message's name there.
    source: str
    name: str
    kind: str
    #: Whether a person need not look at it, and whether the store had it before.
    understood: bool
    known: bool = False
    #: How many records it has, and their reasons.
    records: int = 0
    reasons: tuple[str, ...] = ()
    message_id: str = ""
    queue_id: str = ""
    #: What it changed.
    changes: tuple[Changed, ...] = ()


class MessageParser(Protocol):
    """A `Parser`, or something that reads messages as one does."""

    trust: TrustSettings | None

    def parse(self, message: bytes, *, envelope: Envelope | None = None) -> Report:
        """The report on a message."""
        ...


@dataclass(slots=True)
class Tally:
    """What came of one batch of messages, or of several."""

    #: Messages that were read (and stored, where they are to be), by their kind.
    kinds: Counter[str] = field(default_factory=Counter)
    records: int = 0
    #: Messages whose report has warnings.
    warned: int = 0
    #: Messages that a person should look at.
    unknown: int = 0
    #: What could not be read, stored or marked; told at once, and counted in `failed`.
    problems: list[Problem] = field(default_factory=list)
    failed: int = 0
    #: The same for messages that were not read to the end.
    notes: list[Problem] = field(default_factory=list)
    passed_over: int = 0
    #: Bytes of input.
    weight: int = 0
    #: Messages that the store did not have, those it had, and those it could not take.
    added: int = 0
    duplicates: int = 0
    refused: int = 0
    #: Changes of state by their event ("address.suppressed", …).
    events: Counter[str] = field(default_factory=Counter)
    #: How many addresses more (or fewer) are in each state.
    states: Counter[str] = field(default_factory=Counter)
    #: What was taken in, message by message, and changes that no single message made; told at once.
    taken: list[Taken] = field(default_factory=list)
    apart: list[Changed] = field(default_factory=list)

    @property
    def messages(self) -> int:
        """How many messages were read."""
        return self.kinds.total()

    def add(self, other: Tally) -> None:
        """Add the counts of `other`; what it has to tell is told at once and not kept."""
        for name in (one.name for one in fields(self) if one.name not in _TOLD):
            mine, more = getattr(self, name), getattr(other, name)
            if isinstance(mine, Counter):
                mine.update(more)  # "+" would drop what is below zero
            else:
                setattr(self, name, mine + more)
        self.failed += len(other.problems)

    def parse(self, mail: Mail, parser: MessageParser) -> Report | None:
        """The report on a message; None when dsnparse made a mistake with it, which is a problem to tell.

        Such a message is kept where it is or where a person looks, and not stored: a later version reads it.
        """
        self.weight += mail.weight
        found = parse_mail(mail, parser)
        if isinstance(found, Problem):
            self.problems.append(found)
            return None
        return found

    def is_stray(self, mail: Mail, report: Report) -> bool:
        """See the function; then that is a problem to tell."""
        if not is_stray(mail, report):
            return False
        self.problems.append(Problem(mail.name, STRAY))
        return True

    def note_size(self, mail: Mail) -> None:
        """Have it told that a message was not read to its end, if so."""
        note = cut_short(mail)
        if note is not None:
            self.notes.append(note)


def parse_mail(mail: Mail, parser: MessageParser) -> Report | Problem:
    """The report on a message; the problem to tell when dsnparse made a mistake with it."""
    try:
        envelope = _envelope(mail, parser)
        report = parser.parse(mail.data, envelope=envelope) if envelope else parser.parse(mail.data)
    except Exception as error:  # noqa: BLE001  (of a parser that is not ours)
        reason = f"made the parser fail, please report it ({type(error).__name__}: {error})"
        return Problem(mail.name, reason)
    for warning in report.warnings:
        if warning.code == INTERNAL_ERROR:
            return Problem(mail.name, warning.text.removeprefix("The message ").rstrip("."))
    return report


#: What is told of such a file.
STRAY = "is not a mail message"


def is_stray(mail: Mail, report: Report) -> bool:
    """Whether it is no message at all, but a file that lay among them."""
    return report.kind is Kind.OTHER and not report.records and not looks_like_message(mail.data)


def cut_short(mail: Mail) -> Problem | None:
    """What is to be told of a message that was not read to its end."""
    if not mail.truncated:
        return None
    return Problem(mail.name, f"only the first {len(mail.data):,} of {mail.size:,} bytes were read")


def _envelope(mail: Mail, parser: MessageParser) -> Envelope | None:
    """The envelope of a message; where no mail server handed it over, when its mailbox says that it came."""
    if mail.envelope is None and mail.arrived is not None and parser.trust is not None:
        from dsnparse.trust.envelope import Envelope

        return Envelope(arrived=mail.arrived)
    return mail.envelope
