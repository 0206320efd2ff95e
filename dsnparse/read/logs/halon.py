"""Halon: JSON objects, a line each, that its post-delivery script writes: `{"type": "delivery", …}`.

Halon has no form of its own; the script's author chooses it. What is read here is the script's own
variables under their own names, as integrations log them (halon-extras; what stands below `attempt` and the
actions are from memory). For any other form write a table of your own (docs/events.md).

* `action` is BOUNCE (final), RETRY (put off) or DELETE (dropped: no outcome). Without one the attempt's
  result is the outcome: 2xx delivered, 5xx failed, 4xx put off.
* `message` has id, sender and recipient; addresses are text, or objects of localpart and domain.
* `attempt` has `connection` (remotemx, remoteip) and `result` (code, enhanced, reason: lines), or `error`
  (temporary, message) where no server replied.
* `time` is in milliseconds. Entries of type queue, async and arf are no deliveries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dsnparse.read.logs.line import Clock, LogLine, object_in, object_under
from dsnparse.read.logs.outcome import OpenMessages, Outcome
from dsnparse.read.logs.times import time_of
from dsnparse.vocabulary import Action

_ACTIONS = {"BOUNCE": Action.FAILED, "RETRY": Action.DELAYED}
_BY_DIGIT = {2: Action.DELIVERED, 4: Action.DELAYED, 5: Action.FAILED}
#: Lines of a reply that are read.
_MOST_LINES = 100
#: Times beyond are in milliseconds.
_MOST_SECONDS = 1e11


class HalonLog:
    """Reads the lines of a log in their order."""

    format = "halon-log"
    programs: tuple[str, ...] = ()

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open = OpenMessages()

    def read(self, line: LogLine) -> Sequence[Outcome]:
        """The final outcome that a line tells of."""
        entry = object_in(line)
        if str(entry.get("type", "delivery")).lower() != "delivery":
            return ()
        message, attempt = object_under(entry, "message"), object_under(entry, "attempt")
        recipient = _address(message, "recipient")
        sender = _address(message, "sender")
        action = _action(entry, attempt)
        if action is None or not sender or not recipient:
            return ()
        outcome = self._outcome(entry, message, attempt, line)
        outcome.recipient, outcome.sender, outcome.action = recipient, sender, action
        key = (line.host, outcome.queue_id, recipient)
        if action is Action.DELAYED:
            self._open.get(key).put_off(outcome)
            return ()
        known = self._open.pop(key)
        known.sender = sender
        last = known.deferred.get((recipient, None))
        if action is Action.FAILED and not outcome.diagnostic and last is not None:
            outcome = replace(last, action=action, line=line.number, text=line.text, time=outcome.time)
        return (known.end(outcome),)

    def knows(self, line: LogLine) -> bool:
        """Whether it is an object with a type, or about a message."""
        entry = object_in(line)
        return isinstance(entry.get("type"), str) or bool(object_under(entry, "message"))

    def _outcome(
        self, entry: Mapping[str, Any], message: Mapping[str, Any], attempt: Mapping[str, Any], line: LogLine
    ) -> Outcome:
        result, error = object_under(attempt, "result"), object_under(attempt, "error")
        connection = object_under(attempt, "connection")
        reply = _reply(result)
        said = reply or str(error.get("message") or "")
        time = entry.get("time")
        if isinstance(time, (int, float)) and time > _MOST_SECONDS:
            time /= 1000
        return Outcome(
            "", None, line.number, line.text,
            diagnostic=said or None, diagnostic_type="smtp" if reply else "x-halon",
            remote_mta=str(connection.get("remotemx") or connection.get("remoteip") or "") or None,
            time=time_of(time, self._clock), queue_id=str(message.get("id") or "") or None, host=line.host,
        )  # fmt: skip


def _action(entry: Mapping[str, Any], attempt: Mapping[str, Any]) -> Action | None:
    if entry.get("action"):
        return _ACTIONS.get(str(entry["action"]).upper())
    code = object_under(attempt, "result").get("code")
    if type(code) is int:
        return _BY_DIGIT.get(code // 100)
    error = object_under(attempt, "error")
    return Action.DELAYED if error.get("temporary") else Action.FAILED if error else None


def _reply(result: Mapping[str, Any]) -> str:
    """The reply as one line: code, enhanced code and words, which Halon has apart."""
    code, enhanced, reason = result.get("code"), result.get("enhanced"), result.get("reason")
    if type(code) is not int:
        return ""
    status = ".".join(map(str, enhanced)) if isinstance(enhanced, list) and len(enhanced) == 3 else ""
    lines = reason[:_MOST_LINES] if isinstance(reason, list) else [reason]
    words = " ".join(one for one in lines if isinstance(one, str))
    return " ".join(one for one in (str(code), "" if status in words else status, words) if one)


def _address(message: Mapping[str, Any], name: str) -> str:
    """The address of "recipient", which stands there or in "recipientaddress"; empty where there is none."""
    for value in (message.get(f"{name}address"), message.get(name)):
        if isinstance(value, dict):
            value = f"{value.get('localpart') or ''}@{value.get('domain') or ''}"
        if isinstance(value, str) and "@" in value[1:-1]:
            return value.strip("<>")
    return ""
