"""Sendmail: `sm-mta[41]: 6B5ILXF4000041: to=<a@b>, …, relay=mx. [ip], dsn=5.1.1, reply=550 …, stat=…`.

Facts, from runs of Sendmail 8.17 and its Operation Guide:

* Recipients with the same result share a line. Expanded aliases are written without angle brackets.
* `stat=` is Sendmail's own class, not the truth: "User unknown" for any 550. So `reply=` goes first.
* `sender notify: Cannot send message for 5 days` gives up, without recipients: all that are deferred have
  failed; `Warning: could not send …` is a delay. A relay to this machine goes on under another id.
* `SYSERR(root): MX list for … points back to …` tells the cause of a "Local configuration error" that
  follows. A loop ("Too many hops … to <a@b>") has no line with `to=`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dsnparse.read.logs.line import LogLine, decoded
from dsnparse.read.logs.outcome import OpenMessages, Outcome
from dsnparse.vocabulary import Action

_ID = re.compile(r"([0-9A-Za-z]{14,20}): ")
_SENDER = re.compile(r"from=(<[^>]{0,600}>|[^,\s]{0,600}), size=")
_MESSAGE_ID = re.compile(r", msgid=(<[^>]{1,998}>)")
#: What follows the recipients.
_ATTEMPT = re.compile(
    r", delay=[\d+:]{1,20}, (?:xdelay=[\d:]{1,20}, )?mailer=(?P<mailer>[^,]{1,60}), pri=\d{1,20}"
    r"(?:, relay=(?P<relay>[^,]{0,300}))?"
    r"(?:, tls=[^,]{0,100})?(?:, dsn=(?P<status>[245]\.\d{1,3}\.\d{1,3}))?(?P<rest>, .*)",
    re.DOTALL,
)
_ALIAS = re.compile(r", ctladdr=(.{0,600}) \(\d{1,10}/\d{1,10}\)$", re.DOTALL)
_OCTAL = re.compile(r"\\([0-3][0-7]{2})")
_GAVE_UP = re.compile(r"[0-9A-Za-z]{14,20}: sender notify: Cannot send message for ")
_ERROR = re.compile(r"SYSERR\([^)]{1,40}\): (.{1,500})", re.DOTALL)
_HOPS = re.compile(r"[0-9A-Za-z]{14,20}: DSN: (Too many hops \d{1,5}.{0,700}), to <([^>]{3,600})>", re.DOTALL)
_CONFIGURATION = "Local configuration error"
_RELAYED = re.compile(r"Sent \(([0-9A-Za-z]{14,20}) Message accepted for delivery\)")
_LOOPBACK = ("[127.", "localhost", "[::1", "[IPv6:::1")
_DELAY = ", delay="
#: Characters of a list of recipients.
_MOST_TO = 4_000
#: Recipients of one line.
_MOST = 1_000


class SendmailLog:
    """Reads the lines of a log in their order."""

    format = "sendmail-log"
    programs: tuple[str, ...] = ("sendmail", "sm-")

    def __init__(self) -> None:
        self._open = OpenMessages()
        #: The last error of a message's processing, and of which message.
        self._error = (("", ""), "")

    def read(self, line: LogLine) -> Sequence[Outcome]:
        """The final outcomes that a line tells of."""
        found = _ID.match(line.text)
        if found is None:
            return ()
        key = (line.host, found[1])
        text = line.text[found.end() :]
        if text.startswith("from="):
            self._arrived(key, text)
        elif text.startswith("to="):
            return self._attempt(key, line, text)
        elif _GAVE_UP.match(text):
            ended = self._open.get(key).give_up(line.number, text, line.time)
            self._open.forget(key)
            return ended
        elif (error := _ERROR.match(text)) is not None:
            self._error = (key, error[1])
        elif (hops := _HOPS.match(text)) is not None and self._open.get(key).is_known:
            outcome = Outcome(
                hops[2], Action.FAILED, line.number, text, diagnostic=hops[1], diagnostic_type="x-sendmail",
                time=line.time, queue_id=key[1], host=line.host,
            )  # fmt: skip
            return (self._open.get(key).end(outcome),)
        return ()

    def knows(self, line: LogLine) -> bool:
        """Whether Sendmail wrote it."""
        return line.program.startswith(self.programs) if line.program else _ID.match(line.text) is not None

    def _arrived(self, key: tuple[str, str], text: str) -> None:
        sender = _SENDER.match(text)
        stated = _MESSAGE_ID.search(text)
        if sender is not None:
            self._open.get(key).sender = sender[1].strip("<>")
        if stated is not None:
            self._open.get(key).message_id = stated[1]

    def _attempt(self, key: tuple[str, str], line: LogLine, text: str) -> Sequence[Outcome]:
        end = _end_of_recipients(text)
        found = _ATTEMPT.match(text, end)
        message = self._open.get(key)
        if found is None or not message.is_known:
            return ()
        reply, stat = _results(found["rest"])
        status, relay = found["status"], found["relay"] or ""
        action = _action(status, stat)
        if action is None or (
            action is Action.DELIVERED and relay.startswith(_LOOPBACK) and _RELAYED.match(stat)
        ):
            return ()
        if stat == _CONFIGURATION and self._error[0] == key:
            stat = self._error[1]
        to = text[len("to=") : end]
        by_alias = _ALIAS.search(to)
        alias = by_alias[1].strip("<>") if by_alias is not None else ""
        named = recipients_in(to[: by_alias.start()] if by_alias is not None else to)[:_MOST]
        said = reply or stat.replace("queued", "") or None
        ended = []
        for recipient in named or recipients_in(alias):
            outcome = Outcome(
                recipient, action, line.number, text,
                original_recipient=alias if named and alias else None,
                status=status, diagnostic=said, diagnostic_type="smtp" if reply else "x-sendmail",
                remote_mta=relay.partition(" ")[0].rstrip(".") or None,
                time=line.time, queue_id=key[1], host=line.host, is_uncertain='"' in to,
            )  # fmt: skip
            if action is Action.DELAYED:
                message.put_off(outcome, was_tried=bool(reply or relay or stat != "Deferred"))
            else:
                ended.append(message.end(outcome))
        return ended


def _end_of_recipients(text: str) -> int:
    """Where the fields behind the recipients begin; quoted local parts may hold anything."""
    start = 0
    while (end := text.find(_DELAY, start)) >= 0:
        if text.count('"', 0, end) % 2 == 0:
            return end
        start = end + 1
        if start > _MOST_TO:
            break
    return len(text)


def recipients_in(to: str) -> list[str]:
    """The addresses of a list "<a>,<b>" or "a,b"; quoted local parts may hold commas."""
    pieces = re.findall(r'(?:"(?:[^"\\]|\\.)*+"|[^,"]++)++', to)
    found = [piece.strip().removeprefix("<").removesuffix(">") for piece in pieces]
    return [address for address in found if "@" in address]


def _results(rest: str) -> tuple[str, str]:
    """What the other server replied, and Sendmail's own class of it."""
    before, mark, stat = rest.rpartition(", stat=")
    if not mark:
        return "", ""
    reply = before.partition(", reply=")[2]
    if "\\" in reply:
        raw = _OCTAL.sub(lambda found: chr(int(found[1], 8)), reply)
        reply = decoded(raw.encode("latin-1", "replace"))
    return reply, stat


def _action(status: str | None, stat: str) -> Action | None:
    if stat.startswith("Sent"):
        return Action.DELIVERED
    if stat.startswith("Deferred") or (status or "").startswith("4"):
        return Action.DELAYED
    return Action.FAILED if (status or "").startswith("5") else None
