"""Patterns of words as people without the marks write them: "doručen" is "dorucen", "Empfänger" "Empfaenger".

Old systems write their notices in ASCII, and say the same. Scripts other than Latin have no such spelling.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

#: What is written in a letter's stead, by language (the name of the file); elsewhere its mark goes.
_DANISH: Final = {"æ": "ae", "ø": "o", "å": "aa"}
_BY_LANGUAGE: Final[Mapping[str, Mapping[str, str]]] = {
    "german": {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"},
    "danish_norwegian": _DANISH,
    "danish": _DANISH,
    "norwegian": _DANISH,
}
#: Letters that Unicode does not take apart.
_WHOLE: Final = {"ł": "l", "đ": "d", "ı": "i", "ø": "o", "æ": "ae", "œ": "oe", "ß": "ss"}
#: The lists of a rule's row that hold words.
_LOOKED_FOR: Final = ("phrases", "patterns", "unless")
#: A letter in several spellings: "[éèe]".
_SPELLINGS: Final = re.compile(r"\[([^\]\[^\\-]{2,8})\]\??")
#: Shorter words would be found in other languages.
_SHORTEST: Final = 6


def without_marks(pattern: str, language: str) -> str | None:
    """`pattern` in letters without marks; None where it has none, allows for these, or has hardly any."""
    letters = {**_WHOLE, **_BY_LANGUAGE.get(language, {})}
    bare = "".join([letters.get(one) or _base(one) for one in pattern])
    if _SPELLINGS.sub(lambda found: _plain(found, letters), pattern).isascii():
        return None
    if bare == pattern or not bare.isascii() or sum(one.isalpha() for one in bare) < _SHORTEST:
        return None
    return bare


def with_bare_words(words: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The lists of `words`, each with its patterns' other spelling behind them."""
    return {
        group: {name: _both(patterns, language) for name, patterns in lists.items()}
        for group, lists in words.items()
    }


def with_bare_rows(rows: list[dict[str, Any]], language: str) -> list[dict[str, Any]]:
    """The rows of rules, or of more words for some, each with the other spelling of what it looks for."""
    return [
        {key: _both(value, language) if key in _LOOKED_FOR else value for key, value in row.items()}
        for row in rows
    ]


def _both(patterns: list[str], language: str) -> list[str]:
    bare = [without_marks(pattern, language) for pattern in patterns]
    return list(dict.fromkeys([*patterns, *(one for one in bare if one is not None)]))


def _plain(found: re.Match[str], letters: Mapping[str, str]) -> str:
    """Nothing in place of the spellings of one letter when the one without a mark is among them."""
    spellings = found[1]
    has_all = all((letters.get(one) or _base(one)) in spellings for one in spellings)
    return "" if has_all else found[0]


def _base(letter: str) -> str:
    if letter.isascii():
        return letter
    base = unicodedata.normalize("NFD", letter)[0]
    return base if base.isascii() else letter
