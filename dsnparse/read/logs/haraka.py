"""Haraka's outbound log at level INFO: `[NOTICE] [UUID] [outbound] recipient <a@b> rejected: 550 5.1.1 text`.

Facts, from its source (hmail.js, logger.js):

* `recipient <a> rejected: …` and `deferred: …` name a recipient. `bouncing mail: Too many failures (last)`
  gives up all that is deferred. A delivery is told of by numbers, without addresses, so it is no outcome
  here.
* Lines of one message share the uuid. The sender stands in no such line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dsnparse.read.logs.line import LogLine, object_in
from dsnparse.read.logs.outcome import OpenMessages, Outcome
from dsnparse.vocabulary import Action

#: At the start, behind a time at most: lines of other origins hold what clients say.
_LINE = re.compile(
    r"(?:\d\S{9,40} )?\[[A-Z]{3,8}\] {1,4}\[([0-9A-Fa-f.-]{3,60})\] \[outbound\] (.*)", re.DOTALL
)
_OWN = re.compile(r"(?:\d\S{9,40} )?\[[A-Z]{3,8}\] {1,4}\[")
_RECIPIENT = re.compile(r"recipient <([^>]{3,600})> (rejected|deferred): (.*)", re.DOTALL)
_ORIGIN = "outbound"
_GAVE_UP = re.compile(r"bouncing mail: Too many failures")
_DOUBLE = "Double bounce"


class HarakaLog:
    """Reads the lines of a log in their order."""

    format = "haraka-log"
    programs: tuple[str, ...] = ()

    def __init__(self) -> None:
        self._open = OpenMessages()

    def read(self, line: LogLine) -> Sequence[Outcome]:
        """The final outcomes that a line tells of."""
        uuid, text = _message(line)
        if not uuid or text.startswith(_DOUBLE):
            return ()
        message = self._open.get((line.host, uuid))
        found = _RECIPIENT.match(text)
        if found is not None:
            outcome = Outcome(
                found[1], Action.FAILED if found[2] == "rejected" else Action.DELAYED, line.number, text,
                diagnostic=found[3] or None, diagnostic_type="smtp",
                time=line.time, queue_id=uuid, host=line.host, is_uncertain='"' in found[1],
            )  # fmt: skip
            if outcome.action is Action.DELAYED:
                message.put_off(outcome)
            else:
                return (message.end(outcome),)
        elif _GAVE_UP.match(text):
            self._open.forget((line.host, uuid))
            return message.give_up(line.number, text, line.time)
        return ()

    def knows(self, line: LogLine) -> bool:
        """Whether it is one of Haraka's, of any part of it."""
        entry = object_in(line)
        return "uuid" in entry or "origin" in entry or _OWN.match(line.text) is not None


def _message(line: LogLine) -> tuple[str, str]:
    """The uuid of a line and its message, as text or as JSON."""
    entry = object_in(line)
    if entry:
        if entry.get("origin", _ORIGIN) != _ORIGIN:
            return "", ""
        return str(entry.get("uuid") or ""), str(entry.get("message") or "")
    found = _LINE.match(line.text)
    return (found[1], found[2]) if found is not None else ("", "")
