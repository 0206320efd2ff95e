"""What the store says, as rows: the suppression list, the history of an address, counts."""

from __future__ import annotations

from typing import Any

from dsnparse.render.decision_rows import said
from dsnparse.render.table import Column
from dsnparse.store.lists.entry import Suppression
from dsnparse.store.queries.history import NOTICE, Happening

SUPPRESSION_COLUMNS = (
    ("address", Column("ADDRESS", share=4)),
    ("reason", Column("REASON", 20)),
    ("since", Column("SINCE", 10, only="wide")),
    ("until", Column("UNTIL", 10)),
    ("source", Column("SOURCE", 15, only="wide")),
    ("said", Column("WHAT WAS SAID", share=5)),
    *((name, Column(name, only="csv")) for name in ("by", "note", "status")),
)
HISTORY_COLUMNS = (
    ("at", Column("WHEN (UTC)", 16)),
    ("happened", Column("WHAT", 26)),
    ("reason", Column("REASON", 19)),
    ("said", Column("WHAT WAS SAID", share=1)),
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
_LONG = ("domain", "alert")
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


def count_columns(by: str) -> list[tuple[str, Column]]:
    """The columns for counts by one name; for `by` "" those for counts by several."""
    name = Column(by.upper(), share=1) if by in _LONG else Column(by.upper(), 24)
    columns = [("count", Column("COUNT", 9, right=True))]
    # Long names come last, where they are not torn away from their numbers.
    columns.insert(1 if by in _LONG else 0, ("name", name))
    if not by:
        columns.insert(0, ("by", Column("BY", 8)))
    if not by or by in _TYPED:
        numbers = [(one, Column(one.upper(), max(len(one), 7), right=True)) for one in _NUMBERS]
        place = len(columns) - 1 if by in _LONG else len(columns)
        columns[place:place] = numbers
    return columns
