"""The words of notices (`data/words/*.toml`): lists of them, in all languages."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache, lru_cache

from dsnparse.data import load
from dsnparse.rulebook.pattern_finder import PatternFinder
from dsnparse.rulebook.template import pattern as compiled

#: Characters of a line that are looked at for such words.
_MAX_LINE = 600
#: Lines whose words are remembered: one notice asks for the same line several times.
_REMEMBERED = 256


def says(name: str, text: str) -> bool:
    """Whether `text` contains words of the list `name` ("intro", "failure", "delay", …)."""
    return name in _lists_in("text", text if len(text) <= _MAX_LINE else text[:_MAX_LINE])


def subject_says(name: str, subject: str) -> bool:
    """Whether a subject contains words of the subject list `name` ("bounce", "delay", "auto_reply", …)."""
    return name in _lists_in("subject", subject if len(subject) <= _MAX_LINE else subject[:_MAX_LINE])


@lru_cache(maxsize=_REMEMBERED)
def _lists_in(group: str, text: str) -> Collection[str]:
    return _finder(group).found_in(text)


@cache
def _finder(group: str) -> PatternFinder[str]:
    """Finds the lists of a group."""
    return PatternFinder(
        [
            (name, pattern)
            for language in load("words").values()
            for name, phrases in language.get(group, {}).items()
            for pattern in phrases
        ],
        compiled,
    )
