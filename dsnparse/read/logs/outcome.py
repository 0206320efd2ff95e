"""What became of one recipient of a message, as a log tells it, and the messages that are still under way."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from datetime import datetime

from dsnparse.vocabulary import Action, Reason

#: Messages under way that are remembered; of more, the ones that were heard of longest ago are forgotten.
MAX_OPEN = 200_000
#: Deferred recipients of one message that are remembered.
MAX_DEFERRED = 1_000


# Not frozen, since there are as many of them as lines, and a frozen one takes five times as long to make.
@dataclass(slots=True)
class Outcome:
    """What was done with one recipient in one attempt. Whoever hands it over does not keep it."""

    #: The address that was tried.
    recipient: str
    #: None for a complaint.
    action: Action | None
    #: The number of the line that says so, and its text.
    line: int
    text: str
    #: The address that was mailed, where an alias led from it to `recipient`.
    original_recipient: str | None = None
    status: str | None = None
    reply_code: int | None = None
    #: What the other server replied, or what this one says in its place.
    diagnostic: str | None = None
    #: "smtp" for a reply, else what says so ("x-postfix").
    diagnostic_type: str | None = None
    remote_mta: str | None = None
    smtp_command: str | None = None
    time: datetime | None = None
    sender: str | None = None
    #: With its angle brackets.
    message_id: str | None = None
    queue_id: str | None = None
    #: The host that wrote the log.
    host: str = ""
    #: Attempts that were put off before.
    deferrals: int = 0
    #: What the log's own class of the failure means, where it has no words of the other server.
    category: Reason | None = None
    #: What a complaint is called (RFC 5965 section 7.3): "abuse", …; None where nobody complained.
    feedback_type: str | None = None
    #: Whether the line can be read as naming another address: a quoted local part may hold anything.
    is_uncertain: bool = False
    #: Whether the log tells of a bounce message that came by mail, which anybody can send.
    by_mail: bool = False


@dataclass(slots=True)
class OpenMessage:
    """A message that is under way."""

    sender: str | None = None
    message_id: str | None = None
    #: The last real deferral of each recipient, by the addresses.
    deferred: dict[tuple[str, str | None], Outcome] = field(default_factory=dict)
    #: What was delivered while the message was still arriving, so before its sender is told.
    early: list[Outcome] = field(default_factory=list)

    @property
    def is_known(self) -> bool:
        """Whether its sender is known, and it is no notice, which has none."""
        return bool(self.sender)

    def put_off(self, outcome: Outcome, *, was_tried: bool = True) -> None:
        """Remembers a deferral. One without an attempt (`was_tried`) does not replace the last real one."""
        key = (outcome.recipient, outcome.original_recipient)
        before = self.deferred.get(key)
        if before is None:
            if len(self.deferred) < MAX_DEFERRED:
                outcome.deferrals = 1
                self.deferred[key] = outcome
        elif was_tried:
            outcome.deferrals = before.deferrals + 1
            self.deferred[key] = outcome

    def end(self, outcome: Outcome) -> Outcome:
        """The final outcome of a recipient, with what is known of the message."""
        before = self.deferred.pop((outcome.recipient, outcome.original_recipient), None)
        return self.told(outcome, before)

    def told(self, outcome: Outcome, before: Outcome | None) -> Outcome:
        """An outcome with what is known of the message, and how often it was put off `before`."""
        outcome.sender = self.sender
        outcome.message_id = self.message_id or outcome.message_id
        outcome.deferrals = before.deferrals if before else 0
        return outcome

    def give_up(self, line: int, text: str, time: datetime | None) -> list[Outcome]:
        """All that is put off has failed, each for its last reason: `line` says so."""
        ended = [
            self.told(
                replace(last, action=Action.FAILED, line=line, time=time, text=f"{text} {last.text}"), last
            )
            for last in self.deferred.values()
        ]
        self.deferred.clear()
        return ended


class OpenMessages:
    """Messages under way by their ids, a bounded number of them."""

    def __init__(self, most: int = MAX_OPEN) -> None:
        self._most = most
        self._open: OrderedDict[Hashable, OpenMessage] = OrderedDict()

    def get(self, key: Hashable) -> OpenMessage:
        """The message with this id, a new one where none is under way."""
        found = self._open.get(key)
        if found is not None:
            self._open.move_to_end(key)
            return found
        found = self._open[key] = OpenMessage()
        if len(self._open) > self._most:
            self._open.popitem(last=False)
        return found

    def pop(self, key: Hashable) -> OpenMessage:
        """The message with this id, which is under way no longer."""
        return self._open.pop(key, None) or OpenMessage()

    def forget(self, key: Hashable) -> None:
        """The message has left the queue."""
        self._open.pop(key, None)
