"""The figures of a report: plain values, as `to_dict` gives them to programs.

Texts that come from mail are as the mail has them, cut, and without mailboxes where that was asked for: who
shows them makes them harmless.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any

from dsnparse.report.period import Period
from dsnparse.store.queries.span import Suppressed, Unread


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to do about refusals of one reason by one receiver.

    Attributes:
        do: What the sender does.
        mends: Whether it mends itself.
        ask: Where to ask to be let in again; None where nothing is known.
        postmaster: The receiver's pages for senders.
        links_from: Where these links are from.
    """

    do: str
    mends: str
    ask: str | None = None
    postmaster: str | None = None
    links_from: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A count that changed by more than chance.

    Attributes:
        sentence: All of it in one line, such as "Microsoft: blocks 11 → 65, S3150, since 19 November".
        receiver: A provider or domain; "" for all.
        type, reason: What is counted; `reason` is "" for all reasons of the type.
        before, now: The counts.
        is_worse: Whether it rose.
        start, end: The stretch of the period that stands out; `end` is None when it goes on.
        chance: How likely this is by chance.
        reasons, codes, ips: What stands behind it, most frequent first; codes are the receiver's own, IP
            addresses those that it names as the sender's.
        is_listed: Whether the receiver says that an address is on a list.
        said, source: The last reply, and where its notice lies.
        remedy: What to do about it; None for what became better.
        series: The counts of each piece of time, those of the period before first.
    """

    sentence: str
    receiver: str
    name: str
    type: str
    reason: str
    before: int
    now: int
    is_worse: bool
    start: datetime | None
    end: datetime | None
    chance: float
    reasons: tuple[tuple[str, int], ...]
    codes: tuple[str, ...]
    ips: tuple[str, ...]
    is_listed: bool
    said: str
    source: str
    remedy: Remedy | None
    series: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of time, and the failures in it by type."""

    start: datetime
    end: datetime
    is_before: bool
    types: dict[str, int]

    @property
    def failures(self) -> int:
        """All of them."""
        return sum(self.types.values())


@dataclass(frozen=True, slots=True)
class Row:
    """Counts under one name.

    Attributes:
        column: What the name is: "reason", "domain", "list", "feedback", "campaign", "ip", "host", "unknown",
            "trust".
        rate: Failures by all that was tried, where deliveries are known and it was enough; else None.
        main: The most frequent reasons (of a sending address: receivers, too).
        note: A meaning, or what was said last.
    """

    column: str
    name: str
    now: int
    before: int
    types: dict[str, int]
    share: float = 0.0
    rate: float | None = None
    delivered: int = 0
    complaints: int = 0
    main: tuple[str, ...] = ()
    last: datetime | None = None
    note: str = ""

    @property
    def shown(self) -> str:
        """What it is called: replies that were not understood by the last of their sort."""
        return (self.note if self.column == "unknown" else "") or self.name


@dataclass(frozen=True, slots=True)
class Heat:
    """Receivers by reasons: a row of counts for each receiver."""

    reasons: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[int, ...], int], ...]
    #: Receivers, and failures, that stand in no row or column.
    left_out: int


@dataclass(frozen=True, slots=True)
class Blocked:
    """Refusals of one reason by one receiver."""

    receiver: str
    name: str
    now: int
    before: int
    first: datetime
    last: datetime
    is_going_on: bool
    codes: tuple[str, ...]
    ips: tuple[str, ...]
    said: str
    source: str
    remedy: Remedy


@dataclass(frozen=True, slots=True)
class Action:
    """Refusals for which the same is to be done."""

    reason: str
    meaning: str
    do: str
    mends: str
    count: int
    is_going_on: bool
    receivers: tuple[Blocked, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One failure or complaint behind the figures."""

    at: datetime
    address: str
    receiver: str
    domain: str
    type: str
    reason: str
    status: str
    said: str
    source: str
    code: str
    ip: str
    list: str
    feedback: str
    campaign: str
    trust: str
    host: str
    #: Under which of the replies that were not understood it is counted; "" where it was understood.
    unknown: str
    is_before: bool


@dataclass(frozen=True, slots=True)
class Totals:
    """What was counted in all: in the period, and (`before`) in the one before."""

    failures: int
    before: int
    types: dict[str, tuple[int, int]]
    kinds: dict[str, tuple[int, int]]
    complaints: tuple[int, int]
    suppressed: tuple[int, int]
    not_understood: tuple[int, int]
    delivered: int


@dataclass(frozen=True, slots=True)
class Figures:
    """A report. See each part; `summary` is what the first lines say.

    Attributes:
        made_at: The clock when it was made.
        compared: Why nothing is compared, or "".
        where: The conditions that all failures meet, as the operator wrote them.
        quiet: A sentence when nothing changed by more than chance, or nothing happened; else "".
        rest: A sentence on all failures that are in no change.
        earlier: A sentence on earlier failures, where nobody said when the report begins; else "".
        records: Failures and complaints of the period, and behind them those before; first what must not be
            left out where not all can be kept.
        left_out: Failures and complaints of the period that are not among `records`.
    """

    made_at: datetime
    title: str
    period: Period
    compared: str
    where: str
    is_masked: bool
    changes: tuple[Change, ...]
    quiet: str
    rest: str
    earlier: str
    totals: Totals
    spans: tuple[Span, ...]
    reasons: tuple[Row, ...]
    heat: Heat
    domains: tuple[Row, ...]
    actions: tuple[Action, ...]
    campaigns: tuple[Row, ...]
    ips: tuple[Row, ...]
    hosts: tuple[Row, ...]
    silenced: tuple[Suppressed, ...]
    unknown: tuple[Row, ...]
    unread: tuple[Unread, ...]
    unread_in_all: int
    trust: tuple[Row, ...]
    records: tuple[Record, ...]
    left_out: int

    def to_dict(self) -> dict[str, Any]:
        """The same as plain JSON types, under the same names; `records` stay out, for they have a command."""
        found = _plain(self)
        assert isinstance(found, dict)
        del found["records"]
        return found


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value
