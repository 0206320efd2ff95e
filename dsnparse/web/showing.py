"""All that a person is shown of a message: report, evidence marked in the message, and plain words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dsnparse.model import Report
from dsnparse.web.explained import explained
from dsnparse.web.marked import MOST_RECORDS, marked
from dsnparse.wire.limits import DEFAULT_LIMITS, Limits


def to_show(message: bytes, report: Report, limits: Limits = DEFAULT_LIMITS) -> dict[str, Any]:
    """What is shown of `message` and of its report, which was made with these limits, as plain JSON types.

    `report`: that of at most MOST_RECORDS recipients; `records_left_out`: how many more there are; `parts`
    and `marks`: see `Marked`; `said`: see `explained`. Raises nothing on any bytes.
    """
    shown = replace(report, records=report.records[:MOST_RECORDS])
    return {
        "report": shown.to_dict(),
        "records_left_out": len(report.records) - len(shown.records),
        **marked(message, shown, limits).to_dict(),
        "said": explained(shown),
    }
