"""The notice's own text as lines, each with its place, up to where it quotes the returned message."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from dsnparse.notice.footer import without_footer
from dsnparse.notice.quoted_subject import without_subjects
from dsnparse.notice.returned import find_quoted_header
from dsnparse.notice.roles import Roles
from dsnparse.wire.html import html_text
from dsnparse.wire.mime import Buffer, Part
from dsnparse.wire.text import body_text

#: Lines and characters at its beginning: notices say what was done in their first sentences.
BEGINNING_LINES: Final = 60
_FIRST_CHARS: Final = 500
_BEGINNING_CHARS: Final = 3000


#: An address in angle brackets that is broken at the end of a line, and its rest on the next one.
_BROKEN: Final = re.compile(r"<[^<>\s@]{1,64}@[^<>\s@]{0,255}$|<[^<>\s@]{1,64}$")
_REST: Final = re.compile(r"[^<>\s]{1,255}>")


class _Text(NamedTuple):
    """The text of some parts: the notice's own lines, what they quote, each part's start and number."""

    lines: list[str]
    quoted: list[str]
    starts: list[tuple[int, str]]


class Body:
    """The text of a notice; decoded when somebody looks."""

    #: What was asked already.
    _beginning: str | None = None
    _stripped: list[str] | None = None
    _known_text: _Text | None = None

    def __init__(self, roles: Roles, buffer: Buffer) -> None:
        self.buffer = buffer
        self._roles = roles

    @property
    def lines(self) -> list[str]:
        """The notice's own lines."""
        return self._text.lines

    @property
    def quoted(self) -> list[str]:
        """What the text quotes of the returned message, from its first header field on; [] when nothing."""
        return self._text.quoted

    @property
    def returns_something(self) -> bool:
        """Whether the message came back: in a part, or quoted."""
        return self._roles.returned is not None or bool(self.quoted)

    @property
    def first_sentences(self) -> str:
        """What is said first of all."""
        return self.beginning[:_FIRST_CHARS]

    @property
    def beginning(self) -> str:
        """The first of the notice's own lines as one."""
        if self._beginning is None:
            self._beginning = " ".join(" ".join(self.lines[:BEGINNING_LINES]).split())[:_BEGINNING_CHARS]
        return self._beginning

    @property
    def stripped(self) -> list[str]:
        """The first lines, as many as the limit allows, without blanks and without quoted subjects."""
        if self._stripped is None:
            self._stripped = self._find_stripped()
        return self._stripped

    def _find_stripped(self) -> list[str]:
        lines, most = self.lines, self.buffer.limits.text_lines
        if len(lines) > most:
            self.buffer.warn("limit.text_lines", most=most)
        return _with_whole_addresses(without_subjects(lines[:most]))

    def place(self, index: int) -> tuple[str, int]:
        """The part number and the line within it of line `index` of the text."""
        for start, number in reversed(self._text.starts):
            if start <= index:
                return number, index - start + 1
        return "1", index + 1

    def shortened(self, diagnostic: str) -> str:
        """`diagnostic` as far as the limit allows."""
        most = self.buffer.limits.diagnostic_chars
        if len(diagnostic) > most:
            self.buffer.warn("limit.diagnostic_chars", most=most)
        return diagnostic[:most]

    @property
    def _text(self) -> _Text:
        """The plain parts; the HTML ones where the plain ones name no address."""
        if self._known_text is None:
            self._known_text = self._find_text()
        return self._known_text

    def _find_text(self) -> _Text:
        plain = self._read(self._roles.texts)
        if self._roles.html and not any("@" in line for line in plain.lines):
            html = self._read(self._roles.html)
            return html._replace(quoted=html.quoted or plain.quoted)
        return plain

    def _read(self, parts: list[Part]) -> _Text:
        lines: list[str] = []
        starts: list[tuple[int, str]] = []
        budget = self.buffer.limits.text_bytes
        for part in parts:
            if budget <= 0:
                self.buffer.warn("limit.text_parts")
                break
            text = body_text(part, budget)
            budget -= len(text)
            if part.type == "text/html":
                text = html_text(text, self.buffer)
            new = without_footer(text.split("\n"))
            starts.append((len(lines), part.number or "1"))
            at = find_quoted_header(text, new)
            if at >= 0:
                return _Text(lines + new[:at], new[at:], starts)
            lines.extend(new)
        return _Text(lines, [], starts)


def _with_whole_addresses(lines: list[str]) -> list[str]:
    """`lines`, each address that a line break cut in two on the line where it begins."""
    for index, line in enumerate(lines[:-1]):
        if "<" in line and _BROKEN.search(line) is not None:
            rest = _REST.match(lines[index + 1])
            if rest is not None and "@" in line[line.rindex("<") :] + rest[0]:
                lines[index] = line + rest[0]
                lines[index + 1] = lines[index + 1][rest.end() :].lstrip()
    return lines
