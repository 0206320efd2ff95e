"""A page of `explain` as lines for a terminal: headings, and labels with wrapped text beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dsnparse.data import load
from dsnparse.explain import Page, Sense
from dsnparse.render.terminal import paint, visible, width, words_in_lines

#: Two spaces, the longest label ("Second digit 2") and two spaces.
_INDENT = 18
_LEAST_TEXT = 20
_LABELS = {"title": "Official title", "use": "Meant for", "reference": "Defined in"}

#: A label, its text and the style of the text.
_Row = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What pages are laid out on: columns of a terminal, whether it has colours, how it draws a line."""

    width: int
    colour: bool = False
    rule: str = "─"


def page_lines(page: Page, sheet: Sheet) -> Iterator[str]:
    """A page, line by line, without blanks at line ends."""
    return _page(page, sheet, part=False)


def _page(page: Page, sheet: Sheet, *, part: bool) -> Iterator[str]:
    """As part of the page of a reply it leaves out what the verdict has said."""
    if page.verdict is not None:
        yield from _verdict(page, sheet)
        return
    yield from _heading(sheet, page.subject, page.title)
    for number, sense in enumerate(page.senses):
        if len(page.senses) > 1:
            if number:
                yield ""
            yield from _heading(sheet, sense.code, sense.name, underlined=False)
        yield from _rows(sheet, [*_sense_rows(sense), *(_code_alone(sense) if part else _follows(sense))])
    more: list[_Row] = []
    if page.causes:
        more.append(("Seen causes", "; ".join(page.causes), ""))
    if page.codes:
        more.append(("Usual codes", ", ".join(page.codes), ""))
    more += _listed("Worth knowing", page.notes)
    elsewhere = [] if part else [(f"In {system}", name, "") for system, name in page.elsewhere]
    official = [(_LABELS.get(label, label.capitalize()), text, "dim") for label, text in page.official]
    for rows in (more, elsewhere, official):
        if rows:
            yield ""
            yield from _rows(sheet, rows)


def _verdict(page: Page, sheet: Sheet) -> Iterator[str]:
    verdict = page.verdict
    assert verdict is not None
    yield from _heading(sheet, "", page.subject)
    if page.succeeded:
        yield from _rows(sheet, [("Verdict", "no failure: the server did what was asked", "green")])
    else:
        rows = [
            ("Reason", f"{verdict.reason}: {_lower_first(page.title)}", "green"),
            *_consequences(verdict.bounce_type, verdict.advice),
            ("Decided by", f'"{verdict.matched}"' if verdict.matched else "nothing that is known", ""),
            ("Rule", verdict.rule, ""),
            ("Confidence", f"{verdict.confidence:.0%}", ""),
        ]
        if verdict.provider:
            rows.append(("Provider", verdict.provider, ""))
        rows += [
            ("" if number else "Text and code", note, "yellow") for number, note in enumerate(page.notes)
        ]
        yield from _rows(sheet, rows)
    for part in page.pages:
        yield ""
        yield from _page(part, sheet, part=True)


def _listed(label: str, notes: tuple[str, ...], style: str = "") -> list[_Row]:
    mark = "- " if len(notes) > 1 else ""
    return [("" if number else label, f"{mark}{note}", style) for number, note in enumerate(notes)]


def _sense_rows(sense: Sense) -> list[_Row]:
    rows: list[_Row] = [("What happened", sense.happened, ""), ("What to do", sense.fix, "")]
    if sense.mends:
        rows.append(("Mends itself", sense.mends, ""))
    if sense.other:
        rows.append(("Another way", sense.other, ""))
    return rows


def _follows(sense: Sense) -> list[_Row]:
    """What follows from a code or a reason by itself."""
    rows = _consequences(sense.bounce_type, sense.advice)
    if sense.reason is None or sense.reason == sense.code:
        return rows
    return [("Reason", str(sense.reason), "green"), *rows]


def _code_alone(sense: Sense) -> list[_Row]:
    """What follows from a code by itself, in short, where a verdict stands above it."""
    if sense.reason is None or sense.reason == sense.code:
        return []
    return [("By itself", f"{sense.reason}, {sense.bounce_type}, {sense.advice}", "")]


def _consequences(bounce_type: str | None, advice: str) -> list[_Row]:
    words = load("pages")["words"]
    rows = [("Bounce type", f"{bounce_type}: {words['bounce_type'][bounce_type]}", "")] if bounce_type else []
    return [*rows, ("Advice", f"{advice}: {words['advice'][advice]}", "")]


def _lower_first(sentence: str) -> str:
    """A sentence that goes on after a colon; words in capitals (SPF) stay."""
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]


def _heading(sheet: Sheet, code: str, title: str, *, underlined: bool = True) -> Iterator[str]:
    before = f"{visible(code)}  " if code else ""
    lines = words_in_lines(before + visible(title), sheet.width)
    for number, line in enumerate(lines):
        is_first = number == 0 and line.startswith(before)
        head = paint(before.rstrip(), "cyan", sheet.colour) + "  " if before and is_first else ""
        yield head + paint(line[len(before) :] if head else line, "bold", sheet.colour)
    if underlined:
        yield paint(sheet.rule * max(map(width, lines), default=0), "dim", sheet.colour)


def _rows(sheet: Sheet, rows: list[_Row]) -> Iterator[str]:
    """Labels on the left, wrapped text on the right."""
    for label, text, style in rows:
        lines = words_in_lines(visible(text), max(sheet.width - _INDENT, _LEAST_TEXT))
        for number, line in enumerate(lines):
            shown = f"  {label}" if number == 0 else ""
            if line or shown:
                yield (
                    paint(f"{shown:<{_INDENT}}", "dim", sheet.colour) + paint(line, style, sheet.colour)
                ).rstrip()
            else:
                yield ""
