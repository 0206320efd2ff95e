"""A message as a person reads it: its header and its texts decoded, line by line, in the order they stand in.

Lines are numbered as `Evidence` numbers them: within their part, from 1. The returned message's own text is
not decoded, since the parser does not read it: its header is shown, and what else it has is named.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field

from dsnparse.notice.roles import RETURNED_TYPES, STATUS_TYPES
from dsnparse.wire.html import html_text
from dsnparse.wire.limits import DEFAULT_LIMITS, Limits
from dsnparse.wire.mime import FIELD_TYPES, Part, read_message
from dsnparse.wire.text import body_text, header_text

#: Sections that are shown, header fields of one of them, and characters of all; what lies beyond is named.
MOST_SECTIONS = 40
MOST_FIELDS = 300
MOST_CHARS = 1024 * 1024

_TITLES = {
    **dict.fromkeys(STATUS_TYPES, "The machine's report"),
    "message/feedback-report": "The complaint, for machines",
    "message/disposition-notification": "The receipt, for machines",
    "message/global-disposition-notification": "The receipt, for machines",
}
#: What of a returned message is text and shows its header.
_HEADERS_ONLY = RETURNED_TYPES - {"message/rfc822", "message/global", "message/partial"}


@dataclass(slots=True)
class Section:
    """One part of a message.

    Attributes:
        part: Its number as in `Evidence.part`; "header" for the header of the message itself.
        title: What it is, in plain words.
        type: Its media type; "" for a header.
        lines: Its lines: of a header a field each, unfolded.
        is_header: Whether the lines are header fields.
        note: What of it is not shown, in a sentence.
    """

    part: str
    title: str
    type: str
    lines: list[str] = field(default_factory=list)
    is_header: bool = False
    note: str = ""


def read_sections(
    message: bytes, named: Container[str] = (), limits: Limits = DEFAULT_LIMITS
) -> list[Section]:
    """The sections of `message`, any bytes.

    `named`: numbers of parts to show even where they are within the returned message. `limits`: those of the
    parser, so that both see the same. Raises nothing on any bytes; takes time and memory linear in them.
    """
    root = read_message(message, limits)
    reader = _Reader(named, limits)
    reader.header("header", "Header of the notice", root)
    reader.body(root, is_root=True)
    return reader.sections


class _Reader:
    """Collects sections until there are enough."""

    def __init__(self, named: Container[str], limits: Limits) -> None:
        self.sections: list[Section] = []
        self._named = named
        self._limits = limits
        self._left = MOST_CHARS

    def header(self, part: str, title: str, of: Part) -> None:
        fields = list(of.raw_items())
        if not fields:
            return
        shown = fields[:MOST_FIELDS]
        lines = [f"{name}: {header_text(str(value), guess=False)}" for name, value in shown]
        note = _left_out(len(fields) - len(shown), "more header field")
        self._add(Section(part, title, "", lines, is_header=True, note=note))

    def body(self, part: Part, *, is_root: bool = False, is_returned: bool = False) -> None:
        """The body of a part, and all that is in it."""
        number = part.number or "1"
        if len(self.sections) >= MOST_SECTIONS:
            if not self.sections[-1].note:
                self.sections[-1].note = "Further parts of the message are not shown."
            return
        if part.parts():
            if part.type.startswith("message/"):
                self.header(number, "The message that came back: its header", part.parts()[0])
                is_returned = True
            for inner in part.parts():
                self.body(inner, is_returned=is_returned)
        elif is_returned and number not in self._named:
            self._add(Section(number, "The message that came back: its text", part.type, note=_unread(part)))
        elif is_root or part.type in FIELD_TYPES or part.type.startswith(("text/", "multipart/", "message/")):
            self._text(number, part)
        else:
            size = part.body_end - part.body_start
            self._add(Section(number, "Attachment", part.type, note=f"{size:,} bytes, not read."))

    def _text(self, number: str, part: Part) -> None:
        limit = min(self._limits.text_bytes, self._left)
        if limit <= 0:
            self._add(Section(number, _title(part), part.type, note=_unread(part)))
            return
        text = body_text(part, limit)
        if part.type == "text/html":
            text = html_text(text, part.buffer)
        lines = text.split("\n")
        while lines and not lines[-1].strip():
            lines.pop()
        over = part.body_end - part.body_start - limit
        note = f"Another {over:,} bytes are not read." if over > 0 else ""
        self._add(Section(number, _title(part), part.type, lines, part.type in _HEADERS_ONLY, note))

    def _add(self, section: Section) -> None:
        self._left -= sum(map(len, section.lines))
        self.sections.append(section)


def _title(part: Part) -> str:
    if part.type in _HEADERS_ONLY:
        return "The message that came back: its header"
    if part.type == "text/html":
        return "The notice's words, from HTML"
    return _TITLES.get(part.type, "The notice's words")


def _unread(part: Part) -> str:
    size = part.body_end - part.body_start
    return f"{size:,} bytes, which dsnparse does not read." if size > 0 else "Empty."


def _left_out(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count > 1)} not shown." if count > 0 else ""
