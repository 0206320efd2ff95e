"""Exchange's message tracking logs: comma-separated values, whose columns `#Fields:` names.

Facts, from Microsoft's page "Message tracking" and exports of users:

* DELIVER (into a mailbox) and SEND to outside are the good ends, FAIL the bad one; DEFER is a delay.
* internal-message-id is the message's on that server.
* recipient-address and recipient-status are lists with ";" in the same order, but a status may hold ";"
  itself: `[{LRT=…};{LED=550 5.1.10 …};{FQDN=…};{IP=…}]`. LED is the last error, FQDN and IP the other
  server.
* Times are UTC. Source DSN tells of notices.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from dsnparse.read.logs.cells import Rows
from dsnparse.read.logs.line import Clock, LogLine
from dsnparse.read.logs.outcome import OpenMessages, Outcome
from dsnparse.read.logs.times import time_of
from dsnparse.vocabulary import Action

_ACTIONS = {
    "FAIL": Action.FAILED,
    "DELIVER": Action.DELIVERED,
    "SEND": Action.DELIVERED,
    "DEFER": Action.DELAYED,
}
_FIELDS = "#Fields:"
#: What begins a status within a list of them.
_STATUS = re.compile(r";(?=\[\{|[245]\d\d[ -])")
_PART = re.compile(r"\{(LED|FQDN|IP|MSG)=([^{}]{0,4000})\}")
#: Recipients of one line.
_MOST = 1_000


class ExchangeTrackingLog:
    """Reads the lines of a message tracking log in their order."""

    format = "exchange-tracking-log"
    programs: tuple[str, ...] = ()

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rows = Rows(_FIELDS)
        self._open = OpenMessages()

    def read(self, line: LogLine) -> Sequence[Outcome]:
        """The final outcomes that a line tells of. Raise UnreadableLine."""
        if line.text.startswith("#") and not self._rows.is_open:
            if line.text.startswith(_FIELDS):
                self._rows.name(line.text[len(_FIELDS) :].split(","))
            return ()
        cells = self._rows.cells(line.text)
        if not cells:
            return ()
        row = self._rows.row(cells)
        event = row.get("event-id", "")
        action = _ACTIONS.get(event)
        sender = row.get("return-path") or row.get("sender-address", "")
        if action is None or row.get("source") == "DSN" or not sender.strip("<>"):
            return ()
        if event == "SEND" and row.get("source") != "SMTP":
            return ()
        recipients = [address.strip() for address in row.get("recipient-address", "").split(";")][:_MOST]
        ended = []
        for recipient, status in zip(recipients, _statuses(row, len(recipients)), strict=True):
            if "@" not in recipient:
                continue
            outcome = self._outcome(row, recipient, status, action, line)
            key = (row.get("internal-message-id") or outcome.message_id, recipient)
            if action is Action.DELAYED:
                self._open.get(key).put_off(outcome)
                continue
            message = self._open.pop(key)
            message.sender = outcome.sender
            ended.append(message.end(outcome))
        return ended

    def knows(self, line: LogLine) -> bool:  # noqa: ARG002
        """Any row: `read` says where nothing names the columns."""
        return True

    def _outcome(
        self, row: Mapping[str, str], recipient: str, status: str, action: Action, line: LogLine
    ) -> Outcome:
        parts = dict(_PART.findall(status))
        said = parts.get("LED") or parts.get("MSG") or ("" if parts else status)
        said = said or row.get("source-context", "") * (action is Action.FAILED)
        return Outcome(
            recipient, action, line.number, line.text,
            original_recipient=row.get("related-recipient-address") or None,
            diagnostic=said or None, diagnostic_type="smtp" if said[:1].isdigit() else "x-exchange",
            remote_mta=parts.get("FQDN") or row.get("server-hostname") or None,
            time=time_of(row.get("date-time", "").replace("Z", "+00:00"), self._clock),
            sender=(row.get("return-path") or row["sender-address"]).strip("<>"),
            message_id=row.get("message-id") or None, queue_id=row.get("internal-message-id") or None,
            is_uncertain='"' in row.get("recipient-address", ""),  # it may hold ";"
        )  # fmt: skip


def _statuses(row: Mapping[str, str], count: int) -> list[str]:
    """The status of each of `count` recipients."""
    text = row.get("recipient-status", "")
    if count == 1:
        return [text]
    found = _STATUS.split(text)
    return found if len(found) == count else [text if len(found) == 1 else ""] * count
