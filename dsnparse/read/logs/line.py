"""One line of a log: when, on which host, by which program, and its text.

Facts:

* Syslog writes "Nov  5 18:21:32 mx1 postfix/smtp[102]: …" (RFC 3164: no year, no zone), some relays with a
  priority "<22>" in front, and on a local socket without the host; rsyslog of Debian 12 an ISO date; RFC
  5424 "<22>1 TIME HOST PROGRAM PID ID - …".
* `journalctl -o json` gives an object a line: MESSAGE (a list of bytes where it is no UTF-8),
  SYSLOG_IDENTIFIER, _HOSTNAME, __REALTIME_TIMESTAMP (microseconds). Docker gives {"log": "…\\n"} or "TIME
  stdout F …".
* A line without a year is of the latest year in which it is not in the future of its file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, NamedTuple

from dsnparse.wire.text import decode_bytes

#: Bytes of a line that are read; rsyslog cuts at 8 KB.
MAX_LINE = 64 * 1024
_MONTHS = {
    name: number for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)
}
_HEAD = r"(?:(?P<host>[^\s:\[\]]{1,255}) )?(?P<program>[^\s:\[\]]{1,128})(?:\[(?P<pid>\d{1,10})\])?: "
_SYSLOG = re.compile(
    r"(?:<\d{1,3}>)?(?P<stamp>(?:\d{4} )?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)(?:\.\d{1,9})? " + _HEAD
)
_ISO = r"(?P<stamp>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)"
_SYSLOG_ISO = re.compile(r"(?:<\d{1,3}>)?" + _ISO + " " + _HEAD)
_RFC5424 = re.compile(
    r"(?:<\d{1,3}>)?1 " + _ISO + r" (?P<host>\S{1,255}) (?P<program>\S{1,48}) (?P<pid>\S{1,128}) \S{1,32} "
    r"(?:-|\[[^\]]{0,1000}\]) (?:\ufeff)?"
)
_DOCKER = re.compile(_ISO + r" (?:stdout|stderr) [FP] ")


class LogLine(NamedTuple):
    """A line, taken apart as far as all logs are alike."""

    #: Counted from 1.
    number: int
    text: str
    #: When it was written; None where the line does not say so before its text.
    time: datetime | None = None
    host: str = ""
    program: str = ""
    pid: str = ""
    #: The object that the line is, where that is known already.
    entry: Mapping[str, Any] | None = None


class Clock:
    """What a line's time means."""

    def __init__(self, latest: datetime | None = None, zone: tzinfo | None = None) -> None:
        """`latest`: no line is later (None: now). `zone`: of times without one (None: the machine's)."""
        self._latest = latest
        self._zone = zone
        self.read = lru_cache(maxsize=4096)(self._read)

    def _read(self, stamp: str) -> datetime | None:
        try:
            if stamp[:1].isdigit() and stamp[4:5] == "-":
                return self.aware(datetime.fromisoformat(stamp.replace(",", ".")))
            *year, month, day, time = stamp.split()
            hour, minute, second = map(int, time.split(":"))
            date = (_MONTHS[month], int(day), hour, minute, min(second, 59))
        except (ValueError, KeyError):
            return None
        latest = (self._latest or datetime.now(UTC)) + timedelta(days=1)
        years = [int(year[0])] if year else [latest.year - back for back in range(5)]  # 29 February
        for number in years:
            try:
                found = self.aware(datetime(number, *date))  # noqa: DTZ001 (the zone comes next)
            except ValueError:
                continue
            if year or found <= latest:
                return found
        return None

    def aware(self, date: datetime) -> datetime:
        """`date` with the zone of the log where it has none of its own."""
        if date.tzinfo is not None:
            return date
        return date.replace(tzinfo=self._zone) if self._zone is not None else date.astimezone()


def log_lines(lines: Iterable[bytes], clock: Clock) -> Iterator[LogLine]:
    """Each line of a log, whatever wrote it down; those without words are left out."""
    for number, raw in enumerate(lines, 1):
        line = decoded(raw[:MAX_LINE].rstrip(b"\r\n"))
        if number == 1:
            line = line.removeprefix("\ufeff")
        if line:
            yield _in_json(number, line, clock) if line[0] == "{" else log_line(number, line, clock)


def decoded(raw: bytes) -> str:
    """Text as logs hold it: mostly UTF-8."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return decode_bytes(raw)


def log_line(number: int, line: str, clock: Clock) -> LogLine:
    """A line of text, its prefix taken off."""
    docker = _DOCKER.match(line)
    if docker is None:
        return _by_syslog(number, line, clock)
    return _by_syslog(number, line[docker.end() :], clock)._replace(time=clock.read(docker["stamp"]))


def object_in(line: LogLine) -> Mapping[str, Any]:
    """The JSON object that a line is; an empty one for any other line."""
    if line.entry is not None:
        return line.entry
    try:
        value = json.loads(line.text) if line.text[:1] == "{" else None
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def object_under(entry: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object that stands under a name in another one; an empty one where none does."""
    value = entry.get(name)
    return value if isinstance(value, dict) else {}


def _by_syslog(number: int, line: str, clock: Clock) -> LogLine:
    found = _SYSLOG.match(line) or _SYSLOG_ISO.match(line) or _RFC5424.match(line)
    if found is None:
        return LogLine(number, line)
    stamp, host, program, pid = found.groups()
    return LogLine(number, line[found.end() :], clock.read(stamp), host or "", program, pid or "")


def _in_json(number: int, line: str, clock: Clock) -> LogLine:
    """A line of the journal, or of Docker; any other object stays as it is. It begins with "{"."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return LogLine(number, line)
    if isinstance(entry.get("log"), str):
        return log_line(number, entry["log"].rstrip("\n"), clock)
    if "MESSAGE" not in entry:
        return LogLine(number, line, entry=entry)
    host, program, pid = (str(entry.get(name) or "") for name in ("_HOSTNAME", "SYSLOG_IDENTIFIER", "_PID"))
    time = _journal_time(entry.get("__REALTIME_TIMESTAMP"))
    return LogLine(number, _message(entry["MESSAGE"]), time, host, program, pid)


def _message(message: Any) -> str:
    if isinstance(message, list):
        try:
            return decoded(bytes(message))
        except (TypeError, ValueError):
            return ""
    return message if isinstance(message, str) else ""


def _journal_time(stamp: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(stamp) / 1_000_000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
