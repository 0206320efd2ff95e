"""Decisions as rows, and what they show of a notice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dsnparse.render.styles import answer_style, dim
from dsnparse.render.table import Column
from dsnparse.render.terminal import visible
from dsnparse.store.queries.answer import Answer, Decision

DECISION_COLUMNS = (
    ("answer", Column("ANSWER", 10, style=answer_style)),
    ("address", Column("ADDRESS", share=4, first=True)),
    ("reason", Column("REASON", 20)),
    ("since", Column("SINCE", 10, only="wide")),
    ("until", Column("UNTIL (UTC)", 16)),
    ("source", Column("SOURCE", 15, only="wide")),
    ("evidence", Column("EVIDENCE", share=5, style=dim)),
)


def decision_row(decision: Decision, form: str) -> dict[str, Any]:
    """A decision as a row in one of `rows.FORMATS`."""
    row = decision.to_dict()
    if form == "jsonl":
        return row
    row["evidence"] = said(decision.evidence)
    if form == "table":
        row["since"] = f"{decision.since:%Y-%m-%d}" if decision.since else ""
        row["until"] = f"{decision.until:%Y-%m-%d %H:%M}" if decision.until else ""
        if row["answer"] == "don't" and not decision.until:
            row["until"] = "never"
        if decision.status == "review":
            row["reason"] = f"review: {decision.reason}"
    return row


def answers_in_short(answers: Mapping[Answer, int]) -> str:
    """How many addresses have which answer, and their shares."""
    whole = sum(answers.values())
    parts = [
        f"{answers[answer]:,} {answer} ({answers[answer] / whole:.1%})"
        for answer in Answer
        if answers.get(answer)
    ]
    return f"{whole:,} addresses: {', '.join(parts)}."


def why_lines(decision: Decision) -> Iterator[str]:
    """What is known of the deciding notice, a line each; nothing where none decided."""
    if not decision.evidence:
        return
    from dsnparse.explain.evidence import evidence_meaning

    yield f"\n{visible(decision.address)}\n"
    for name, value in decision.evidence.items():
        if name == "because":
            for rule in value:
                meaning = evidence_meaning(rule)
                yield f"  {'':<20} {visible(rule)}{': ' + meaning if meaning else ''}\n"
        else:
            yield f"  {name.replace('_', ' '):<20} {visible(str(value))}\n"


def said(evidence: dict[str, Any]) -> str:
    """What the mail system said, in short: the diagnostic, else its codes; or whose state it is."""
    if evidence.get("problem"):
        return str(evidence["problem"])
    if evidence.get("domain"):
        return f"the whole domain {evidence['domain']}"
    if evidence.get("diagnostic"):
        return str(evidence["diagnostic"])
    codes = (evidence.get(name) for name in ("reply_code", "status", "feedback_type"))
    return " ".join(str(code) for code in codes if code)
