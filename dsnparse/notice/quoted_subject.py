"""The subject of the returned message where a notice quotes it in its own words.

Facts:

* Exchange, Domino, webmail systems and gateways write "Subject: …" or 'your message "…"' into their text.
* Who wrote to an address that answers by itself chose the subject of that answer ("Re: 550 5.1.1 user unknown
  <somebody@…>"), and so wrote a line of the notice that returns it.
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
    found = []
    for line in lines:
        line = line.strip()
        if ":" in line or '"' in line or "'" in line or not line.isascii():
            line = without_subject(line)
        found.append(line)
    return found


def without_subject(line: str) -> str:
    """`line` of a notice's text with the subject that it quotes left out."""
    plain = line.isascii()
    if not plain or _may_be_labelled(line):
        found = _LABELLED.match(line)
        if found is not None:
            return line[: found.end()]
    if plain and (('"' not in line and "'" not in line) or not _has_label(line.lower())):
        return line
    found = _IN_QUOTES.search(line)
    if found is None:
        return line
    end = line.rfind(_CLOSING[found[1]], found.end())
    return line[: found.end()] + (line[end:] if end >= 0 else "")
