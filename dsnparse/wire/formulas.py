"""Cells of CSV that a spreadsheet takes for formulas: made harmless by an apostrophe in front, and back.

https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

#: First characters of formulas, also as full-width forms.
_FORMULA = frozenset("=+-@＝＋－＠")


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet calculates."""
    if not text or text[0].isalnum():  # nearly all
        return text
    return f"'{text}" if _looks_like_formula(text) else text


def without_guard(text: str) -> str:
    """What `guarded` was given."""
    return text[1:] if text.startswith("'") and _looks_like_formula(text[1:]) else text


def _looks_like_formula(text: str) -> bool:
    # Apostrophes in front are looked through, and so doubled: else `without_guard` could not tell.
    return text.lstrip("'").lstrip()[:1] in _FORMULA
