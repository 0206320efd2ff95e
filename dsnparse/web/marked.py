"""A message with its evidence marked in it: each line in pieces, each piece with the marks that cover it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from dsnparse.explain.evidence import evidence_meaning
from dsnparse.model import Evidence, Report
from dsnparse.render.terminal import visible
from dsnparse.web.places import Places
from dsnparse.web.shown import Section, read_sections
from dsnparse.wire.limits import DEFAULT_LIMITS, Limits

#: Recipients whose evidence is marked, and marks of all of them, and of one line.
MOST_RECORDS = 200
MOST_MARKS = 4000
MOST_MARKS_OF_LINE = 100
#: Lines of a section that are shown from its beginning, and around a mark further down.
FIRST_LINES = 250
AROUND = 3
#: Lines of the whole message, and characters of a line.
MOST_LINES = 3000
MOST_LINE_CHARS = 1200


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of a line, with nothing in them that acts on a screen, and the marks on them."""

    text: str
    marks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a part, by its number; 0 for a sentence of ours about what is left out."""

    line: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A piece of evidence.

    Attributes:
        record: The index of the record that it is about; None for the report.
        field: The field that it explains.
        rule: The rule that read it.
        meaning: What the rule means, in a line; None where nothing is written about it.
        text: The text that the rule looked at.
        is_shown: Whether it stands in one of the lines.
    """

    record: int | None
    field: str
    rule: str
    meaning: str | None
    text: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class MarkedPart:
    """One part of a message; one that has a header of its own (a returned message) comes twice.

    Attributes:
        part: Its number as in `Evidence.part`; "header" for the header of the message.
        title: What it is, in plain words.
        type: Its media type; "" for a header.
        lines: Its lines.
    """

    part: str
    title: str
    type: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """A message for a person: its parts in order, and the evidence. A piece names marks by their index."""

    parts: tuple[MarkedPart, ...]
    marks: tuple[Mark, ...]

    def to_dict(self) -> dict[str, Any]:
        """The fields as plain JSON types, under the same names."""
        return asdict(self)


def marked(message: bytes, report: Report, limits: Limits = DEFAULT_LIMITS) -> Marked:
    """`message` with the evidence of `report` marked in it.

    `message`: the bytes that `report` was made of, any bytes. `limits`: those that it was made with. Raises
    nothing on any bytes. Long lines and messages are cut, with a sentence that says so; lines with evidence
    stay. Pure; time and memory are linear in the message.
    """
    entries = list(_entries(report))[:MOST_MARKS]
    sections = read_sections(message, {entry.part for _, entry in entries}, limits)
    covered: dict[tuple[int, int], list[tuple[int, int, int]]] = defaultdict(list)
    shown: set[int] = set()
    places = Places(sections)
    for number, (_, entry) in enumerate(entries):
        for section, line, start, end in places.find(entry):
            if len(covered[section, line]) < MOST_MARKS_OF_LINE:
                covered[section, line].append((start, end, number))
                shown.add(number)
    parts = tuple(
        MarkedPart(section.part, section.title, section.type, lines)
        for section, lines in zip(sections, _lines(sections, covered), strict=True)
    )
    marks = tuple(
        Mark(
            record=record,
            field=visible(entry.field),
            rule=visible(entry.rule),
            meaning=evidence_meaning(entry.rule),
            text=visible(entry.text),
            is_shown=number in shown,
        )
        for number, (record, entry) in enumerate(entries)
    )
    return Marked(parts, marks)


def _entries(report: Report) -> Iterator[tuple[int | None, Evidence]]:
    """All evidence of a report; of its first recipients."""
    yield from ((None, entry) for entry in report.evidence)
    if report.authenticity is not None:
        yield from ((None, entry) for entry in report.authenticity.evidence)
    for index, record in enumerate(report.records[:MOST_RECORDS]):
        yield from ((index, entry) for entry in record.evidence)


def _lines(
    sections: Sequence[Section], covered: Mapping[tuple[int, int], list[tuple[int, int, int]]]
) -> Iterator[tuple[Line, ...]]:
    """The lines of each section, as many as are shown."""
    left = MOST_LINES
    for index, section in enumerate(sections):
        marked_lines = {line for of, line in covered if of == index}
        near = {line + step for line in marked_lines for step in range(-AROUND, AROUND + 1)}
        found: list[Line] = []
        gap = 0
        for number, text in enumerate(section.lines):
            if left > 0 and (number < FIRST_LINES or number in near):
                found.extend(_gap(gap))
                gap = 0
                pieces = tuple(_pieces(text, covered.get((index, number), [])))
                found.append(Line(number + 1, pieces))
                left -= 1
            else:
                gap += 1
        found.extend(_gap(gap))
        if section.note:
            found.append(Line(0, (Piece(section.note),)))
        yield tuple(found)


def _gap(count: int) -> Iterator[Line]:
    if count:
        yield Line(0, (Piece(f"{count:,} line{'s' * (count > 1)} not shown."),))


def _pieces(text: str, spans: list[tuple[int, int, int]]) -> Iterator[Piece]:
    """The line cut at the ends of its marks. A mark beyond its shown end covers the sentence that says so."""
    end = min(len(text), MOST_LINE_CHARS)
    cuts = {0, end}
    for start, stop, _ in spans:
        cuts |= {min(start, end), min(stop, end)}
    for start, stop in pairwise(sorted(cuts)):
        marks = [mark for begin, last, mark in spans if begin < stop and start < last]
        yield Piece(visible(text[start:stop]), tuple(marks))
    if len(text) > end:
        marks = [mark for _, last, mark in spans if last > end]
        yield Piece(f" … {len(text) - end:,} more characters", tuple(marks))
