"""The report: what changed against the period before, what to do about it, and everything behind it.

    from dsnparse.report import html, make, read_period

    with Store.open("bounces.db", read_only=True) as store:
        figures = make(store, read_period(since="7d"))
        Path("report.html").write_text(html(figures))      # needs the extra `report` (Jinja2)

| | |
|---|---|
| `period` | which span of time, and which one before it |
| `tally` | one pass over the records of both: counts by whatever the report shows |
| `chance`, `changes` | which counts changed by more than chance |
| `remedy` | what to do about a refusal, and whom to ask |
| `making` | the figures, from all of these: `figures.Figures` |
| `plain`, `page` | the figures for a terminal, and as one page that needs no network |
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsnparse.extras import telling

if TYPE_CHECKING:
    from dsnparse.report.figures import Figures
    from dsnparse.report.making import make
    from dsnparse.report.page import html
    from dsnparse.report.period import Period, read_period
    from dsnparse.report.plain import text

__all__ = ["Figures", "Period", "html", "make", "read_period", "text"]

_HOME = {
    "Figures": "dsnparse.report.figures",
    "Period": "dsnparse.report.period",
    "html": "dsnparse.report.page",
    "make": "dsnparse.report.making",
    "read_period": "dsnparse.report.period",
    "text": "dsnparse.report.plain",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'dsnparse.report' has no attribute {name!r}")
    from importlib import import_module

    with telling():
        value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value
