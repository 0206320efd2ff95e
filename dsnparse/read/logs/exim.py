"""Exim's main log: `2026-11-05 18:20:19 1xWHbP-00000C-0k ** a@b <team@c> R=… T=… H=mx [ip]: SMTP error …`.

Facts, from runs of Exim 4.96 and its source:

* Flags behind the id: `<=` arrival, `=>` `->` `>>` delivered (`>>` before the arrival is told), `**`
  failed, `==` deferred, `*>` not really delivered (-N), `Completed` the end. Ids are 6-6-2 characters,
  since 4.97 6-11-4.
* Behind the flag: the final address, its parent in parentheses, the original address in angle brackets.
* `** a@b: retry timeout exceeded` gives up: the cause is the last deferral's reply, where there was one, as
  in Exim's own notice. `defer (-52)` to `(-54)` tried nothing.
* A remote reply's line ends are the two characters `\\n`, its bytes beyond ASCII `\\ooo`.
* A quoted local part is written without its quotes first, and then with them in angle brackets: what stands
  before may look like another address, and like all that follows one.
* By syslog the time stands twice, and lines over 870 characters are split: "[1/2] …", "[2/2] …".
* `<= <>` is a notice; `H=mx [ip] Connection refused` without a flag is one host of several.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from dsnparse.read.logs.line import MAX_LINE, Clock, LogLine, decoded
from dsnparse.read.logs.outcome import MAX_DEFERRED, OpenMessage, OpenMessages, Outcome
from dsnparse.reply.command import command_in
from dsnparse.vocabulary import Action

_LINE = re.compile(
    r"(?P<stamp>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?(?: [+-]\d{4})?) (?:\[\d{1,10}\] )?"
    r"(?P<id>[0-9A-Za-z]{6}-(?:[0-9A-Za-z]{6}-[0-9A-Za-z]{2}|[0-9A-Za-z]{11}-[0-9A-Za-z]{4})) "
)
#: How each line of its own files begins.
_STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_PART = re.compile(r"\[(\d{1,3})[/\\](\d{1,3})\] ")
_ARRIVED = re.compile(r"(\S{1,600})")
#: `id=` stands behind the size and before the subject.
_MESSAGE_ID = re.compile(r" S=\d{1,12}(?: (?!id=|T=)[A-Z0-9]{1,6}=\S{1,200}){0,6} id=(\S{1,998})")
#: What ends the addresses behind a flag.
_BEHIND = re.compile(r" (?:F=<|P=<|R=|T=)|: | defer \(| \(")
_ORIGINAL = re.compile(r" <([^>]{1,600})>$")
_FIELD = re.compile(r' ([A-Za-z]{1,4})=("[^"]{0,2000}"|<[^>]{0,600}>|\S{0,600})')
#: A local part that needs no quotes.
_PLAIN = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}@")
_PARENT = re.compile(r" \([^)]{0,600}\)(?: <[^>]{0,600}>)?")
_HOST = re.compile(r"(\S{1,255}) \[([^\]\s]{1,64})\](?::\d{1,5})?\*?")
_DEFER = re.compile(r" (?:routing )?defer \((-?\d{1,5})\)")
_SMTP_ERROR = re.compile(
    r"SMTP error from remote (?:mail server|mailer) after (?:pipelined )?"
    r"((?:MAIL FROM|RCPT TO):<[^>]{0,600}>[^:]{0,200}|[^:]{1,200}): "
    r"(?:host \S{1,255} \[[^\]\s]{1,64}\](?::\d{1,5})?: )?"
)
_OCTAL = re.compile(r"\\([0-3][0-7]{2})")
_GAVE_UP = "retry timeout exceeded"
#: "retry time not reached": the numbers of deferrals without an attempt.
_NOT_TRIED = ("-52", "-53", "-54")
#: Fields of a line that are looked at, and parts of a line that syslog split.
_MOST_FIELDS = 30
_MOST_SPLIT = 1_000
#: Of a cut-through delivery, which is told before the arrival.
_EARLY = ">>"
_DELIVERED = ("=>", "->", _EARLY)


class EximLog:
    """Reads the lines of a main log in their order, also as syslog has them."""

    format = "exim-log"
    programs: tuple[str, ...] = ("exim",)

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open = OpenMessages()
        #: What a process has written of a line that syslog split.
        self._split: dict[tuple[str, str], str] = {}

    def read(self, line: LogLine) -> Sequence[Outcome]:
        """The final outcomes that a line tells of."""
        text = self._joined(line)
        found = _LINE.match(text) if text else None
        if found is None:
            return ()
        flag, _, rest = text[found.end() :].partition(" ")
        key = (line.host, found["id"])
        if flag == "<=":
            return self._arrived(self._open.get(key), rest)
        if flag in _DELIVERED or flag in ("**", "=="):
            time = self._clock.read(found["stamp"])
            whole = line if text is line.text else line._replace(text=text)
            outcome = _outcome(flag, rest, whole, found["id"], time)
            if outcome is not None:
                return self._ended(self._open.get(key), outcome, flag, rest)
        elif flag in ("Completed", "removed", "cancelled"):
            self._open.forget(key)
        return ()

    def knows(self, line: LogLine) -> bool:
        """Whether Exim wrote it: by syslog, or with the time of its own files."""
        return line.program.startswith(self.programs) if line.program else _STAMP.match(line.text) is not None

    def _joined(self, line: LogLine) -> str:
        """The whole line, once its last part is there."""
        part = _PART.match(line.text)
        if part is None:
            return line.text
        key = (line.host, line.pid)
        if part[1] == "1":
            if len(self._split) >= _MOST_SPLIT:
                self._split.clear()
            self._split[key] = line.text[part.end() :]
        elif key in self._split and len(self._split[key]) < MAX_LINE:
            between = "\\n" if "\\" in part[0] else ""
            self._split[key] += between + line.text[part.end() :]
        return self._split.pop(key, "") if part[1] == part[2] else ""

    def _arrived(self, message: OpenMessage, rest: str) -> Sequence[Outcome]:
        sender = _ARRIVED.match(rest)
        if sender is not None:
            message.sender = "" if sender[1] == "<>" else sender[1]
        stated = _MESSAGE_ID.search(rest)
        if stated is not None:
            message.message_id = f"<{stated[1]}>"
        early, message.early = message.early, []
        return [message.end(outcome) for outcome in early] if message.is_known else ()

    def _ended(self, message: OpenMessage, outcome: Outcome, flag: str, rest: str) -> Sequence[Outcome]:
        if not message.is_known:
            if flag == _EARLY and message.sender is None and len(message.early) < MAX_DEFERRED:
                message.early.append(outcome)
            return ()
        if flag == "==":
            tried = _DEFER.search(rest)
            message.put_off(outcome, was_tried=tried is None or tried[1] not in _NOT_TRIED)
            return ()
        before = message.deferred.get((outcome.recipient, outcome.original_recipient))
        if flag == "**" and outcome.diagnostic == _GAVE_UP and before is not None and before.smtp_command:
            outcome = replace(
                before, action=Action.FAILED, line=outcome.line, text=outcome.text, time=outcome.time,
                diagnostic=f"{before.diagnostic}: {_GAVE_UP}",
            )  # fmt: skip
        return (message.end(outcome),)


def _outcome(flag: str, rest: str, line: LogLine, queue_id: str, time: datetime | None) -> Outcome | None:
    behind = _BEHIND.search(rest, _behind_quotes(rest))
    named = rest[: behind.start()] if behind is not None else rest
    original = _ORIGINAL.search(named if behind is None or behind[0] != " (" else rest[: rest.find(">") + 1])
    recipient = named.removesuffix(original[0] if original else "").strip()
    first = original[1] if original else None
    is_uncertain = rest[:1] == '"' or '<"' in rest
    if recipient and first and _same(recipient, first):
        # Exim quotes what needs it: `kim@a <"kim"@a>` is how a stranger's local part goes on.
        is_uncertain = is_uncertain and _PLAIN.match(recipient) is not None
        recipient, first = first, None  # 'odd user@x <"odd user"@x>', 'kay <kay@x>'
    if first and "@" not in recipient:
        recipient, first = first, None  # a pipe, a file, a local name
    if "@" not in recipient:
        return None
    fields, text = _fields(rest[behind.start() if behind is not None else len(rest) :])
    host = fields.get("H", "")
    diagnostic, command = _said(text)
    is_reply = command is not None
    delivered = flag in _DELIVERED
    if delivered:
        diagnostic = fields.get("C", "").strip('"') or None
    return Outcome(
        recipient, Action.DELIVERED if delivered else Action.DELAYED if flag == "==" else Action.FAILED,
        line.number, line.text, original_recipient=first, diagnostic=diagnostic,
        diagnostic_type="smtp" if is_reply or delivered else "x-exim",
        remote_mta=host or None, smtp_command=command, time=time, queue_id=queue_id, host=line.host,
        is_uncertain=is_uncertain,
    )  # fmt: skip


def _behind_quotes(rest: str) -> int:
    """Where the search for the end of the addresses begins: not within a quoted local part."""
    if rest[:1] != '"':
        return 0
    end = 1
    while end < len(rest) and rest[end] != '"':
        end += 2 if rest[end] == "\\" else 1
    return end


def _same(final: str, original: str) -> bool:
    bare = original.replace('"', "").replace("\\", "").lower()
    return final.lower() in (bare, bare.rpartition("@")[0])


def _fields(rest: str) -> tuple[dict[str, str], str]:
    """The fields behind the addresses, and the text behind those."""
    fields: dict[str, str] = {}
    start = 0
    parent = _PARENT.match(rest)
    if parent is not None:
        start = parent.end()
    for _ in range(_MOST_FIELDS):
        deferred = _DEFER.match(rest, start)
        if deferred is not None:
            start = deferred.end()
            continue
        found = _FIELD.match(rest, start)
        if found is None:
            break
        start = found.end()
        value = found[2]
        if found[1] == "H":
            host = _HOST.match(rest, found.start(2))
            if host is not None:
                value, start = host[1], host.end()
        elif value.endswith(":"):
            value = value[:-1]
            start -= 1
        fields.setdefault(found[1], value)
    return fields, rest[start:].removeprefix(": ").removeprefix(" : ").strip()


def _said(text: str) -> tuple[str | None, str | None]:
    """The reply in a text, else the text; and the command that it answers, where there is a reply."""
    if "\\" in text:
        text = _OCTAL.sub(lambda found: chr(int(found[1], 8)), text.replace("\\n", "\n"))
        if not text.isascii():
            text = decoded(text.encode("latin-1", "replace"))
    found = _SMTP_ERROR.search(text)
    if found is None:
        return text or None, None
    command = command_in(f"in reply to {found[1].removeprefix('initial ').lower()}") or "CONN"
    return text[found.end() :].strip() or None, command
