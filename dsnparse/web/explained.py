"""What a report says in plain words: the sentences of `explain` on its reasons, codes and providers."""

from __future__ import annotations

import re
from typing import Any

from dsnparse.data import load
from dsnparse.explain import explain
from dsnparse.explain.reason_pages import reason_page
from dsnparse.model import Report
from dsnparse.vocabulary import Reason

_LINK = re.compile(r"(https://[^\s,;)]{3,300})(?:\s\(([^)]{1,60})\))?")
_LABELS = {"postmaster": "Its page for postmasters", "unblock": "Ask to be unblocked"}


def explained(report: Report) -> dict[str, Any]:
    """The sentences for `report` as plain JSON types.

    `kind`: what the message is; `reasons`, `codes` and `providers`: by their names, those that occur;
    `bounce_types` and `advice`: all there are. Raises nothing.
    """
    records = report.records
    words = load("pages")["words"]
    codes = {
        str(code) for one in records for code in (one.status, one.effective_status, one.reply_code) if code
    }
    providers = {one.provider for one in records if one.provider}
    return {
        "kind": report.kind.meaning,
        "reasons": {str(reason): _reason(reason) for reason in sorted({one.reason for one in records})},
        "codes": {code: page for code in sorted(codes) if (page := _code(code)) is not None},
        "providers": {name: page for name in sorted(providers) if (page := _provider(name)) is not None},
        "bounce_types": words["bounce_type"],
        "advice": words["advice"],
        "trust": report.authenticity.verdict.meaning if report.authenticity is not None else None,
    }


def _reason(reason: Reason) -> dict[str, Any]:
    page = reason_page(reason)
    (sense,) = page.senses
    return {
        "title": page.title,
        "happened": sense.happened,
        "fix": sense.fix,
        "mends": sense.mends,
        "other": sense.other,
        "causes": list(page.causes),
    }


def _code(code: str) -> dict[str, Any] | None:
    """What a code means by itself, and the reason that follows from it; None for one that is none."""
    try:
        page = explain(code)
    except ValueError:
        return None
    reason = page.senses[0].reason if page.senses else None
    return {"name": page.title, "reason": str(reason) if reason is not None else None}


def _provider(name: str) -> dict[str, Any] | None:
    """A provider's name for people, and its pages where one asks; None where we have none."""
    table = load("documented").get(name)
    if table is None:
        return None
    links = [
        {"label": f"{label} ({note})" if note else label, "url": url}
        for key, label in _LABELS.items()
        for url, note in _LINK.findall(table["help"].get(key, ""))
    ]
    return {"title": table["title"], "links": links, "read": table["help"].get("from")}
