"""The log of a command that runs for long: one line a message, as text or JSON, in a journal too.

    set_up("json", mask=True)
    say("Listening on lmtp:127.0.0.1:2424.")
    say_taken(tally)

It is standard `logging`, under the name "dsnparse": a program that takes messages in by itself may give that
logger handlers of its own. No subject and no body ever stands in it; what a stranger wrote (ids, the reply of
a hook) is bounded, on one line, and without characters that act on a terminal.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

from dsnparse import __version__
from dsnparse.mailboxes.tally import Changed, Taken, Tally
from dsnparse.render.terminal import json_safe, visible

if TYPE_CHECKING:
    from dsnparse.store.changes.outbox import Delivered

#: "plain" is for a person: sentences alone, without time and level, and no line for each message.
FORMS = ("text", "json", "plain")
LEVELS = ("debug", "info", "warning", "error")
LOGGER = logging.getLogger("dsnparse")
#: Characters of one value. A diagnostic of a hook has at most 300.
LONGEST = 500
#: Characters of an identity in text: enough for `dsnparse unknown show`.
SHORT = 16
#: Priorities of syslog, as systemd reads them at the beginning of a line (sd-daemon(3)).
_PRIORITY = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}
_ADDRESS = re.compile(r"([^\s<>()\[\]\"',;:=@/])[^\s<>()\[\]\"',;:=/]{0,200}@(?=[\w.\[-])")
_PLAIN_WORD = re.compile(r"[^\s\"=\\]+")


def set_up(form: str, level: str = "info", *, mask: bool = False, stream: IO[str] | None = None) -> None:
    """Write the log to `stream` (standard error); once more to change it.

    `mask`: of addresses only the first letter and the domain are written.
    """
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    journal = is_journal(stream)
    maker = {"json": _Json, "text": _Text, "plain": _Plain}[form]
    handler.setFormatter(maker(mask=mask, journal=journal and form != "plain"))
    if form == "plain":
        handler.addFilter(_is_sentence)
    logging.raiseExceptions = False  # a log that nobody reads any more must not end a service
    LOGGER.handlers[:] = [handler]
    LOGGER.setLevel(level.upper())
    LOGGER.propagate = False


def is_journal(stream: IO[str], environment: Mapping[str, str] = os.environ) -> bool:
    """Whether systemd's journal reads the stream, which gives a line its time (systemd.exec(5))."""
    try:
        state = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environment.get("JOURNAL_STREAM") == f"{state.st_dev}:{state.st_ino}"


def say(text: str, level: int = logging.INFO, **fields: Any) -> None:
    """One line: a sentence, or the name of an event with its fields."""
    LOGGER.log(level, "%s", text, extra={"fields": fields})


def warn(text: str, **fields: Any) -> None:
    """The same, for what somebody should look at."""
    say(text, logging.WARNING, **fields)


def is_plain() -> bool:
    """Whether a person reads sentences, and no log is kept."""
    return not LOGGER.handlers or isinstance(LOGGER.handlers[0].formatter, _Plain)


def _takes_sentences_alone() -> bool:
    """Whether a person reads, and no other handler does."""
    return not LOGGER.propagate and all(isinstance(one.formatter, _Plain) for one in LOGGER.handlers)


def say_end(text: str) -> bool:
    """Say what ends the command, where lines have a form; whether it was said."""
    if is_plain():
        return False
    say(text, logging.ERROR)
    return True


def say_started(command: str, **fields: Any) -> None:
    """The first line: which version it is."""
    python = ".".join(map(str, sys.version_info[:3]))
    say("started", command=command, version=__version__, python=python, pid=os.getpid(), **fields)


def say_taken(tally: Tally) -> None:
    """A line for each message of a batch, and for each change that no single message made."""
    if not LOGGER.isEnabledFor(logging.INFO) or _takes_sentences_alone():
        return
    for one in tally.taken:
        say("stored" if not one.known else "known", **_fields(one))
    for change in tally.apart:
        say("changed", **_change(change))


def say_told(delivered: Delivered) -> None:
    """A line for each hook that was not told."""
    for hook, said, attempts in delivered.failures:
        warn("hook failed", hook=hook, attempts=attempts, error=said)


def masked(text: str) -> str:
    """Without the local parts of addresses, but for their first letters."""
    return _ADDRESS.sub(r"\1***@", text)


def _fields(one: Taken) -> dict[str, Any]:
    found: dict[str, Any] = {
        "source": one.source,
        "message": one.identity,
        "message_id": one.message_id,
        "queue_id": one.queue_id,
        "kind": one.kind,
        "records": one.records,
        "reasons": list(one.reasons),
        "understood": one.understood,
        "changes": [_change(change) for change in one.changes],
    }
    if one.known:
        del found["records"], found["reasons"]  # they were not read again
    return {name: value for name, value in found.items() if value not in ("", [])}


def _change(change: Changed) -> dict[str, Any]:
    found = {**change._asdict(), "event": change.event.removeprefix("address.")}
    return {name: value for name, value in found.items() if value}


def _is_sentence(record: logging.LogRecord) -> bool:
    return not getattr(record, "fields", {}) or record.levelno >= logging.WARNING


class _Formatter(logging.Formatter):
    def __init__(self, *, mask: bool, journal: bool) -> None:
        super().__init__()
        self._mask = mask
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line = self.line(record, getattr(record, "fields", {}))
        return f"<{_PRIORITY.get(record.levelno, 6)}>{line}" if self._journal else line

    def line(self, record: logging.LogRecord, fields: Mapping[str, Any]) -> str:
        """The line without what the journal reads."""
        raise NotImplementedError

    def clean(self, value: Any) -> Any:
        """A value as it may be written."""
        if isinstance(value, str):
            text = visible(value if len(value) <= LONGEST else value[:LONGEST] + "…")
            return masked(text) if self._mask else text
        if isinstance(value, (list, tuple)):
            return [self.clean(one) for one in value]
        if isinstance(value, dict):
            return {name: self.clean(one) for name, one in value.items()}
        return value


class _Plain(_Formatter):
    def line(self, record: logging.LogRecord, fields: Mapping[str, Any]) -> str:
        said = ": ".join(str(self.clean(one)) for one in fields.values() if isinstance(one, (str, int)))
        text = str(self.clean(record.getMessage()))
        return f"{text}: {said}" if said else text


class _Text(_Formatter):
    def line(self, record: logging.LogRecord, fields: Mapping[str, Any]) -> str:
        words = [] if self._journal else [_time(record)]
        words += [record.levelname.lower(), str(self.clean(record.getMessage()))]
        for name, value in fields.items():
            if name == "message":
                value = value[:SHORT]
            words += [f"{name}={_word(self.clean(one))}" for one in (_texts(name, value))]
        return " ".join(words)


class _Json(_Formatter):
    def line(self, record: logging.LogRecord, fields: Mapping[str, Any]) -> str:
        start = {} if self._journal else {"time": _time(record)}
        start["level"] = record.levelname.lower()
        event = {"event": record.getMessage(), **fields}
        return json_safe(json.dumps({**start, **self.clean(event)}, ensure_ascii=False))


def _texts(name: str, value: Any) -> list[Any]:
    """What stands behind `name=`: for changes one text for each."""
    if name != "changes":
        return [",".join(map(str, value)) if isinstance(value, list) else value]
    return [
        f"{one.get('address', '')} {one['before']}>{one['after']} {one.get('reason', '')}".strip()
        if "after" in one
        else f"{one['event']} {one.get('reason', '')}".strip()
        for one in value
    ]


def _word(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if _PLAIN_WORD.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
