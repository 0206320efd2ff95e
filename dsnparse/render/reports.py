"""A report as text: JSON Lines, JSON, CSV or rows of a table."""

from __future__ import annotations

from typing import Any, Protocol

from dsnparse.model import BounceRecord, BounceType, Evidence, Kind, Reason, Report, TrustLevel
from dsnparse.render.cells import csv_cell, csv_line, to_json
from dsnparse.render.rows import PLAIN_CSV
from dsnparse.render.styles import type_style
from dsnparse.render.table import Column, Table
from dsnparse.render.terminal import fit, paint, visible, width, wrap

FORMATS = ("table", "jsonl", "json", "csv", PLAIN_CSV)

#: Kinds of notices that tell of a failure.
_FAILED = (Kind.BOUNCE, Kind.DELAY)
_VERDICT_COLOURS = {TrustLevel.AUTHENTICATED: "green", TrustLevel.SUSPECT: "red"}
_WHY_LINES = 4
_RECORD_COLUMNS = (
    "recipient", "original_recipient", "actual_recipient", "action", "status", "effective_status",
    "reply_code", "reason", "bounce_type", "advice", "confidence", "provider", "remote_mta", "smtp_command",
    "diagnostic_type", "diagnostic", "last_attempt_date", "will_retry_until", "final_log_id",
    "recipient_origin", "original_origin",
)  # fmt: skip
_REPORT_COLUMNS = ("format", "reporting_mta", "arrival_date", "envelope_id", "feedback_type", "disposition")
_ORIGINAL_COLUMNS = ("message_id", "subject", "from", "to", "date")


class Renderer(Protocol):
    """Turns reports into text, one by one. `before` and `after` enclose everything, `between` stands amid."""

    before: str
    between: str
    after: str

    def report(self, source: str, report: Report) -> str:
        """The text of one report; it ends with a newline unless `between` does."""


def make_renderer(
    form: str, *, why: bool, width: int, colour: bool, prefix: str = "", trust: bool = False
) -> Renderer:
    """The renderer for one of `FORMATS`. `width`, `colour`, `prefix` and `trust` matter for tables only.

    `prefix` is what all sources begin with, which a table need not repeat. `trust`: show how far each
    message is to be believed.
    """
    if form == "table":
        return TableRows(why, width, colour, prefix, trust=trust)
    if form in ("csv", PLAIN_CSV):
        return CsvRows(why, plain=form == PLAIN_CSV)
    return JsonLines() if form == "jsonl" else JsonArray()


class JsonLines:
    """One object a line: the report under its own names, and `source`."""

    before, between, after = "", "", ""

    def report(self, source: str, report: Report) -> str:
        return to_json({"source": source, **report.to_dict()}) + "\n"


class JsonArray:
    """The same objects as one JSON array."""

    before, between, after = "[\n", ",\n", "\n]\n"

    def report(self, source: str, report: Report) -> str:
        return to_json({"source": source, **report.to_dict()})


class CsvRows:
    """One row per record; a message without records has one row with its kind.

    A cell that a spreadsheet would take for a formula gets an apostrophe in front, and a complaint has its
    type for its reason, unless `plain`; line ends and control characters are made visible.
    """

    between, after = "", ""

    def __init__(self, why: bool, *, plain: bool = False) -> None:
        self.why = why
        self.plain = plain
        names = ["source", "kind", *_RECORD_COLUMNS, *_REPORT_COLUMNS]
        names += [f"original_{name}" for name in _ORIGINAL_COLUMNS] + ["warnings", "authenticity"]
        names += ["evidence"] * why
        self.before = csv_line(names)

    def report(self, source: str, report: Report) -> str:
        data = report.to_dict()
        tail = [data[name] for name in _REPORT_COLUMNS] + [
            data["original"][name] for name in _ORIGINAL_COLUMNS
        ]
        tail.append(" ".join(map(str, report.warnings)))
        tail.append(report.authenticity.verdict if report.authenticity else None)
        lines = []
        is_read_by_people = report.kind is Kind.COMPLAINT and report.feedback_type and not self.plain
        for record in data["records"] or [{}]:
            if is_read_by_people and record.get("reason") == Reason.UNDEFINED:
                record["reason"] = report.feedback_type
            row = [source, data["kind"], *(record.get(name) for name in _RECORD_COLUMNS), *tail]
            if self.why:
                row.append(" | ".join(map(_one_line, record.get("evidence") or data["evidence"])))
            lines.append(csv_line([csv_cell(value, plain=self.plain) for value in row]))
        return "".join(lines)


def _one_line(entry: dict[str, Any]) -> str:
    return f"{entry['field']}: {entry['rule']} ({place(entry['part'], entry['line'])}) {entry['text']}"


def place(part: str, line: int) -> str:
    """Where a piece of evidence stands, in words."""
    where = part if part == "header" else f"part {part}"
    return f"{where} line {line}" if line else where


def _reason(report: Report, record: BounceRecord) -> str:
    """Why it failed; of a complaint, of which type it is; "" where nothing failed."""
    if record.reason is not Reason.UNDEFINED or report.kind in _FAILED:
        return record.reason.value
    return visible(report.feedback_type or "") if report.kind is Kind.COMPLAINT else ""


class TableRows:
    """One line per record; a message without records has one line with its kind."""

    between, after = "", ""

    def __init__(self, why: bool, width: int, colour: bool, prefix: str = "", *, trust: bool = False) -> None:
        self.why, self.width, self.colour, self.prefix, self.trust = why, width, colour, prefix, trust
        self.advice, self.diagnostic = width >= 130, width >= 110
        columns = [
            Column("SOURCE", share=4, keep_end=True),
            Column("KIND", 10),
            Column("TYPE", 5),
            Column("STATUS", 7),
            Column("REASON", 16 if width < 100 else 20),
            *[Column("TRUST", 13)] * trust,
            *[Column("ADVICE", 10)] * self.advice,
            Column("RECIPIENT", share=5),
            *[Column("DIAGNOSTIC", share=6)] * self.diagnostic,
        ]
        self.table = Table(columns, width, colour=colour)
        self.before = self.table.header() + "\n"

    def report(self, source: str, report: Report) -> str:
        source = source.removeprefix(self.prefix)
        lines = [self._row(source, report, record) for record in report.records or (None,)]
        if not self.why:
            return "\n".join(lines) + "\n"
        out: list[str] = []
        for warning in report.warnings:
            out += self._indented(visible(warning.text), "yellow")
        proofs = report.authenticity.evidence if report.authenticity else ()
        for entry in (*report.evidence, *proofs):
            out += self._evidence(entry)
        for number, record in enumerate(report.records):
            out = [*out, lines[number]] if number else [lines[0], *out]
            out.append(f"    advice: {record.advice.value}; confidence: {record.confidence:.2f}")
            for entry in record.evidence:
                out += self._evidence(entry)
        return "\n".join(out if report.records else [lines[0], *out]) + "\n\n"

    def _row(self, source: str, report: Report, record: BounceRecord | None) -> str:
        kind = (report.kind.value, None if report.kind is Kind.BOUNCE else "dim")
        found = report.authenticity
        proven: list[str | tuple[str, str | None]] = [
            (found.verdict.value, _VERDICT_COLOURS.get(found.verdict)) if found else ""
        ] * self.trust
        if record is None:
            blank: list[str | tuple[str, str | None]] = [""] * (1 + self.advice + self.diagnostic)
            complaint = visible(report.feedback_type or "") if report.kind is Kind.COMPLAINT else ""
            return self.table.row([source, kind, "", "", complaint, *proven, *blank])
        style = type_style(record.bounce_type)
        kind_of = record.bounce_type.value
        if record.bounce_type is BounceType.UNDETERMINED:
            kind_of = "?" if report.kind in _FAILED else ""
        cells: list[str | tuple[str, str | None]] = [
            source,
            kind,
            (kind_of, style),
            record.status or record.effective_status or "",
            (_reason(report, record), style),
            *proven,
        ]
        cells += [record.advice.value] * self.advice
        cells.append(record.recipient)
        cells += [(record.diagnostic or "", "dim")] * self.diagnostic
        return self.table.row(cells)

    def _evidence(self, entry: Evidence) -> list[str]:
        where = place(visible(entry.part), entry.line)
        head = f"    {visible(entry.field):<18} {where:<18} {visible(entry.rule):<26}"
        text = visible(entry.text)
        if width(head) + 1 + width(text) <= self.width:
            return [f"{head} {paint(text, 'dim', self.colour)}"]
        return [fit(head.rstrip(), self.width), *self._indented(text, "dim")]

    def _indented(self, text: str, style: str) -> list[str]:
        lines = wrap(text, max(self.width - 8, 20), _WHY_LINES)
        return ["        " + paint(line, style, self.colour) for line in lines]
