"""The words of notices (`data/words/*.toml`), all lists in one linear-time automaton."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import re2

from dsnparse.data import load

#: Characters of a line that are looked at for such words.
_MAX_LINE = 600
#: Memory for the automaton's states; RE2's default is 8 MB, and it slows down when that is full.
_AUTOMATON_MEMORY = 32 << 20
#: Lines whose words are remembered: one notice asks for the same line several times.
_REMEMBERED = 256


def says(name: str, text: str) -> bool:
    """Whether `text` contains words of the list `name` ("intro", "failure", "delay", …)."""
    return name in _lists_in("text", text if len(text) <= _MAX_LINE else text[:_MAX_LINE])


def subject_says(name: str, subject: str) -> bool:
    """Whether a subject contains words of the subject list `name` ("bounce", "delay", "auto_reply", …)."""
    return name in _lists_in("subject", subject if len(subject) <= _MAX_LINE else subject[:_MAX_LINE])


@lru_cache(maxsize=_REMEMBERED)
def _lists_in(group: str, text: str) -> tuple[str, ...]:
    automaton, names = _automaton(group)
    found: list[int] | None = automaton.Match(text)
    return tuple([names[number] for number in found]) if found else ()


@cache
def _automaton(group: str) -> tuple[Any, tuple[str, ...]]:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _AUTOMATON_MEMORY
    automaton = re2.Set.SearchSet(options)
    lists: dict[str, list[str]] = {}
    for language in load("words").values():
        for name, phrases in language.get(group, {}).items():
            lists.setdefault(name, []).extend(phrases)
    for phrases in lists.values():
        automaton.Add("|".join(f"(?:{phrase})" for phrase in phrases))
    automaton.Compile()
    return automaton, tuple(lists)
