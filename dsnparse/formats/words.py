"""The words of notices (`data/formats/words.toml`) as linear-time patterns."""

from __future__ import annotations

from functools import cache
from typing import Any

import re2

from dsnparse.data import load

#: Characters of a line that are looked at for such words.
_MAX_LINE = 600


@cache
def _pattern(group: str, name: str) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.never_capture = True
    phrases: list[str] = load("formats")["words"][group][name]
    return re2.compile("|".join(phrases), options)


def says(name: str, text: str, group: str = "text") -> str | None:
    """The words of list `name` that `text` contains first, or None."""
    found = _pattern(group, name).search(text[:_MAX_LINE] if len(text) > _MAX_LINE else text)
    return found[0] if found else None


def subject_says(name: str, subject: str) -> str | None:
    """The words of subject list `name` that `subject` contains first, or None."""
    return says(name, subject, "subject")
