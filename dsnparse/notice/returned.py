"""The returned message: where a notice's text begins to quote it, and what its header says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from dsnparse.model import OriginalMessage
from dsnparse.wire.dates import parse_date
from dsnparse.wire.header import header_lines_of_text
from dsnparse.wire.text import header_text

#: Fields that only a mail header has; one of these among header-like lines makes them a quoted header.
_TELLING: Final = frozenset(
    [
        "received",
        "message-id",
        "return-path",
        "mime-version",
        "x-mailer",
        "delivered-to",
        "dkim-signature",
        "x-originating-ip",
        "content-transfer-encoding",
        "content-type",
        "envelope-to",
        "x-received",
        "arc-seal",
        "authentication-results",
        "received-spf",
    ]
)
_PLAIN: Final = frozenset(["from", "to", "subject", "date", "cc", "reply-to", "sender"])
_HEADER_LINE: Final = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,40}):(?:\s|$)")
#: Lines after which everything belongs to the returned message, whatever it looks like. MTAs of all ages
#: rule it off with dashes and one of these words.
_MARKER: Final = re.compile(
    r"""^[\s>]{0,4}(?:[-=_*]{2,160}(?:\s[-=_*]{2,80})?\s?)?
    (?:below\ this\ line\ is\ (?:a\ copy\ of\ )?the\ (?:message|original)
     |this\ is\ a\ copy\ of\ (?:the|your)\ message
     |(?:the\ )?(?:original|returned|unsent|undelivered)\ message\ (?:follows|headers|header|body|below)
     |(?:begin(?:ning)?\ of\ )?(?:the\ )?(?:original|returned|unsent)\ (?:mail\ )?message\s?[-=_:*]{2,80}
     |text\ of\ (?:the\ )?(?:original|undelivered)\ message
     |returned\ mail\ follows
     |your\ (?:original\ )?message\ (?:follows|is\ below|was\ as\ follows)
     |message\ headers?\ follows?
     |message\ header\ for\ reference
     |included\ is\ a\ copy\ of\ the\ message\ header
     |(?:here\ is\ )?(?:a\ )?copy\ of\ (?:the|your)\ (?:original\ )?message\ (?:follows|is\ below)
     |first\ \d{1,6}\ (?:lines|bytes|characters)\ of\ the\ (?:original|message)
     |---\ (?:mensaje|mensagem|message|original)\b
      (?!\ (?:non-?|not|no|un|could|cannot|was|were|is|delivery|rejected|expired))
     |original\ message\ (?:headers?|text)\s?:
     |附件中的内容是原(?:信件|邮件)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
#: What a marker of ASCII begins with, behind its rule and other dressing: found from line end to line end.
_MARKER_START: Final = re.compile(
    r"\n[ \t\r\v\f\x1c-\x1f>=_*-]*+(?:below this|this is|the |original|returned|unsent|undelivered|begin|"
    r"text of|your |message|included|here is|a copy|copy of|first |mensa)"
)
#: One of these is in every marker.
_MARKER_WORDS: Final = ("message", "mail follows", "mensaje", "mensagem", "附件中")
_LONGEST_MARKER: Final = 160
#: Lines above a quoted header that announce it, with blank ones.
_MARKERS: Final = 5
_HEADER_LINES: Final = 2000
#: Header-like lines that are looked at before deciding.
_LOOK_AHEAD: Final = 40


def find_quoted_header(text: str, lines: list[str]) -> int:
    """The index of the line where the text starts to quote the returned message, or -1.

    Either a ruled-off marker line, or a run of header fields of which one is such as only a mail's header
    has (Received, Message-ID, …). A short table of From, To and Subject in the notice's own words is not.

    `lines`: those of `text`, or the first of them. Most begin like neither: text of ASCII shows it at once.
    """
    low = f"\n{text.lower()}" if text.isascii() else ""
    header = _find_header(lines) if not low or _TELLING_FIELD.search(low) is not None else -1
    own = lines if header < 0 else lines[:header]
    for index in _lines_with_starts(low) if low else range(len(own)):
        if index >= len(own):
            break
        if len(own[index]) <= _LONGEST_MARKER and _is_marker(own[index]):
            return index
    return header


def _lines_with_starts(low: str) -> Iterator[int]:
    """The indices of the lines that begin as a marker does; `low`: a line end and them, in lower case."""
    index = done = 0
    for found in _MARKER_START.finditer(low):
        index += low.count("\n", done, found.start())
        done = found.start()
        yield index


def _is_marker(line: str) -> bool:
    low = line.lower()
    for word in _MARKER_WORDS:
        if word in low:
            return _MARKER.match(line) is not None
    return False


def _find_header(lines: list[str]) -> int:
    """The index of the first line with which a header begins, or -1."""
    looked_to = 0
    for index, line in enumerate(lines):
        if ":" not in line or index < looked_to:
            continue
        bare = line.lstrip("> \t")
        if bare.partition(":")[0].lower() in _HEADER_NAMES and _HEADER_LINE.match(bare):
            is_header, looked_to = _is_header(lines, index)
            if is_header:
                return index
    return -1


_HEADER_NAMES: Final = _TELLING | _PLAIN
#: One of the telling fields at the beginning of a line, in lower case: found from line end to line end.
_TELLING_FIELD: Final = re.compile(rf"\n[> \t]*+(?:{'|'.join(sorted(_TELLING))}):")


def _is_header(lines: list[str], index: int) -> tuple[bool, int]:
    """Whether a header starts at `index`; and where the next look is worth it if not."""
    telling = known = 0
    end = index
    for end, line in enumerate(lines[index : index + _LOOK_AHEAD], index):
        bare = line.lstrip("> ")
        if not bare.strip():
            break
        if bare[0] == "\t" or (line[0] in " \t" and known):
            continue
        found = _HEADER_LINE.match(bare)
        if not found:
            break
        name = found[1].lower()
        telling += name in _TELLING
        known += 1
        if telling and known >= 3:
            return True, end
    return bool(telling) and known >= 2, end


def parse_header_lines(lines: list[str]) -> dict[str, str]:
    """First values of the header fields that `lines` start with (a marker line and quote marks aside)."""
    fields: dict[str, str] = {}
    for line in header_lines_of_text("\n".join(_without_marks(lines[:_HEADER_LINES]))):
        found = _HEADER_LINE.match(line)
        if found:
            fields.setdefault(found[1].lower(), line[found.end() :].strip())
        elif len(fields) >= 2 and ":" not in line.partition("\n")[0]:
            break
    return fields


def from_first_field(lines: list[str]) -> list[str]:
    """`lines` from their first header field on; a marker line or two may stand before it."""
    first = next((index for index, line in enumerate(lines[:_MARKERS]) if _HEADER_LINE.match(line)), 0)
    return lines[first:]


def _without_marks(lines: list[str]) -> Iterator[str]:
    """The lines from the first header field to the end of the header, without quote marks and indent.

    An empty line ends it behind two fields: a marker line may look like the first.
    """
    indent = -1
    fields = 0
    for line in lines:
        bare = line[1:].removeprefix(" ") if line[:1] == ">" else line
        if not bare or bare.isspace():
            if fields >= 2:
                return
            if indent >= 0:
                yield ""
            continue
        if indent < 0:
            text = bare.lstrip()
            if not _HEADER_LINE.match(text):
                continue
            indent = len(bare) - len(text)
        if indent and not bare[:indent].strip():
            bare = bare[indent:]
        if bare[0] not in " \t" and ":" in bare:
            fields += 1
        yield bare


def original_message(fields: Mapping[str, str]) -> OriginalMessage:
    """What the header fields of the returned message say."""
    if not fields:
        return _NOTHING
    get = fields.get

    def text(name: str) -> str | None:
        value = get(name)
        return (header_text(value) or None) if value is not None else None

    date: datetime | str | None = text("date")
    if isinstance(date, str):
        date = parse_date(date)
    return OriginalMessage(
        message_id=text("message-id"),
        subject=text("subject"),
        from_=text("from"),
        to=text("to"),
        date=date,
        return_path=text("return-path"),
        list_id=text("list-id"),
        list_unsubscribe=text("list-unsubscribe"),
        feedback_id=text("feedback-id") or text("cfbl-feedback-id"),
        x_headers={
            name: header_text(value, guess=False) for name, value in fields.items() if name.startswith("x-")
        },
    )


_NOTHING: Final = OriginalMessage()
