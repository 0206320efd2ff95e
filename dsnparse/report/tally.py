"""One pass over the records of a period and the one before: counts by whatever the report shows.

What is counted by is bounded: names beyond a limit are counted under OTHERS.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dsnparse.report.facts import COMPLAINT, Fact
from dsnparse.report.period import Piece

OTHERS = "others"
#: Domains, and receivers with types and reasons, that are counted each; more of them are OTHERS.
MOST_NAMES = 20_000
#: The same for lists, addresses, hosts and replies, each of which a stranger can make up.
_MOST_OTHER_NAMES = 5_000
#: Different codes, IP addresses, … that are counted for one receiver and reason.
_MOST_DETAILS = 200
#: Records that are kept to be shown: the last ones, and of each receiver and reason the last few.
MOST_RECORDS = 6_000
_OF_EACH, _MOST_EACH = 10, 1_500

#: Receiver, type, reason.
Key = tuple[str, str, str]


@dataclass(slots=True)
class Cell:
    """The failures of one receiver, type and reason."""

    series: list[int]
    is_provider: bool = False
    codes: Counter[str] = field(default_factory=Counter)
    ips: Counter[str] = field(default_factory=Counter)
    #: In the period: when the first and the last one happened.
    first: datetime | None = None
    last: datetime | None = None
    #: What the last one said, and where it lies.
    said: str = ""
    source: str = ""


@dataclass(slots=True)
class Line:
    """Counts under one name: in the period and before."""

    now: int = 0
    before: int = 0
    delivered: int = 0
    complaints: int = 0
    types: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    receivers: Counter[str] = field(default_factory=Counter)
    last: datetime | None = None
    said: str = ""
    #: In which column of the records this stands, where that is not told by the table.
    column: str = ""


Lines = dict[str, Line]


class Tally:
    """The counts. `add` and `add_delivered` take records in any order; the rest is read."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = pieces
        self._starts = [piece.start for piece in pieces]
        self.cells: dict[Key, Cell] = {}
        self.domains: Lines = {}
        self.campaigns: Lines = {}
        self.ips: Lines = {}
        self.hosts: Lines = {}
        self.unknown: Lines = {}
        self.trust: Lines = {}
        self.complaints: Lines = {}
        self.delivered = 0
        self.kept: deque[Fact] = deque(maxlen=MOST_RECORDS)
        self.kept_before: deque[Fact] = deque(maxlen=MOST_RECORDS)
        self.of_each: defaultdict[Key, deque[Fact]] = defaultdict(lambda: deque(maxlen=_OF_EACH))

    def piece(self, at: datetime) -> int:
        """The number of the piece that a time is in; -1 between the two periods."""
        number = bisect_right(self._starts, at) - 1
        return number if number >= 0 and at < self.pieces[number].end else -1

    def add(self, fact: Fact) -> None:
        """Count a failure or a complaint."""
        at = fact.record.at
        number = self.piece(at)
        if number < 0:
            return
        before = self.pieces[number].before
        (self.kept_before if before else self.kept).append(fact)
        if fact.type == COMPLAINT:
            _count(self.complaints, fact.receiver, fact, before)
            for name, column in _belongs_to(fact):
                _line(self.campaigns, name).column = column
                _line(self.campaigns, name).complaints += not before
            return
        self._count_cell(fact, number, before=before)
        _count(self.domains, fact.domain, fact, before, MOST_NAMES)
        for name, column in _belongs_to(fact):
            _count(self.campaigns, name, fact, before).column = column
        if fact.ip:
            _count(self.ips, fact.ip, fact, before)
        if fact.record.reporting_mta:
            _count(self.hosts, fact.record.reporting_mta[:120], fact, before)
        if not fact.understood:
            _count(self.unknown, unknown_key(fact), fact, before)
        if fact.record.authenticity:
            _count(self.trust, fact.record.authenticity, fact, before)

    def add_delivered(self, fact: Fact) -> None:
        """Count a delivery that a notice or an event tells of."""
        number = self.piece(fact.record.at)
        if number >= 0 and not self.pieces[number].before:
            self.delivered += 1
            _line(self.domains, fact.domain, MOST_NAMES).delivered += 1

    def _count_cell(self, fact: Fact, number: int, *, before: bool) -> None:
        key = (fact.receiver, fact.type, fact.reason)
        if key not in self.cells and len(self.cells) >= MOST_NAMES:
            key = (OTHERS, fact.type, fact.reason)
        cell = self.cells.get(key)
        if cell is None:
            cell = self.cells[key] = Cell([0] * len(self.pieces), fact.is_provider)
        cell.series[number] += 1
        if before:
            return
        if key in self.of_each or len(self.of_each) < _MOST_EACH:
            self.of_each[key].append(fact)
        at = fact.record.at
        cell.first = min(cell.first or at, at)
        if cell.last is None or at >= cell.last:
            cell.last, cell.said, cell.source = at, fact.diagnostic, fact.record.source
        for names, name in ((cell.codes, fact.code), (cell.ips, fact.ip)):
            if name and (name in names or len(names) < _MOST_DETAILS):
                names[name] += 1


def _belongs_to(fact: Fact) -> list[tuple[str, str]]:
    """The list, Feedback-ID and campaign of the returned message, each with what it is."""
    names = ((fact.list, "list"), (fact.feedback, "feedback"), (fact.campaign, "campaign"))
    return [(name, column) for name, column in names if name]


def _line(lines: Lines, name: str, most: int = _MOST_OTHER_NAMES) -> Line:
    if name not in lines and len(lines) >= most:
        name = OTHERS
    line = lines.get(name)
    if line is None:
        line = lines[name] = Line()
    return line


def _count(lines: Lines, name: str, fact: Fact, before: bool, most: int = _MOST_OTHER_NAMES) -> Line:
    line = _line(lines, name, most)
    if before:
        line.before += 1
        return line
    line.now += 1
    line.types[fact.type] += 1
    line.reasons[fact.reason] += 1
    if fact.receiver in line.receivers or len(line.receivers) < _MOST_DETAILS:
        line.receivers[fact.receiver] += 1
    if line.last is None or fact.record.at >= line.last:
        line.last, line.said = fact.record.at, fact.diagnostic
    return line


_NUMBER = re.compile("[0-9]+")


def unknown_key(fact: Fact) -> str:
    """What a reply that was not understood is counted under: its words, with 0 for each number, cut."""
    said = _NUMBER.sub("0", fact.diagnostic.replace(fact.record.recipient, "<address>"))
    return said[:160] or f"nothing ({fact.reason})"
