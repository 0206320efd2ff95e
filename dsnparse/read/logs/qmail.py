"""qmail and its kin: `delivery 812: failure: 192.0.2.10_does_not_like_recipient./Remote_host_said:_…`.

Facts, from the source of notqmail (qmail-send.c, qsutil.c):

* Lines begin with "@" and 24 hexadecimal digits (TAI64N), or with seconds. `starting delivery D: msg N to
  remote A` joins a delivery to its message and address; `info msg N: … from <S>` has the sender; N is used
  again after `end msg N`. There is no Message-ID.
* In the text a blank is "_", a line end "/", and so are bytes that are not printable.
* `success` and `failure` are final, `deferral` is not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from dsnparse.read.logs.line import LogLine
from dsnparse.read.logs.outcome import OpenMessages, Outcome
from dsnparse.vocabulary import Action

_TAI64N = re.compile(r"@([0-9a-f]{16})([0-9a-f]{8}) ")
_SECONDS = re.compile(r"(\d{9,11})\.(\d{6}) ")
_INFO = re.compile(r"info msg (\d{1,20}): bytes \d{1,20} from <(.{0,600}?)> qp ")
_START = re.compile(r"starting delivery (\d{1,20}): msg (\d{1,20}) to (local|remote) (\S{1,600})")
_RESULT = re.compile(r"delivery (\d{1,20}): (success|failure|deferral): (.*)", re.DOTALL)
#: How its lines begin.
_OWN = re.compile(r"(?:new|info|end|bounce) msg \d|(?:starting )?delivery \d|status: ")
_END = re.compile(r"end msg (\d{1,20})")
_SAID = re.compile(r"(?:Remote host said|Remote_host_said): ?(.*)", re.DOTALL)
_HOST = re.compile(
    r"(?:Connected to )?(\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:]{3,39}) (?:does not|failed after|accepted|but )"
)
_GIVING_UP = re.compile(r"[\n ]Giving up on [^\n]{1,100}")
_ACTIONS = {"success": Action.DELIVERED, "failure": Action.FAILED, "deferral": Action.DELAYED}
#: The epoch of TAI64 labels, and the leap seconds of its day.
_TAI = 2**62 + 10
#: Deliveries that run at a time: conf-spawn allows 255 or less, concurrency limits up to 500.
_MOST_RUNNING = 10_000


class QmailLog:
    """Reads the lines of a log in their order."""

    format = "qmail-log"
    programs: tuple[str, ...] = ("qmail",)

    def __init__(self) -> None:
        self._open = OpenMessages()
        #: Deliveries that run: message and address.
        self._running: dict[tuple[str, str], tuple[str, str]] = {}

    def read(self, line: LogLine) -> Sequence[Outcome]:
        """The final outcomes that a line tells of."""
        time, text = _timed(line)
        info, start = _INFO.match(text), _START.match(text)
        if info is not None:
            self._open.get((line.host, info[1])).sender = info[2]
        elif start is not None:
            if len(self._running) >= _MOST_RUNNING:
                self._running.clear()
            self._running[line.host, start[1]] = start[2], start[4]
        elif text.startswith("end msg "):
            ended = _END.match(text)
            if ended is not None:
                self._open.forget((line.host, ended[1]))
        elif (found := _RESULT.match(text)) is not None:
            return self._result(line, time, text, found)
        return ()

    def knows(self, line: LogLine) -> bool:
        """Whether qmail wrote it, or its lines have qmail's times."""
        if line.program:
            return line.program.startswith(self.programs)
        return _timed(line)[1] is not line.text or _OWN.match(line.text) is not None

    def _result(
        self, line: LogLine, time: datetime | None, text: str, found: re.Match[str]
    ) -> Sequence[Outcome]:
        number, recipient = self._running.pop((line.host, found[1]), ("", ""))
        message = self._open.get((line.host, number))
        if not message.is_known or "@" not in recipient:
            return ()
        said = found[3].replace("_", " ").replace("/", "\n").strip()
        reply = _SAID.search(said)
        host = _HOST.match(said)
        outcome = Outcome(
            recipient, _ACTIONS[found[2]], line.number, text,
            diagnostic=_GIVING_UP.sub("", reply[1]).strip() if reply else said or None,
            diagnostic_type="smtp" if reply else "x-qmail", remote_mta=host[1] if host else None,
            time=time, queue_id=number, host=line.host,
        )  # fmt: skip
        if outcome.action is Action.DELAYED:
            message.put_off(outcome)
            return ()
        return (message.end(outcome),)


def _timed(line: LogLine) -> tuple[datetime | None, str]:
    """When a line was written, and its text."""
    text = line.text
    label = _TAI64N.match(text)
    if label is not None:
        seconds = int(label[1], 16) - _TAI
        return _date(seconds, int(label[2], 16) // 1000), text[label.end() :]
    plain = _SECONDS.match(text)
    if plain is not None:
        return _date(int(plain[1]), int(plain[2])), text[plain.end() :]
    return line.time, text


def _date(seconds: int, microseconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=microseconds)
    except (OverflowError, ValueError, OSError):
        return None
