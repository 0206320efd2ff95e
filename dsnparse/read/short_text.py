"""Short texts of mail systems: a few lines, of which the words alone say that mail was refused."""

from __future__ import annotations

from typing import Final

from dsnparse.classify import Source, classify
from dsnparse.notice.notice import Notice
from dsnparse.vocabulary import Reason

#: Lines and characters of such a text.
_MOST_LINES: Final = 12
_MOST_CHARS: Final = 1200


def is_short(notice: Notice) -> bool:
    """Whether a notice's text is a few lines."""
    lines = [line for line in notice.body.lines if line.strip()]
    return len(lines) <= _MOST_LINES and sum(map(len, lines)) <= _MOST_CHARS


def tells_why(text: str) -> bool:
    """Whether some words are such as mail is refused with."""
    verdict = classify(text)
    return verdict.source is Source.WORDS and verdict.reason is not Reason.UNDEFINED
