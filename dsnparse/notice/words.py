"""The words of notices (`data/words/*.toml`): lists of them, in all languages."""

from __future__ import annotations

from functools import cache, lru_cache

from dsnparse.data import load
from dsnparse.rulebook.pattern_finder import PatternFinder
from dsnparse.rulebook.template import pattern as compiled

#: Characters of a text that are looked at for such words.
_MOST = 3000
#: Texts whose words are remembered: one notice asks for the same line several times.
_REMEMBERED = 256


def says(name: str, text: str) -> bool:
    """Whether `text` contains words of the list `name` ("intro", "failure", "delay", …)."""
    return _says("text", name, text if len(text) <= _MOST else text[:_MOST])


def subject_says(name: str, subject: str) -> bool:
    """Whether a subject contains words of the subject list `name` ("bounce", "delay", "auto_reply", …)."""
    return _says("subject", name, subject if len(subject) <= _MOST else subject[:_MOST])


@lru_cache(maxsize=_REMEMBERED)
def _says(group: str, name: str, text: str) -> bool:
    return _finder(group, name).is_any_in(text)


@cache
def _finder(group: str, name: str) -> PatternFinder[None]:
    """One for each list: most texts are asked for one of them, and the short ones are quickly looked for."""
    return PatternFinder(
        [
            (None, pattern)
            for language in load("words").values()
            for pattern in language.get(group, {}).get(name, ())
        ],
        compiled,
    )
