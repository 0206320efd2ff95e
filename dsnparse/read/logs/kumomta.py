"""KumoMTA's logs: a JSON object a line, in files compressed with zstd.

Facts, from its documentation and source (kumo-log-types):

* Delivery, Bounce, Expiration and AdminBounce are final, TransientFailure is not; OOB is a recipient of a
  bounce message that KumoMTA read. All else is no outcome.
* Feedback is a complaint that came by mail (ARF). Its `recipient` is the address that takes complaints;
  feedback_report names who complained in original_rcpt_to (the names of its fields are from memory).
* The enhanced code is cut from the reply's content, and stands beside it. `recipient` may be a list.
* An Expiration has a sentence of KumoMTA's own: its cause is the last TransientFailure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dsnparse.read.logs.line import Clock, LogLine, object_in, object_under
from dsnparse.read.logs.outcome import OpenMessages, Outcome
from dsnparse.read.logs.times import time_of
from dsnparse.reply.command import command_in
from dsnparse.vocabulary import Action

_ACTIONS = {
    "Delivery": Action.DELIVERED,
    "Bounce": Action.FAILED,
    "Expiration": Action.FAILED,
    "AdminBounce": Action.FAILED,
    "OOB": Action.FAILED,
    "TransientFailure": Action.DELAYED,
}
_COMPLAINT = "Feedback"
#: Recipients of one entry.
_MOST = 1_000
_OWN = "KumoMTA internal:"


class KumoMtaLog:
    """Reads the lines of a log in their order."""

    format = "kumomta-log"
    programs: tuple[str, ...] = ("kumo",)

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open = OpenMessages()

    def read(self, line: LogLine) -> Sequence[Outcome]:
        """The final outcomes that a line tells of."""
        entry = object_in(line)
        kind = str(entry.get("type"))
        if kind == _COMPLAINT:
            return _complaints(entry, line, self._clock)
        action = _ACTIONS.get(kind)
        sender = entry.get("sender")
        if action is None or not isinstance(sender, str) or not sender.strip("<>"):
            return ()
        key = (line.host, str(entry.get("id") or ""))
        message = self._open.get(key)
        message.sender = sender.strip("<>")
        ended = []
        for recipient in _addresses(entry.get("recipient")):
            outcome = _read(entry, recipient, action, line, self._clock)
            if action is Action.DELAYED:
                message.put_off(outcome)
                continue
            last = message.deferred.get((recipient, None))
            if kind == "Expiration" and last is not None:
                outcome = replace(last, action=action, line=line.number, text=line.text, time=outcome.time)
            ended.append(message.end(outcome))
        if not message.deferred:
            self._open.forget(key)
        return ended

    def knows(self, line: LogLine) -> bool:
        """Whether it is an object with a type."""
        return isinstance(object_in(line).get("type"), str)


def _addresses(named: Any) -> list[str]:
    some = named if isinstance(named, list) else [named]
    return [one for one in some[:_MOST] if isinstance(one, str) and "@" in one]


def _complaints(entry: Mapping[str, Any], line: LogLine, clock: Clock) -> list[Outcome]:
    report = object_under(entry, "feedback_report")
    said = str(report.get("feedback_type") or "").lower() or "abuse"
    return [
        Outcome(
            recipient, None, line.number, line.text, feedback_type=said, by_mail=True, host=line.host,
            time=time_of(entry.get("event_time") or entry.get("timestamp"), clock),
            sender=str(report.get("original_mail_from") or "").strip("<>") or None,
            queue_id=str(entry.get("id") or "") or None,
        )
        for recipient in _addresses(report.get("original_rcpt_to"))
    ]  # fmt: skip


def _read(entry: Mapping[str, Any], recipient: str, action: Action, line: LogLine, clock: Clock) -> Outcome:
    response = object_under(entry, "response")
    enhanced = object_under(response, "enhanced_code")
    parts = [enhanced.get(name) for name in ("class", "subject", "detail")]
    status = ".".join(map(str, parts)) if all(type(part) is int for part in parts) else None
    content = str(response.get("content") or "")
    code = response.get("code")
    is_own = content.startswith(_OWN)
    reply = " ".join(str(word) for word in (code, status, content) if word) if not is_own else content
    peer = object_under(entry, "peer_address")
    return Outcome(
        recipient, action, line.number, line.text, status=status,
        reply_code=code if isinstance(code, int) and 200 <= code <= 599 else None,
        diagnostic=reply or None, diagnostic_type="x-kumomta" if is_own else "smtp",
        remote_mta=str(peer.get("name") or "").rstrip(".") or None,
        smtp_command=command_in(f"in reply to {response.get('command') or ''}"),
        time=time_of(entry.get("event_time") or entry.get("timestamp"), clock),
        message_id=_message_id(object_under(entry, "headers")),
        queue_id=str(entry.get("id") or "") or None, host=line.host, by_mail=entry["type"] == "OOB",
    )  # fmt: skip


def _message_id(headers: Mapping[str, Any]) -> str | None:
    for name, value in headers.items():
        if name.lower() == "message-id" and isinstance(value, str):
            return value
    return None
