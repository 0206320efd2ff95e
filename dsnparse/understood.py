"""Whether a report leaves nothing for a person to look at."""

from __future__ import annotations

from dsnparse.model import Action, Kind, Report
from dsnparse.vocabulary import Reason

#: Below this a reason is taken for not understood.
LOW_CONFIDENCE = 0.5
GOOD_NEWS = (Action.DELIVERED, Action.RELAYED, Action.EXPANDED)


def is_understood(report: Report) -> bool:
    """Whether a person need not look: a notice whose failures all have a recipient and a known reason.

    Mail that is no notice is not understood: it is somebody's answer, or a notice in a form that nobody has
    described yet, and both would be lost among the others.
    """
    if report.kind is Kind.OTHER or (report.kind is Kind.BOUNCE and not report.records):
        return False
    if report.kind not in (Kind.BOUNCE, Kind.DELAY):
        return True
    return all(
        record.action in GOOD_NEWS
        or (record.reason is not Reason.UNDEFINED and record.confidence >= LOW_CONFIDENCE)
        for record in report
    )
