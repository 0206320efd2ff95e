"""What the store says, as rows: the suppression list, the history of an address, counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from dsnparse.render.decision_rows import said
from dsnparse.render.styles import dim, happened_style, number_style, state_style, type_style
from dsnparse.render.table import Column
from dsnparse.store.lists.entry import Suppression
from dsnparse.store.queries.history import NOTICE, Happening
from dsnparse.store.queries.stats import Count

SUPPRESSION_COLUMNS = (
    ("address", Column("ADDRESS", share=4, first=True)),
    ("reason", Column("REASON", 20)),
    ("since", Column("SINCE", 10, only="wide")),
    ("until", Column("UNTIL", 10)),
    ("source", Column("SOURCE", 15, only="wide")),
    ("said", Column("WHAT WAS SAID", share=5, style=dim)),
    *((name, Column(name, only="csv")) for name in ("by", "note", "status")),
)
HISTORY_COLUMNS = (
    ("at", Column("WHEN (UTC)", 16)),
    ("happened", Column("WHAT", 26, style=happened_style)),
    ("reason", Column("REASON", 19)),
    ("said", Column("WHAT WAS SAID", share=1, style=dim)),
    ("authenticity", Column("TRUST", 13, only="wide")),
    ("source", Column("FROM", 16, keep_end=True, only="wide")),
)
#: What is counted by each name that `Store.stats` takes.
COUNT_TITLES = {
    "kind": "Messages by kind",
    "authenticity": "Bounces by how far they are to be believed",
    "state": "Addresses by state",
    "type": "Failures by type",
    "reason": "Failures by reason",
    "provider": "Failures by provider",
    "domain": "Failures by domain",
    "day": "Failures by day",
    "alert": "Alerts for the sender",
}
#: These come with the types of the bounces.
_TYPED = ("reason", "provider", "domain", "day")
#: Kinds of notices that tell of a failure, and the reason of what is none, or not known.
_FAILED = ("bounce", "delay")
_UNDEFINED = "undefined"
_LONG = ("domain", "alert")
_NAME_STYLES = {"type": type_style, "state": state_style}
_NUMBERS = ("hard", "soft", "block", "undetermined")


def suppression_row(one: Suppression, form: str) -> dict[str, Any]:
    """An entry of the suppression list as a row in one of `rows.FORMATS`."""
    row = one.to_dict()
    if form == "jsonl":
        return row
    row["said"] = one.note or said(one.detail or {})
    if form == "table":
        row["since"] = f"{one.since:%Y-%m-%d}" if one.since else ""
        row["until"] = f"{one.until:%Y-%m-%d}" if one.until else "never"
    return row


def happening_row(one: Happening, form: str) -> dict[str, Any]:
    """A notice or a change of state as a row in one of `rows.FORMATS`."""
    row = one.to_dict()
    if form == "jsonl":
        return row
    row["said"] = said(row["detail"])
    if one.what == NOTICE and one.kind not in _FAILED and one.reason == _UNDEFINED:
        # Nothing failed: of a complaint a person wants its type, of a receipt or an absence no reason.
        row["reason"] = one.type if one.kind == "complaint" else ""
    row["authenticity"] = row["detail"].get("authenticity")
    if form == "table":
        row["at"] = f"{one.at:%Y-%m-%d %H:%M}"
    if one.what == NOTICE:
        row["happened"] = f"{one.kind} {one.type}".strip()
    else:
        until = f" until {one.until:%Y-%m-%d}" if one.until else ""
        row["happened"] = f"-> {one.kind}{until}"
        if form == "table" and "domain" not in row["detail"]:
            row["said"] = ""
    return row


def happenings_in_short(happenings: Sequence[Happening]) -> str:
    """How many notices there are, since when, and the share of each kind and type."""
    notices = [one for one in happenings if one.what == NOTICE]
    counts = Counter(f"{one.kind} {one.type}" if one.kind == "bounce" else one.kind for one in notices)
    parts = [f"{number:,} {name} ({number / len(notices):.0%})" for name, number in counts.most_common()]
    return f"{len(notices):,} notices since {notices[0].at:%Y-%m-%d}: {', '.join(parts)}."


def count_title(by: str) -> str:
    """What a table of counts by one name, or by two, is about."""
    first, _, second = by.partition(",")
    return f"{COUNT_TITLES[first]} and {second}" if second else COUNT_TITLES[by]


def count_row(one: Count, form: str) -> dict[str, Any]:
    """A count as a row in one of `rows.FORMATS`."""
    row = one.to_dict()
    if form == "table":
        row["share"] = f"{one.share:.1%}" if one.by != "alert" else ""
        row |= {name: f"{row[name]:,}" for name in ("count", *_NUMBERS)}
        row["share_of_first"] = f"{one.share_of_first:.1%}"
    return row


def count_columns(by: str) -> list[tuple[str, Column]]:
    """The columns for counts by one name or two; for `by` "" those for counts by several."""
    first, _, second = by.partition(",")
    is_long = bool({first, second} & set(_LONG))
    numbers = [("count", Column("COUNT", 9, right=True))]
    if by != "alert":
        numbers.append(("share", Column("SHARE", 6, right=True)))
    if second or not by:
        numbers.append(("share_of_first", Column(f"OF {first.upper() or 'FIRST'}", 11, right=True)))
    if not by or first in _TYPED:
        numbers += [
            (one, Column(one.upper(), max(len(one), 7), right=True, style=number_style)) for one in _NUMBERS
        ]
    names = [
        (
            "name",
            Column(first.upper() or "NAME", *((0, 1) if is_long else (24, 0)), style=_NAME_STYLES.get(first)),
        )
    ]
    if second or not by:
        names.append(("second", Column(second.upper() or "SECOND", *((0, 1) if is_long else (20, 0)))))
    if not by:
        names.insert(0, ("by", Column("BY", 15)))
    # Long names come last, where they are not torn away from their numbers.
    return [*numbers, *names] if is_long else [*names, *numbers]
