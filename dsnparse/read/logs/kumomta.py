"""KumoMTA's logs: a JSON object a line, in files compressed with zstd.

Facts, from its documentation and source (kumo-log-types):

* Delivery, Bounce, Expiration and AdminBounce are final, TransientFailure is not; OOB is a recipient of a
  bounce message that KumoMTA read; Feedback is a complaint. All else is no outcome.
* The enhanced code is cut from the reply's content, and stands beside it. `recipient` may be a list.
* An Expiration has a sentence of KumoMTA's own: its cause is the last TransientFailure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from dsnparse.read.logs.line import Clock, LogLine
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
#: Recipients of one entry.
_MOST = 1_000
_OWN = "KumoMTA internal:"


class KumoMtaLog:
    """Reads the lines of a log in their order."""

    format = "kumomta-log"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open = OpenMessages()

    def read(self, line: LogLine) -> Iterator[Outcome]:
        """The final outcomes that a line tells of."""
        entry = object_in(line.text)
        action = _ACTIONS.get(str(entry.get("type")))
        sender = entry.get("sender")
        if action is None or not isinstance(sender, str) or not sender.strip("<>"):
            return
        named = entry.get("recipient")
        for recipient in (named if isinstance(named, list) else [named])[:_MOST]:
            if isinstance(recipient, str) and "@" in recipient:
                yield from self._outcome(entry, recipient, action, line)

    def _outcome(
        self, entry: dict[str, Any], recipient: str, action: Action, line: LogLine
    ) -> Iterator[Outcome]:
        queue_id = str(entry.get("id") or "")
        message = self._open.get(queue_id)
        message.sender = entry["sender"].strip("<>")
        outcome = _read(entry, recipient, action, line, self._clock)
        if action is Action.DELAYED:
            message.put_off(outcome)
            return
        last = message.deferred.get((recipient, None))
        if entry["type"] == "Expiration" and last is not None:
            outcome = replace(last, action=action, line=line.number, text=line.text, time=outcome.time)
        yield message.end(outcome)
        if not message.deferred:
            self._open.forget(queue_id)


def object_in(text: str) -> dict[str, Any]:
    """The JSON object that a line is; an empty one for any other line."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _read(entry: dict[str, Any], recipient: str, action: Action, line: LogLine, clock: Clock) -> Outcome:
    response = _object(entry, "response")
    enhanced = _object(response, "enhanced_code")
    parts = [enhanced.get(name) for name in ("class", "subject", "detail")]
    status = ".".join(map(str, parts)) if all(isinstance(part, int) for part in parts) else None
    content = str(response.get("content") or "")
    code = response.get("code")
    is_own = content.startswith(_OWN)
    reply = " ".join(str(word) for word in (code, status, content) if word) if not is_own else content
    peer = _object(entry, "peer_address")
    headers = _object(entry, "headers")
    message_id = next((str(value) for name, value in headers.items() if name.lower() == "message-id"), None)
    return Outcome(
        recipient, action, line.number, line.text, status=status,
        reply_code=code if isinstance(code, int) and 200 <= code <= 599 else None,
        diagnostic=reply or None, diagnostic_type="x-kumomta" if is_own else "smtp",
        remote_mta=str(peer.get("name") or "").rstrip(".") or None,
        smtp_command=command_in(f"in reply to {response.get('command') or ''}"),
        time=time_of(entry.get("event_time") or entry.get("timestamp"), clock),
        sender=entry["sender"].strip("<>"),
        message_id=message_id, queue_id=str(entry.get("id") or "") or None, host=line.host,
        category=str(entry.get("bounce_classification") or "") or None, by_mail=entry["type"] == "OOB",
    )  # fmt: skip


def _object(entry: dict[str, Any], name: str) -> dict[str, Any]:
    value = entry.get(name)
    return value if isinstance(value, dict) else {}
