"""Logs of mail servers as events: each final outcome of a recipient is one.

with open("/var/log/mail.log", "rb") as log:
    for event in read_log("postfix", log, "mail.log"):
        print(event.report.records)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dsnparse.classify import RuleSet
from dsnparse.mailboxes.events import Event
from dsnparse.mailboxes.items import Problem
from dsnparse.parser import Parser
from dsnparse.read.logs.cells import UnreadableLine
from dsnparse.read.logs.formats import LogReader, log_reader
from dsnparse.read.logs.line import Clock, LogLine, log_lines
from dsnparse.read.logs.outcome import Outcome
from dsnparse.read.logs.report import outcome_report
from dsnparse.wire.identity import event_identity


def read_log(
    log: str,
    lines: Iterable[bytes],
    name: str,
    *,
    parser: Parser | None = None,
    clock: Clock | None = None,
    reader: LogReader | None = None,
) -> Iterator[Event | Problem]:
    """The outcomes in a log's lines ("postfix", "exim", …, see `dsnparse.read.logs.formats`), in their order.

    `name`: what the log is called. `parser`: gives the rules. `clock`: what times without year or zone mean.
    `reader`: joins lines with those that it has read before; `lines` go on where those ended.
    Raise ValueError for another log, and what reading `lines` raises.
    """
    clock = clock or Clock()
    reader = reader or log_reader(log, clock)
    rules = (parser or Parser()).rules
    for line in log_lines(lines, clock):
        yield from events_of(reader, line, name, rules)


def events_of(
    reader: LogReader, line: LogLine, name: str, rules: RuleSet | None
) -> Sequence[Event | Problem]:
    """What one line tells of. Never raises."""
    if line.program and reader.programs and not line.program.startswith(reader.programs):
        return ()
    try:
        outcomes = reader.read(line)
        return [*_events(outcomes, reader.format, name, rules)] if outcomes else ()
    except UnreadableLine as why:
        return [Problem(f"{name}:{line.number}", str(why))]
    except Exception as error:  # noqa: BLE001
        # It never should. One line must not end a run over a million, nor be lost in silence.
        return [
            Problem(
                f"{name}:{line.number}",
                f"made the reader fail, please report it ({type(error).__name__}: {error})",
            )
        ]


def _events(outcomes: Sequence[Outcome], form: str, name: str, rules: RuleSet | None) -> Iterator[Event]:
    for outcome in outcomes:
        report = outcome_report(outcome, form, rules)
        if report is not None:
            identity, where = identity_of(form, outcome), f"{name}:{outcome.line}"
            yield Event(where, identity, report, outcome.time, by_mail=outcome.by_mail)


def identity_of(form: str, outcome: Outcome) -> str:
    """The same for the same outcome, from any copy of the log; ids are used again, so the time counts."""
    time = outcome.time.isoformat() if outcome.time else outcome.text
    return event_identity(
        form,
        outcome.host,
        outcome.queue_id,
        outcome.recipient,
        outcome.original_recipient,
        outcome.action,
        time,
    )
