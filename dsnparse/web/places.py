"""Where a piece of evidence stands among the lines of a message.

A text of evidence is what a rule looked at: unfolded, without control characters, at times cut, in lower
case, or with its addresses in one spelling. So lines are compared by their letters and digits, in lower case,
and a text may go on over several lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dsnparse.model import Evidence
from dsnparse.web.shown import Section
from dsnparse.wire.text import without_controls

#: Lines that a text may go on over, and lines that are searched where none is named.
WINDOW = 15
MOST_SEARCHED = 400
#: Characters that are searched for all evidence together; what is left then has no place.
MOST_CHARS = 16 * 1024 * 1024
#: Characters of a line, and of a text, that are compared.
_COMPARED = 4000
_LONGEST_TEXT = 400
#: What is looked for where the whole text is not found: its beginning.
_BEGINNING = 48
#: A text as short as this is looked for as a word: "550" is not in "1550".
_WORD = 12
#: Rules that stand for words of the message, wherever these are.
_OF_WORDS = ("phrase.", "provider.", "user.", "outranked: phrase.", "outranked: provider.")
#: Rules whose text is no text of the message.
_NOT_IN_THE_MESSAGE = ("text.weighed", "class.", "learned", "outranked: learned", "outranked: class.", "none")
#: Rules whose text is the name of a format; they stand for the line that gives it away.
_OF_A_FORMAT = "kind.format"
#: Rules that name a field of the returned message.
_RETURNED = "returned."
_WORDS = re.compile(r"\w+")
_SIGNS_BEFORE = re.compile(r"[^\w\s]{1,4}")
_SIGNS_BEHIND = re.compile(r"[^\w\s]{1,4}\Z")


class Span(NamedTuple):
    """A stretch of one line of one section."""

    section: int
    line: int
    start: int
    end: int


class _Look(NamedTuple):
    """Where to look for what: the lines `first` up to `last` of a section."""

    section: int
    first: int
    last: int
    text: str


class Places:
    """Finds evidence in the sections of one message."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._sections = sections
        self._squeezed: list[dict[int, str]] = [{} for _ in sections]
        self._left = MOST_CHARS

    def find(self, evidence: Evidence) -> list[Span]:
        """Where `evidence` stands: a span for each line that it covers; [] where it does not.

        Where the named line does not have the text (a format's name, say), it is that line as a whole.
        Raises nothing.
        """
        if evidence.rule.startswith(_NOT_IN_THE_MESSAGE):
            return []
        for look in self._looks(evidence) if evidence.rule != _OF_A_FORMAT else ():
            if self._left <= 0:
                break
            found = self._search(look)
            if found:
                return found
        if evidence.line:
            for index, section in enumerate(self._sections):
                if section.part == evidence.part and evidence.line <= len(section.lines):
                    return _whole(section, index, evidence.line - 1)
        return []

    def _looks(self, evidence: Evidence) -> Iterator[_Look]:
        """Where to look, the likeliest place first."""
        text = evidence.text.removesuffix("…")[:_LONGEST_TEXT]
        if not text.strip():
            return
        if evidence.rule.startswith(_RETURNED):
            yield from self._in_returned(evidence.rule.removeprefix(_RETURNED).removesuffix("-for"), text)
        named = [index for index, section in enumerate(self._sections) if section.part == evidence.part]
        for index in named:
            if evidence.line:
                yield _Look(index, evidence.line - 1, evidence.line - 1 + WINDOW, text)
                continue
            if evidence.part == "header":
                yield from self._fields_with(index, text)
            if evidence.rule.endswith(".action"):
                yield _Look(index, 0, MOST_SEARCHED, f"Action: {text}")
            yield _Look(index, 0, MOST_SEARCHED, text)
        if evidence.part == "header" or (not evidence.part and evidence.rule.startswith(_OF_WORDS)):
            for index, section in enumerate(self._sections):
                if index not in named and not section.is_header:
                    yield _Look(index, 0, MOST_SEARCHED, text)

    def _in_returned(self, name: str, text: str) -> Iterator[_Look]:
        """The fields of this name in the header of the returned message."""
        for index, section in enumerate(self._sections):
            if section.is_header and index:
                for number, line in enumerate(section.lines[:MOST_SEARCHED]):
                    if line.partition(":")[0].lower() == name:
                        yield _Look(index, number, number + 1, text)

    def _fields_with(self, index: int, value: str) -> Iterator[_Look]:
        """The first header field whose value is just this."""
        wanted = " ".join(value.split()).lower()
        for number, line in enumerate(self._sections[index].lines[:MOST_SEARCHED]):
            self._left -= len(line)
            if " ".join(line.partition(":")[2].split()).lower() == wanted:
                yield _Look(index, number, number + 1, value)
                return

    def _search(self, look: _Look) -> list[Span]:
        section = self._sections[look.section]
        lines = section.lines[look.first : look.last]
        text = look.text.strip()
        if len(text) <= _WORD and " " not in text:
            word = re.compile(rf"(?<![\w.]){re.escape(text)}(?!\w)(?!\.\w)", re.IGNORECASE)
            for number, line in enumerate(lines, look.first):
                start = line.find(":") + 1 if section.is_header else 0
                found = word.search(line, start, _COMPARED)
                self._left -= min(len(line), _COMPARED)
                if found is not None:
                    return [Span(look.section, number, *found.span())]
        small = squeezed(text)
        if not small:
            return []
        squeezed_lines = [self._squeezed_line(look.section, look.first + step) for step in range(len(lines))]
        whole = "".join(squeezed_lines)
        self._left -= len(whole)
        at = whole.find(small)
        if at < 0:
            small, text = small[:_BEGINNING], ""
            at = whole.find(small)
        if at < 0:
            return []
        spans = list(self._spans(look, squeezed_lines, at, at + len(small)))
        return _with_ends(spans, section, text)

    def _squeezed_line(self, section: int, number: int) -> str:
        kept = self._squeezed[section]
        if number not in kept:
            line = self._sections[section].lines[number]
            self._left -= min(len(line), _COMPARED)
            kept[number] = squeezed(line)
        return kept[number]

    def _spans(self, look: _Look, squeezed_lines: list[str], start: int, end: int) -> Iterator[Span]:
        """The spans of the characters `start` to `end` of the squeezed lines."""
        at = 0
        for number, small in enumerate(squeezed_lines, look.first):
            if at >= end:
                return
            if start < at + len(small):
                line = self._sections[look.section].lines[number]
                begin, stop = _unsqueezed(line, max(start - at, 0), min(end - at, len(small)))
                if start < at:  # it goes on from the line before
                    begin = len(line) - len(line.lstrip())
                if end > at + len(small):  # and into the next
                    stop = len(line.rstrip())
                yield Span(look.section, number, begin, stop)
            at += len(small)


def _with_ends(spans: list[Span], section: Section, text: str) -> list[Span]:
    """The spans with the signs that the text begins and ends with: brackets, a full stop."""
    before, behind = _SIGNS_BEFORE.match(text), _SIGNS_BEHIND.search(text)
    if before is not None and spans:
        first = spans[0]
        if section.lines[first.line].endswith(before[0], 0, first.start):
            spans[0] = first._replace(start=first.start - len(before[0]))
    if behind is not None and spans:
        last = spans[-1]
        if section.lines[last.line].startswith(behind[0], last.end):
            spans[-1] = last._replace(end=last.end + len(behind[0]))
    return spans


def _unsqueezed(line: str, start: int, end: int) -> tuple[int, int]:
    """The offsets in `line` of the characters `start` to `end` of `squeezed(line)`."""
    begin = count = 0
    for at, character in enumerate(line[:_COMPARED]):
        size = len(squeezed(character))
        if size and count == start:
            begin = at
        count += size
        if count >= end:
            return begin, at + 1
    return begin, min(len(line), _COMPARED)


def _whole(section: Section, index: int, number: int) -> list[Span]:
    line = section.lines[number]
    start, end = len(line) - len(line.lstrip()), len(line.rstrip())
    return [Span(index, number, start, end)] if start < end else []


def squeezed(text: str) -> str:
    """The letters and digits of `text`, in lower case where that keeps their number."""
    small = "".join(_WORDS.findall(without_controls(text[:_COMPARED])))
    low = small.lower()
    return low if len(low) == len(small) else small
