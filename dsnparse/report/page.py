"""The figures as one page: no network, no script but its own, nothing that came from mail is more than text.

Every value that is put into the page is escaped by the template engine, after characters that nobody sees
or that turn the direction of text are written out (`visible`). The page forbids itself whatever is not in
it: its Content-Security-Policy names the hashes of its one style sheet and its one script. The records
stand in it as data, which the script shows as text only.
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from dsnparse.render.terminal import visible
from dsnparse.report.changes import LEVEL
from dsnparse.report.charts import over_time, spark
from dsnparse.report.facts import TYPES
from dsnparse.report.figures import Change, Figures, Row, Span
from dsnparse.report.page_records import records_data
from dsnparse.report.period import Unit
from dsnparse.report.remedy import shown_name
from dsnparse.report.rows import FEWEST_TRIED
from dsnparse.report.sentences import in_words, moment_words, period_words
from dsnparse.vocabulary import Reason

_REASONS = frozenset(Reason)
#: Shades of the heat map.
_SHADES = 7


def html(figures: Figures, *, limit: int | None = None) -> str:
    """The report as a page, complete in itself.

    `limit`: bytes for the records behind the figures; those that find no room are left out, and counted.
    Needs the extra `report`: raises ModuleNotFoundError without it.
    """
    style, script = Markup(_file("report.css")), Markup(_file("report.js"))  # noqa: S704  (files of ours)
    data, left_out = records_data(figures, limit)
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    page = _environment().get_template("report.html")
    view = _View(figures)
    return page.render(
        f=figures,
        view=view,
        style=style,
        script=script,
        policy=policy,
        data=data,
        left_out=left_out,
        one_in=round(1 / LEVEL),
        types=TYPES,
        fewest=FEWEST_TRIED,
    )


def content_security_policy(page: str) -> str:
    """The policy that a page of `html` gives itself, for a server to send as a header as well."""
    start = page.index('content="default-src') + len('content="')
    return page[start : page.index('"', start)].replace("&#39;", "'")


def _file(name: str) -> str:
    return (files("dsnparse.report") / "files" / name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FunctionLoader(_file),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["words"] = in_words
    made.filters["number"] = lambda number: f"{number:,}"
    made.filters["percent"] = lambda share: f"{share:.1%}" if share < 0.1 else f"{share:.0%}"
    made.filters["short"] = lambda at: f"{at.day} {at:%b %H:%M}"
    made.filters["minute"] = lambda at: f"{at:%Y-%m-%d %H:%M}" if at else ""
    return made


def _shown(value: Any) -> Any:
    """What a value of a template becomes, before it is escaped."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


class _View:
    """What the template asks for besides the figures."""

    def __init__(self, figures: Figures) -> None:
        self.figures = figures
        self.compared = figures.period.before is not None
        self.about = period_words(figures.period)
        sources = [one.remedy.links_from for action in figures.actions for one in action.receivers]
        #: Where the links to receivers' pages are from.
        self.links_from = "; ".join(dict.fromkeys(filter(None, sources)))
        self._before = sum(span.is_before for span in figures.spans)

    def opens(self, count: int, **conditions: str) -> Markup:
        """A count, as a link to the records behind it."""
        if not count:
            return Markup('<span class="none">0</span>')
        return Markup('<a href="{}">{:,}</a>').format(self.link(count, **conditions), count)

    def both(self, counts: tuple[int, int], **conditions: str) -> tuple[Markup, Markup]:
        """A count in the period and one in the time before, each as a link."""
        return self.opens(counts[0], **conditions), self.opens(counts[1], when="before", **conditions)

    def mostly(self, row: Row) -> str:
        """The most frequent receivers and reasons of a row, in words."""
        return ", ".join(in_words(one) if one in _REASONS else self.name(one) for one in row.main)

    def to(self, count: int, part: str) -> Markup:
        """A count, as a link to a part of the page."""
        if not count:
            return self.opens(0)
        return Markup('<a href="#{}">{:,}</a>').format(part, count)

    def link(self, count: int, **conditions: str) -> str:
        """The fragment that shows records: which, and how many there are in all."""
        named = {name.rstrip("_"): value for name, value in conditions.items() if value != ""}
        return "#records?" + urlencode({**named, "n": str(count)})

    def change_link(self, change: Change) -> Markup:
        """A change's count in the period, as a link."""
        return self.opens(change.now, receiver=change.receiver, type=change.type, reason=change.reason)

    def spark(self, change: Change) -> Markup:
        """A change's counts over time."""
        return spark(change.series, self._before, f"over time: {', '.join(map(str, change.series))}")

    def type_spark(self, type_: str) -> Markup:
        """The failures of a type ("": of all) over time."""
        spans = self.figures.spans
        series = [span.types[type_] if type_ else span.failures for span in spans]
        return spark(series, self._before, f"over time: {', '.join(map(str, series))}", height=24)

    def chart(self) -> Markup:
        """All failures over time."""
        return over_time(self.figures.spans, self.span_label, self._tick, self._span_link)

    def span_label(self, span: Span) -> str:
        """A piece of time and what failed in it, in words."""
        parts = ", ".join(f"{span.types[name]:,} {name}" for name in TYPES if span.types[name])
        return f"{self.span_name(span)}: {span.failures:,}{f' ({parts})' if parts else ''}"

    def span_name(self, span: Span) -> str:
        """A piece of time in words."""
        unit = self.figures.period.unit
        name = moment_words(span.start, self.figures.period)
        whole = span.end - span.start == unit.value
        if unit not in (Unit.HOUR, Unit.DAY):
            name = f"{name} – {moment_words(span.end, self.figures.period)}"
        return name if whole else f"{name} (part)"

    def span_count(self, span: Span, type_: str = "") -> Markup:
        """How much failed in a piece of time, all or of one type, as a link."""
        count = span.types[type_] if type_ else span.failures
        return self.opens(count, **_within(span), type=type_)

    def _span_link(self, span: Span) -> str:
        return self.link(span.failures, **_within(span))

    def _tick(self, span: Span) -> str:
        if self.figures.period.unit is Unit.HOUR:
            return f"{span.start:%H}h"
        if self.figures.period.unit in (Unit.MONTH, Unit.YEAR):
            return f"{span.start:%b %Y}"
        return f"{span.start.day} {span.start:%b}"

    def shade(self, count: int) -> int:
        """The shade of a count in the heat map: 0 for nothing, up to _SHADES."""
        most = max((max(row[2], default=0) for row in self.figures.heat.rows), default=0)
        # By the root, so that what is small is seen beside what is large.
        return 0 if not count else max(1, round(_SHADES * (count / most) ** 0.5))

    def name(self, receiver: str) -> str:
        """What a receiver is called."""
        return shown_name(receiver, is_provider="." not in receiver)

    def links(self, text: str) -> Markup:
        """A text of ours with its web addresses as links."""
        parts = [_linked(word) for word in text.split(" ")]
        return Markup(" ").join(parts)

    def trend(self, now: int, before: int) -> str:
        """What changed, in a sign and a per cent, for the eye; "" where nothing is compared or happened."""
        if not self.compared or not before:
            return "new" if self.compared and now else ""
        change = now / before - 1
        if change >= 2:
            return f"× {now / before:.0f}"
        return f"{change:+.0%}".replace("-", "−") if abs(change) >= 0.005 else "±0%"


def _within(span: Span) -> dict[str, str]:
    """The conditions of records in a piece of time."""
    found = {"since": f"{span.start:%Y-%m-%dT%H:%MZ}", "until": f"{span.end:%Y-%m-%dT%H:%MZ}"}
    return {**found, "when": "before"} if span.is_before else found


def _linked(word: str) -> Markup:
    end = word.rstrip(",.")
    if end.startswith("https://"):
        # It breaks between its parts, not within a word.
        shown = Markup("/<wbr>").join(end.removeprefix("https://").strip("/").split("/"))
        link = Markup('<a href="{}" rel="noreferrer noopener">{}</a>').format(end, shown)
    elif "@" in end and not end.startswith("@"):
        link = Markup('<a href="mailto:{0}">{0}</a>').format(end)
    else:
        return Markup("{}").format(word)
    return link + Markup("{}").format(word[len(end) :])
