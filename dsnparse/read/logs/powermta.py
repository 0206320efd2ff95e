"""PowerMTA's accounting files: comma-separated values whose first line names the columns.

Facts, from its user guides and what users wrote for it:

* The administrator chooses the columns; mixed files hold those of all types, and leave unused cells empty.
* `type`: d delivered, b bounced (final, also at expiry), t and tq transient, rb a bounce message that
  PowerMTA read, f a feedback loop (nothing failed), r and rs received and status.
* dsnDiag may be empty: then bounceCat, PowerMTA's own class, is all there is.
* dsnStatus is "5.1.1 (bad destination mailbox address)", dsnDiag "smtp;550 5.1.1 text", dsnMta "host (ip)".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dsnparse.read.logs.cells import Rows
from dsnparse.read.logs.line import Clock, LogLine
from dsnparse.read.logs.outcome import OpenMessages, Outcome
from dsnparse.read.logs.times import time_of
from dsnparse.reply.reply import typed
from dsnparse.vocabulary import Action, Reason

_ACTIONS = {
    "d": Action.DELIVERED,
    "b": Action.FAILED,
    "rb": Action.FAILED,
    "t": Action.DELAYED,
    "tq": Action.DELAYED,
}
#: What the categories mean that say something of a recipient; sites add names of their own.
_CATEGORIES = {
    "bad-mailbox": Reason.USER_UNKNOWN,
    "inactive-mailbox": Reason.MAILBOX_DISABLED,
    "bad-domain": Reason.HOST_UNKNOWN,
    "quota-issues": Reason.MAILBOX_FULL,
    "message-expired": Reason.EXPIRED,
    "no-answer-from-host": Reason.NETWORK_ERROR,
    "bad-connection": Reason.NETWORK_ERROR,
    "content-related": Reason.CONTENT_REJECTED,
    "spam-related": Reason.SPAM_CONTENT,
    "virus-related": Reason.VIRUS_DETECTED,
    "policy-related": Reason.POLICY_VIOLATION,
    "relaying-issues": Reason.RELAY_DENIED,
}
#: What tells messages to one recipient apart: the first of these columns that is there.
_IDS = ("envid", "header_message-id", "jobid")


class PowerMtaLog:
    """Reads the lines of an accounting file in their order."""

    format = "powermta-log"
    programs: tuple[str, ...] = ()

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rows = Rows("type,")
        self._open = OpenMessages()

    def read(self, line: LogLine) -> Sequence[Outcome]:
        """The final outcome that a line tells of. Raise UnreadableLine."""
        cells = self._rows.cells(line.text)
        if not cells:
            return ()
        if cells[0].lstrip("#").lower() == "type":
            self._rows.name([cells[0].lstrip("#"), *cells[1:]])
            return ()
        row = self._rows.row(cells)
        action = _ACTIONS.get(row.get("type", ""))
        sender = row.get("orig", "").strip("<>")
        if action is None or not row.get("rcpt") or not sender:
            return ()
        key = (next((row[name] for name in _IDS if row.get(name)), ""), row["rcpt"])
        if action is Action.DELAYED:
            self._open.get(key).put_off(self._outcome(row, sender, action, line))
            return ()
        message = self._open.pop(key)
        message.sender = sender
        return (message.end(self._outcome(row, sender, action, line)),)

    def knows(self, line: LogLine) -> bool:  # noqa: ARG002
        """Any row: `read` says where nothing names the columns."""
        return True

    def _outcome(self, row: Mapping[str, str], sender: str, action: Action, line: LogLine) -> Outcome:
        kind, diagnostic = typed(row.get("dsndiag", ""))
        return Outcome(
            row["rcpt"], action, line.number, line.text,
            original_recipient=_address(row.get("orcpt", ""), row["rcpt"]),
            status=row.get("dsnstatus", "").partition(" ")[0] or None,
            diagnostic=diagnostic or None, diagnostic_type=kind if diagnostic else None,
            remote_mta=row.get("dsnmta", "").partition(" ")[0] or None,
            time=time_of(row.get("timelogged", ""), self._clock), sender=sender,
            message_id=row.get("header_message-id") or None,
            queue_id=row.get("envid") or row.get("jobid") or None,
            category=None if diagnostic else _CATEGORIES.get(row.get("bouncecat", "")),
            by_mail=row["type"] == "rb",
        )  # fmt: skip


def _address(orcpt: str, recipient: str) -> str | None:
    """The address that was mailed: "rfc822;kim@example.com"."""
    kind, semicolon, address = orcpt.partition(";")
    address = (address if semicolon else kind).strip()
    return address if "@" in address and address.lower() != recipient.lower() else None
