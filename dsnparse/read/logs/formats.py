"""The logs that are read, by the name of what writes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from dsnparse.read.logs.exchange_tracking import ExchangeTrackingLog
from dsnparse.read.logs.exim import EximLog
from dsnparse.read.logs.halon import HalonLog
from dsnparse.read.logs.haraka import HarakaLog
from dsnparse.read.logs.kumomta import KumoMtaLog
from dsnparse.read.logs.line import Clock, LogLine
from dsnparse.read.logs.opensmtpd import OpenSmtpdLog
from dsnparse.read.logs.outcome import Outcome
from dsnparse.read.logs.postfix import PostfixLog
from dsnparse.read.logs.powermta import PowerMtaLog
from dsnparse.read.logs.qmail import QmailLog
from dsnparse.read.logs.sendmail import SendmailLog


class LogReader(Protocol):
    """What reads the lines of one log in their order, and joins them."""

    #: `Report.format` of what it reads.
    format: str
    #: What the names of its programs begin with; empty where any may write it. In a log of the whole machine
    #: the others write down what strangers say.
    programs: tuple[str, ...]

    def read(self, line: LogLine) -> Sequence[Outcome]:
        """The final outcomes that a line tells of. Raise UnreadableLine for one that cannot be read."""
        ...

    def knows(self, line: LogLine) -> bool:
        """Whether a line looks like one of this log, also one that tells of no outcome."""
        ...


_READERS: dict[str, Callable[[Clock], LogReader]] = {
    "postfix": lambda _: PostfixLog(),
    "exim": EximLog,
    "sendmail": lambda _: SendmailLog(),
    "opensmtpd": lambda _: OpenSmtpdLog(),
    "qmail": lambda _: QmailLog(),
    "powermta": PowerMtaLog,
    "kumomta": KumoMtaLog,
    "haraka": lambda _: HarakaLog(),
    "halon": HalonLog,
    "exchange-tracking": ExchangeTrackingLog,
}


def logs() -> tuple[str, ...]:
    """The names of the logs that are read: "postfix", "exim", …"""
    return tuple(_READERS)


def log_reader(name: str, clock: Clock) -> LogReader:
    """A reader for the log of `name`. Raise ValueError for another name."""
    if name not in _READERS:
        raise ValueError(f"{name!r} is no log that is read; there are {', '.join(_READERS)}")
    return _READERS[name](clock)
