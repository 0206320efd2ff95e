"""OpenSMTPD: `ID mta delivery evpid=… from=<…> to=<…> rcpt=<-> … relay="ip (name)" … result="…" stat="…"`.

Facts, from runs of OpenSMTPD 6.8 and its source:

* `rcpt=<->`: the address that was mailed is `to`. An evpid is the id of the message and 8 digits of the
  recipient.
* `result=` Ok and PermFail are final; `relay: Expire for EVP: …, stat=Envelope expired` gives up, and its
  cause is the last TempFail. `delivery: …` is the same for a local mailbox.
* There is no Message-ID. Quotes within quotes are not marked, so the text goes to the last quote of the
  line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dsnparse.read.logs.line import LogLine
from dsnparse.read.logs.outcome import OpenMessages, Outcome
from dsnparse.vocabulary import Action

_ADDRESSES = (
    r"from=<(?P<sender>[^>]{0,600})>,? to=<(?P<to>[^>]{1,600})>,? (?:rcpt=<(?P<rcpt>[^>]{0,600})>,? )?"
)
_ATTEMPT = re.compile(
    r"(?:[0-9a-f]{16} )?(?P<agent>mta|mda) delivery evpid=(?P<id>[0-9a-f]{16}) "
    + _ADDRESSES
    + r'(?:source="[^"]{0,100}" )?(?:relay="(?P<relay>[^"]{0,300})" )?(?:user=\S{1,100} )?'
    + r"(?:delay=\S{1,20} )?"
    + r'result="?(?P<result>Ok|PermFail|TempFail)"? stat="?(?P<text>.*)',
    re.DOTALL,
)
_EXPIRED = re.compile(
    r"(?:relay|delivery): (?P<verb>Expire) for (?P<id>[0-9a-f]{16}): "
    + _ADDRESSES
    + r"(?:delay=\S{1,20}, )?stat=(?P<text>.*)",
    re.DOTALL,
)
#: How lines begin that it writes itself, without syslog.
_OWN = re.compile(r"(?:[0-9a-f]{16} )?(?:smtp|mta|mda) |(?:info|debug|warn|fatal): ")
_ACTIONS = {"Ok": Action.DELIVERED, "PermFail": Action.FAILED, "TempFail": Action.DELAYED}
_RELAY = re.compile(r"(\S{1,64})(?: \(([^)\s]{1,255})\))?")


class OpenSmtpdLog:
    """Reads the lines of a log in their order."""

    format = "opensmtpd-log"
    programs: tuple[str, ...] = ("smtpd",)

    def __init__(self) -> None:
        self._open = OpenMessages()

    def read(self, line: LogLine) -> Sequence[Outcome]:
        """The final outcomes that a line tells of."""
        found = _ATTEMPT.match(line.text) or _EXPIRED.match(line.text)
        if found is None or not found["sender"] or '"' in found["sender"] + found["to"]:
            return ()  # a quoted local part may hold all that follows one
        key = (line.host, found["id"])
        message = self._open.get(key)
        message.sender = found["sender"]
        expired = "verb" in found.groupdict()
        action = Action.FAILED if expired else _ACTIONS[found["result"]]
        outcome = _outcome(found, action, line)
        if action is Action.DELAYED:
            message.put_off(outcome)
            return ()
        last = next(iter(message.deferred.values()), None)
        if expired and last is not None:
            outcome = replace(
                last, action=Action.FAILED, line=line.number, text=line.text, time=line.time,
                deferrals=last.deferrals,
            )  # fmt: skip
        self._open.forget(key)
        return (message.end(outcome),)

    def knows(self, line: LogLine) -> bool:
        """Whether OpenSMTPD wrote it."""
        return line.program.startswith(self.programs) if line.program else _OWN.match(line.text) is not None


def _outcome(found: re.Match[str], action: Action, line: LogLine) -> Outcome:
    fields = found.groupdict()
    rcpt = fields["rcpt"] or "-"
    relay = _RELAY.match(fields.get("relay") or "")
    text = found["text"].strip()
    if "relay" in fields and text.endswith('"'):
        text = text[:-1]
    return Outcome(
        found["to"], action, line.number, line.text,
        original_recipient=rcpt if rcpt not in ("-", found["to"]) else None,
        diagnostic=text or None, diagnostic_type="smtp" if text[:1].isdigit() else "x-opensmtpd",
        remote_mta=(relay[2] or relay[1]) if relay is not None else None,
        time=line.time, queue_id=found["id"], host=line.host,
    )  # fmt: skip
