"""PowerMTA's accounting files: comma-separated values whose first line names the columns.

Facts, from its user guides and what users wrote for it:

* The administrator chooses the columns; mixed files hold those of all types, and leave unused cells empty.
* `type`: d delivered, b bounced (final, also at expiry), t and tq transient, rb a bounce message that
  PowerMTA read, f a feedback loop (nothing failed), r and rs received and status.
* dsnStatus is "5.1.1 (bad destination mailbox address)", dsnDiag "smtp;550 5.1.1 text", dsnMta "host (ip)".
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

from dsnparse.read.logs.line import Clock, LogLine
from dsnparse.read.logs.outcome import Outcome
from dsnparse.read.logs.times import time_of
from dsnparse.reply.reply import typed
from dsnparse.vocabulary import Action

_ACTIONS = {"d": Action.DELIVERED, "b": Action.FAILED, "rb": Action.FAILED}


class PowerMtaLog:
    """Reads the lines of an accounting file in their order."""

    format = "powermta-log"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._columns: list[str] = []

    def read(self, line: LogLine) -> Iterator[Outcome]:
        """The final outcome that a line tells of."""
        cells = next(csv.reader([line.text.lstrip("#")]), [])
        if cells and cells[0].lower() == "type":
            self._columns = [cell.strip().lower() for cell in cells]
            return
        row = dict(zip(self._columns, cells, strict=False))
        action = _ACTIONS.get(row.get("type", ""))
        if action is None or not row.get("rcpt") or not row.get("orig", "").strip("<>"):
            return
        kind, diagnostic = typed(row.get("dsndiag", ""))
        message_id = row.get("header_message-id") or None
        yield Outcome(
            row["rcpt"], action, line.number, line.text,
            original_recipient=_address(row.get("orcpt", ""), row["rcpt"]),
            status=row.get("dsnstatus", "").partition(" ")[0] or None,
            diagnostic=diagnostic or None, diagnostic_type=kind if diagnostic else None,
            remote_mta=row.get("dsnmta", "").partition(" ")[0] or None,
            time=time_of(row.get("timelogged", ""), self._clock), sender=row["orig"].strip("<>"),
            message_id=message_id, queue_id=row.get("envid") or row.get("jobid") or None,
            category=row.get("bouncecat") or None, by_mail=row["type"] == "rb",
        )  # fmt: skip


def _address(orcpt: str, recipient: str) -> str | None:
    """The address that was mailed: "rfc822;kim@example.com"."""
    address = orcpt.rpartition(";")[2].strip()
    return address if "@" in address and address.lower() != recipient.lower() else None
