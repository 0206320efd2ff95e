"""The subject of the returned message where a notice quotes it in its own words.

Facts:

* Exchange, Domino, webmail systems and gateways write "Subject: …" or 'your message "…"' into their text.
* Who wrote to an address that answers by itself chose the subject of that answer ("Re: 550 5.1.1 user unknown
  <somebody@…>"), and so wrote a line of the notice that returns it.
* A long subject goes on: in lines that are set in, or up to the quote that closes it.
* So: what a notice quotes as a subject says nothing about who failed, or why.
"""

from __future__ import annotations

import re
from typing import Final

_LABELS: Final = (
    "subject|betreff|betr\\.|objet|sujet|asunto|oggetto|onderwerp|assunto|título|ämne|emne|temat|тема|"
    "件名|題名|主题|主題|主旨|标题|標題|제목|aihe|předmět|predmet|tárgy|konu|θέμα|subiect|tema"
)
_ASCII_LABELS: Final = tuple(label.replace("\\", "") for label in _LABELS.split("|") if label.isascii())
#: What may stand before a label.
_LONGEST_DRESSING: Final = 4
_LABELLED: Final = re.compile(rf"\W{{0,4}}(?:message\s|mail\s)?(?:{_LABELS})\s{{0,20}}[:：]", re.IGNORECASE)
_IN_QUOTES: Final = re.compile(rf"\b(?:{_LABELS})\b[^\"“«„'‘「]{{0,20}}([\"“«„'‘「])", re.IGNORECASE)
#: Lines on which a quoted subject goes on.
_MOST_LINES: Final = 3
_CLOSING: Final = {'"': '"', "“": "”", "«": "»", "„": "“", "'": "'", "‘": "’", "「": "」"}


def _may_be_labelled(line: str) -> bool:
    """Whether a label may stand at the beginning of an ASCII line: before its first colon."""
    at = line.find(":")
    if at < _LONGEST_DRESSING:  # which may be one itself
        return at >= 0
    return line[:at].rstrip().lower().endswith(_ASCII_LABELS)


def _has_label(low: str) -> bool:
    for label in _ASCII_LABELS:  # noqa: SIM110  (a loop is twice as fast as any())
        if label in low:
            return True
    return False


def without_subjects(lines: list[str]) -> list[str]:
    """`lines` of a notice's text, without blanks around them and without the subjects that they quote."""
    found: list[str] = []
    end, closing = 0, ""
    for index, line in enumerate(lines):
        bare = line.strip()
        if index < end:
            bare = bare[bare.find(closing) :] if closing and index == end - 1 else ""
        elif ":" in bare or '"' in bare or "'" in bare or not bare.isascii():
            bare, open_at_its_end = _cut(bare)
            if open_at_its_end:
                closing = _CLOSING.get(open_at_its_end, "")
                end = _end_of_quote(lines, index, closing) if closing else _end_of_folded(lines, index)
        found.append(bare)
    return found


def without_subject(line: str) -> str:
    """`line` of a notice's text with the subject that it quotes left out."""
    return _cut(line)[0]


def _cut(line: str) -> tuple[str, str]:
    """`line` without its subject; and the label's colon or the quote behind which this may go on, or ""."""
    plain = line.isascii()
    if not plain or _may_be_labelled(line):
        found = _LABELLED.match(line)
        if found is not None:
            return line[: found.end()], ":"
    if plain and (('"' not in line and "'" not in line) or not _has_label(line.lower())):
        return line, ""
    found = _IN_QUOTES.search(line)
    if found is None:
        return line, ""
    end = line.rfind(_CLOSING[found[1]], found.end())
    return (line[: found.end()], found[1]) if end < 0 else (line[: found.end()] + line[end:], "")


def _end_of_quote(lines: list[str], index: int, closing: str) -> int:
    """The line behind the one that closes the quote which line `index` opens; else the next one."""
    for at in range(index + 1, min(index + 1 + _MOST_LINES, len(lines))):
        if closing in lines[at]:
            return at + 1
        if not lines[at].strip():
            break
    return index + 1


def _end_of_folded(lines: list[str], index: int) -> int:
    """The first line behind line `index` that is set in no further than it."""
    at = index + 1
    while at < min(index + 1 + _MOST_LINES, len(lines)) and _indent(lines[at]) > _indent(lines[index]):
        at += 1
    return at


def _indent(line: str) -> int:
    """How far a line is set in; -1 for an empty one."""
    bare = line.lstrip()
    return len(line) - len(bare) if bare else -1
