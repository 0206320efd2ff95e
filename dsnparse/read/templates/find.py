"""Notices in formats that we know by name: which one a notice is in, and what it says by that.

Facts:

* A mail system says the same words each time; a handful of them, with its From and Subject, tell it apart.
* So: tables of signs and patterns (`data/formats/*.toml`, and the user's), no code per format.
"""

from __future__ import annotations

from dsnparse.model import Evidence
from dsnparse.notice.notice import Notice
from dsnparse.read.recipient import Draft
from dsnparse.read.templates.recipients import Reader
from dsnparse.rulebook.template import Format, pattern
from dsnparse.rulebook.template_matcher import Formats
from dsnparse.wire.text import header_text

#: Lines and characters of the text that are looked at to recognise a format; Exchange 5.5 lists every
#: addressee before it says what it is.
_OPENING_LINES = 60
_OPENING_CHARS = 8000
_HEADER_CHARS = 500


def find(notice: Notice, formats: Formats, *, suspected: bool = True) -> tuple[Format, Evidence] | None:
    """The format that `notice` is in and what gave it away, or None.

    Of several: the user's; those that know header and text, those that know the text, those that know the
    header; the one that stands first in the files (which go by their names).

    `suspected`: whether the header looks like a notice's anyway. If not, only formats that the header itself
    gives away are tried, and the text of other mail is never touched.
    """
    if not len(formats):
        return None
    known = formats.formats
    header = formats.in_header(_header(notice, formats))
    if not suspected and not any(known[number].has_text for number in header):
        return None
    opening = _opening(notice)
    in_text = formats.in_text(opening)
    found = [n for n in header if n in in_text or (suspected and not known[n].has_text)]
    if suspected:
        found += [n for n in in_text if not known[n].has_header]
    if not found:
        return None
    best = min(found, key=lambda n: (known[n].builtin, *known[n].weakness, n))
    form = known[best]
    return form, _sign(notice, form, opening, in_text.get(best))


def _sign(notice: Notice, form: Format, opening: str, mark: str | None) -> Evidence:
    """What gave the format away: the words of the text, or else the header field."""
    rule = f"format.{form.name}"
    found = pattern(mark).search(opening) if mark is not None else None
    if found is None:
        name = next(iter(form.conditions))
        return Evidence("kind", "header", 0, rule, f"{name}: {_field(notice, name)}"[:200])
    part, line = notice.place(opening.count("\n", 0, found.start()))
    return Evidence("kind", part, line, rule, " ".join(found[0].split())[:200])


def says_delayed(notice: Notice, form: Format) -> bool | None:
    """Whether the format itself tells of a delay; None when it leaves that to the words of the text."""
    if not isinstance(form.delayed, tuple):
        return form.delayed
    text = f"{notice.subject}\n{_opening(notice)}"
    return any(pattern(one).search(text) is not None for one in form.delayed)


def read(notice: Notice, form: Format) -> list[Draft]:
    """A draft for each recipient that `form` names; [] when it has no patterns for them, or finds nobody."""
    return Reader(notice, form).read() if form.recipient else []


def _header(notice: Notice, formats: Formats) -> str:
    first = notice.first
    return "\n".join(f"{name}: {_field(notice, name)}" for name in formats.fields if name in first)


def _field(notice: Notice, name: str) -> str:
    if name == "subject":
        return notice.subject[:_HEADER_CHARS]
    if name == "from":
        return notice.mail_from[:_HEADER_CHARS]
    return header_text(notice.first.get(name, "")[:_HEADER_CHARS], notice.root.buffer)


def _opening(notice: Notice) -> str:
    return "\n".join(notice.lines[:_OPENING_LINES])[:_OPENING_CHARS]
