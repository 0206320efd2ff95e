"""The named format that a notice is in.

Facts:

* A mail system says the same words each time; a handful of them, with its From and Subject, tell it apart.
* So: tables of signs and patterns (`data/formats/*.toml`, and the user's), no code per format.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final, NamedTuple

from dsnparse.model import Evidence
from dsnparse.notice.body import Body
from dsnparse.notice.head import Head
from dsnparse.rulebook.template import Format, find
from dsnparse.rulebook.template_matcher import Formats
from dsnparse.wire.text import header_text

#: Lines and characters of the text that are looked at to recognise a format; Exchange 5.5 lists every
#: addressee before it says what it is.
_OPENING_LINES: Final = 60
_OPENING_CHARS: Final = 8000
_HEADER_CHARS: Final = 500


class Known(NamedTuple):
    """A format, what gave it away, and the line of the text in which that stands ("": in the header)."""

    form: Format
    evidence: Evidence
    line: str


def find_template(head: Head, body: Body, formats: Formats, *, suspected: bool) -> Known | None:
    """The format that a notice is in, or None; of several, the one that `Formats.recognise` names first.

    `suspected`: whether header or text look like a notice's anyway. If not, only formats that the header
    itself gives away are tried, and the text of other mail is never touched.
    """
    if not len(formats):
        return None
    opening = partial(_opening, body)
    found = formats.recognise(_header(head, formats), opening, suspected=suspected)
    return _known(head, body, formats.formats[found[0]], opening(), found[1]) if found is not None else None


def says_delayed_by(form: Format, head: Head, body: Body) -> bool | None:
    """Whether the format itself tells of a delay; None when it leaves that to the words of the text."""
    if not isinstance(form.delayed, tuple):
        return form.delayed
    text = f"{head.subject}\n{_opening(body)}"
    return any(find(one, text) is not None for one in form.delayed)


def _known(head: Head, body: Body, form: Format, opening: str, found: Any) -> Known:
    """The format with what gave it away: the words `found` in the text, or else the header field."""
    rule = f"format.{form.name}"
    if found is None:
        name = next(iter(form.conditions))
        evidence = Evidence("kind", "header", 0, rule, f"{name}: {_field(head, name)}"[:200])
        return Known(form, evidence, "")
    start, end = found.span()
    index = opening.count("\n", 0, start)
    part, line = body.place(index)
    evidence = Evidence("kind", part, line, rule, " ".join(opening[start:end].split())[:200])
    return Known(form, evidence, body.lines[index])


def _header(head: Head, formats: Formats) -> dict[str, str]:
    return {name: _field(head, name) for name in formats.fields if name in head.first}


def _field(head: Head, name: str) -> str:
    if name == "subject":
        return head.subject[:_HEADER_CHARS]
    if name == "from":
        return head.mail_from[:_HEADER_CHARS]
    return header_text(head.first.get(name, "")[:_HEADER_CHARS], head.buffer)


def _opening(body: Body) -> str:
    return "\n".join(body.lines[:_OPENING_LINES])[:_OPENING_CHARS]
