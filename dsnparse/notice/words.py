"""The words of notices (`data/words/*.toml`): lists of them, in all languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Final

from dsnparse.data import load
from dsnparse.data.uncollected import uncollected
from dsnparse.rulebook.pattern_finder import PatternFinder
from dsnparse.rulebook.template import pattern as compiled

#: Characters of a text that are looked at for such words.
_MOST: Final = 3000
#: More lines than these are not looked through for the sake of the first.
_MANY: Final = 100
#: Texts whose words are remembered: one notice asks for the same line several times.
_REMEMBERED: Final = 256


#: Lists that the same text is asked for, one after the other: they are looked for together.
_OUTCOME: Final = ("continues", "delay", "final", "over", "success")


def says(name: str, text: str) -> bool:
    """Whether `text` contains words of the list `name` ("intro", "failure", "delay", …)."""
    text = text if len(text) <= _MOST else text[:_MOST]
    return name in _said("text", _OUTCOME, text) if name in _OUTCOME else _says(name, text)


def may_say(name: str, lines: Sequence[str]) -> bool:
    """Whether one of `lines` may contain words of the list `name`: asked once before each is."""
    return len(lines) > _MANY or bool(_finder("text", (name,)).perhaps_within("\n".join(lines)))


def subject_says(name: str, subject: str) -> bool:
    """Whether a subject contains words of the subject list `name` ("bounce", "delay", "auto_reply", …)."""
    return name in _said("subject", None, subject if len(subject) <= _MOST else subject[:_MOST])


@lru_cache(maxsize=_REMEMBERED)
def _says(name: str, text: str) -> bool:
    return _finder("text", (name,)).is_any_in(text)


@lru_cache(maxsize=_REMEMBERED)
def _said(group: str, names: tuple[str, ...] | None, text: str) -> Mapping[str, str]:
    """The lists that `text` has words of, with one pattern of each; `names`: which are looked for."""
    return _finder(group, names).found_in(text)


@cache
@uncollected
def _finder(group: str, names: tuple[str, ...] | None) -> PatternFinder[str]:
    """One for each list, or for all of a group: texts are short, and quickly looked through."""
    return PatternFinder(
        [
            (name, pattern)
            for language in load("words").values()
            for name, patterns in language.get(group, {}).items()
            if names is None or name in names
            for pattern in patterns
        ],
        compiled,
    )
