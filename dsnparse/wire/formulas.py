"""Cells of CSV that a spreadsheet takes for formulas: made harmless by an apostrophe in front, and back.

https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import re

#: First characters of formulas, also as full-width forms; behind apostrophes, which are doubled, so that
#: `without_guard` gives every text back.
_FORMULA = re.compile(r"'*\s*[=+\-@＝＋－＠]")


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet calculates."""
    return f"'{text}" if _FORMULA.match(text) else text


def without_guard(text: str) -> str:
    """What `guarded` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text, 1) else text
