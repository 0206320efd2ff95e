"""Refusals that are the sender's to mend, grouped by what is to be done."""

from __future__ import annotations

from datetime import timedelta

from dsnparse.report.figures import Action, Blocked
from dsnparse.report.period import Period, Unit
from dsnparse.report.remedy import meaning, remedy, shown_name
from dsnparse.report.tally import Cell, Tally
from dsnparse.vocabulary import BounceType, Reason

#: Reasons that call for something, though they pass by themselves.
_ALSO = (Reason.RATE_LIMITED.value,)
#: What was last refused so long ago, or longer, is over.
_OVER_AFTER = timedelta(days=2)
_OVER_AFTER_HOURS = timedelta(hours=6)
_MOST_RECEIVERS = 12
_MOST_NAMED = 5


def actions(tally: Tally, period: Period) -> tuple[Action, ...]:
    """What is to be done, first what goes on and concerns most; only of refusals in the period."""
    over = _OVER_AFTER_HOURS if period.unit is Unit.HOUR else _OVER_AFTER
    groups: dict[str, list[Blocked]] = {}
    for (receiver, type_, reason), cell in tally.cells.items():
        if cell.last is not None and (type_ == BounceType.BLOCK or reason in _ALSO):
            going_on = period.until - cell.last <= over
            one = _blocked(receiver, reason, cell, tally, is_going_on=going_on)
            groups.setdefault(reason, []).append(one)
    found = map(_action, groups, groups.values())
    return tuple(sorted(found, key=lambda one: (not one.is_going_on, one.reason in _ALSO, -one.count)))


def _action(reason: str, blocked: list[Blocked]) -> Action:
    blocked.sort(key=lambda one: (not one.is_going_on, -one.now, one.receiver))
    general = remedy(reason, "")
    return Action(
        reason,
        meaning(reason),
        general.do,
        general.mends,
        sum(one.now for one in blocked),
        any(one.is_going_on for one in blocked),
        tuple(blocked[:_MOST_RECEIVERS]),
    )


def _blocked(receiver: str, reason: str, cell: Cell, tally: Tally, *, is_going_on: bool) -> Blocked:
    before = sum(count for count, piece in zip(cell.series, tally.pieces, strict=True) if piece.before)
    assert cell.first is not None
    assert cell.last is not None
    return Blocked(
        receiver,
        shown_name(receiver, is_provider=cell.is_provider),
        sum(cell.series) - before,
        before,
        cell.first,
        cell.last,
        is_going_on,
        tuple(name for name, _ in cell.codes.most_common(_MOST_NAMED)),
        tuple(name for name, _ in cell.ips.most_common(_MOST_NAMED)),
        cell.said,
        cell.source,
        remedy(reason, receiver if cell.is_provider else ""),
    )
