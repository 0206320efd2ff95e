"""Postfix: `postfix/smtp[102]: 844EF30E6A1: to=<a@b>, relay=…, dsn=5.1.1, status=bounced (…)`.

Facts, from runs of Postfix 3.7 and its source:

* A line is one attempt for one recipient. `bounced` and `sent` are final; `deferred` and `SOFTBOUNCE` stay
  in the queue; `deliverable` and `undeliverable` are address probes, no mail.
* When the queue manager gives a message up it says `from=<…>, status=expired, returned to sender`, without
  recipient or cause: these are of the last deferrals. Short ids are used again soon after `removed`.
* `sent (forwarded as NEWID)` is an alias: NEWID's lines have it as orig_to. `sent` to a host of this
  machine that queued it again is a content filter: it goes on under another id.
* `delivery temporarily suspended:` stands before the cause that suspended it; no attempt was made.
* A reply may hold anything, so fields are read from the left up to the text, which goes to the end of the
  line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dsnparse.read.logs.line import LogLine
from dsnparse.read.logs.outcome import OpenMessages, Outcome
from dsnparse.reply.command import command_in
from dsnparse.vocabulary import Action

_ID = re.compile(r"([0-9A-F]{5,20}|[0-9BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz]{10,32}): ")
_DELIVERS = frozenset("smtp lmtp local virtual pipe error retry discard relay".split())
#: Services whose lines are looked at.
_SERVICES = _DELIVERS | {"qmgr", "cleanup", "pickup"}
_RESULT = re.compile(
    r", relay=(?P<relay>[^,\s]{0,512}(?: [^,]{0,200})?)(?:, conn_use=\d{1,6})?, delay=[\d.]{1,20}"
    r"(?:, delays=[\d./]{1,80})?(?:, tls=[^,]{0,100})?"
    r", dsn=(?P<status>[245]\.\d{1,3}\.\d{1,3}), status=(?P<word>\w{1,20}) \((?P<text>.*)",
    re.DOTALL,
)
_SAID = re.compile(
    r"host (\S{1,255})\[([^\]\s]{1,64})\](?::\d{1,5})? (?:said|refused to talk to me): ", re.IGNORECASE
)
_COMMAND = " (in reply to "
_SUSPENDED = "delivery temporarily suspended: "
_SENDER = re.compile(r"from=<(.{0,1000}?)>(?:, |$)")
_MESSAGE_ID = re.compile(r"(?:resent-)?message-id=(\S{1,998})")
_EXPIRED = re.compile(r"from=<.{0,1000}>, status=(?:force-)?expired, returned to sender$")
_LOOPBACK = ("127.", "::1", "localhost[")
_ACTIONS = {
    "sent": Action.DELIVERED,
    "bounced": Action.FAILED,
    "deferred": Action.DELAYED,
    "SOFTBOUNCE": Action.DELAYED,
}


class PostfixLog:
    """Reads the lines of a log in their order."""

    format = "postfix-log"
    programs: tuple[str, ...] = ()  # `read` looks at them itself

    def __init__(self) -> None:
        self._open = OpenMessages()

    def read(self, line: LogLine) -> Sequence[Outcome]:
        """The final outcomes that a line tells of."""
        instance, _, service = line.program.rpartition("/")
        found = _ID.match(line.text) if service in _SERVICES and instance else None
        if found is None:
            return ()
        key = (line.host, instance.partition("/")[0], found[1])
        text = line.text[found.end() :]
        if service in _DELIVERS:
            return self._attempt(key, line, text) if text.startswith("to=<") else ()
        if service == "qmgr":
            return self._queue(key, line, text)
        if service == "cleanup":
            stated = _MESSAGE_ID.match(text)
            if stated is not None:
                self._open.get(key).message_id = stated[1]
        elif service == "pickup":
            sender = _SENDER.search(text)
            if sender is not None:
                self._open.get(key).sender = sender[1]
        return ()

    def knows(self, line: LogLine) -> bool:
        """Whether a daemon of Postfix's wrote it: "postfix/smtp", whatever the instance is called."""
        return line.program.find("/") > 0

    def _queue(self, key: tuple[str, str, str], line: LogLine, text: str) -> Sequence[Outcome]:
        if text.startswith("removed"):
            self._open.forget(key)
        elif _EXPIRED.match(text):
            return self._open.get(key).give_up(line.number, text, line.time)
        elif text.startswith("from=<"):
            sender = _SENDER.match(text)
            if sender is not None:
                self._open.get(key).sender = sender[1]
        return ()

    def _attempt(self, key: tuple[str, str, str], line: LogLine, text: str) -> Sequence[Outcome]:
        message = self._open.get(key)
        recipient, rest = bracketed(text, 3)
        original = None
        if rest.startswith(", orig_to=<"):
            original, rest = bracketed(rest, 10)
        found = _RESULT.match(rest)
        action = _ACTIONS.get(found["word"]) if found is not None else None
        if found is None or action is None or not message.is_known or not recipient:
            return ()
        said = found["text"].removesuffix(")")
        if action is Action.DELIVERED and _goes_on(found["relay"], said):
            return ()
        was_tried = not said.startswith(_SUSPENDED)
        while said.startswith(_SUSPENDED):
            said = said[len(_SUSPENDED) :]
        reply, host, command = reply_in(said)
        is_reply = host is not None or action is Action.DELIVERED
        outcome = Outcome(
            recipient, action, line.number, text,
            original_recipient=original, status=found["status"],
            diagnostic=reply, diagnostic_type="smtp" if is_reply else "x-postfix",
            remote_mta=host or _host_of(found["relay"]), smtp_command=command,
            time=line.time, queue_id=key[2], host=line.host,
        )  # fmt: skip
        if action is Action.DELAYED:
            message.put_off(outcome, was_tried=was_tried)
            return ()
        return (message.end(outcome),)


def bracketed(text: str, start: int) -> tuple[str, str]:
    """The address in the angle brackets that open at `start`, quotes and all; and what follows."""
    end = start + 1
    if text[end : end + 1] == '"':
        end += 1
        while end < len(text) and text[end] != '"':
            end += 2 if text[end] == "\\" else 1
    close = text.find(">, ", end)
    return (text[start + 1 : close], text[close + 1 :]) if close >= 0 else ("", "")


def reply_in(said: str) -> tuple[str, str | None, str | None]:
    """What a remote host said, or the text itself; the host; the command that it answered."""
    found = _SAID.match(said)
    if found is None:
        return said, None, None
    reply, mark, command = said[found.end() :].rpartition(_COMMAND)
    if not mark:
        return said[found.end() :], found[1], None
    return reply, found[1], command_in(f"in reply to {command}")


def _goes_on(relay: str, said: str) -> bool:
    return said.startswith("forwarded as ") or (relay.startswith(_LOOPBACK) and "queued as " in said)


def _host_of(relay: str) -> str | None:
    name, bracket, _ = relay.partition("[")
    return name if bracket and "/" not in name else None
