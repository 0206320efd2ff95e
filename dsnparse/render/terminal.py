"""Text for a terminal: nothing that a message says may act on it, and columns must line up."""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from typing import TextIO

#: Control characters, also those beyond ASCII (C1, which some terminals obey), and bidirectional controls.
_UNSAFE_IN_JSON = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_WIDE = frozenset({"W", "F"})
_NO_WIDTH = frozenset({"Mn", "Me"})

_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "magenta": "35", "cyan": "36"}
#: What tables are laid out for when they don't go to a terminal and COLUMNS is not set.
_DEFAULT_WIDTH = 140
_LEAST_WIDTH = 40


def visible(text: str) -> str:
    """`text` on one line with every control, format and private character written as `<U+001B>`."""
    if text.isprintable():
        return text
    return "".join(map(_visible, text))


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    if character in "\t\n\r":
        return " "
    hidden = unicodedata.category(character) in _HIDDEN
    return f"<U+{ord(character):04X}>" if hidden else " "


def json_safe(text: str) -> str:
    """JSON text whose characters that could act on a terminal are `\\u` escapes; the values stay the same."""
    return text if text.isascii() and "\x7f" not in text else _UNSAFE_IN_JSON.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def width(text: str) -> int:
    """How many columns `text` takes on a terminal (East Asian wide characters take two)."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(character: str) -> int:
    if unicodedata.east_asian_width(character) in _WIDE:
        return 2
    return 0 if unicodedata.category(character) in _NO_WIDTH else 1


def fit(text: str, columns: int, *, keep_end: bool = False) -> str:
    """`text` in at most `columns` columns; what is too long loses its end (or its beginning) to a `…`."""
    if width(text) <= columns:
        return text
    left = columns - 1
    kept: list[str] = []
    for character in reversed(text) if keep_end else text:
        left -= _width(character)
        if left < 0:
            break
        kept.append(character)
    return "…" + "".join(reversed(kept)) if keep_end else "".join(kept) + "…"


def wrap(text: str, columns: int, most: int) -> list[str]:
    """`text` in lines of at most `columns` columns, at most `most` of them; breaks at spaces where it can."""
    lines: list[str] = []
    while text and len(lines) < most:
        if width(text) <= columns or len(lines) == most - 1:
            lines.append(fit(text, columns))
            break
        head = fit(text, columns + 1)[:-1]
        space = head.rfind(" ", columns // 2)
        cut = space if space > 0 else len(head)
        lines.append(text[:cut])
        text = text[cut:].lstrip()
    return lines


def words_in_lines(text: str, columns: int) -> list[str]:
    """All words of `text`, in lines of at most `columns` columns; a word that is longer is cut."""
    lines, line, left = [], "", columns
    for word in text.split(" "):
        needs = width(word)
        if line and needs > left:
            lines.append(line.rstrip())
            line, left = "", columns
        while needs > columns:
            head = fit(word, columns + 1)[:-1]
            lines.append(head)
            word = word[len(head) :]
            needs = width(word)
        line += word + " "
        left -= needs + 1
    return [*lines, line.rstrip()]


def terminal_width(default: int = _DEFAULT_WIDTH, *, file: TextIO | None = None) -> int:
    """Columns of the terminal that `file` is (default: standard output), or of COLUMNS; else `default`."""
    # `shutil.get_terminal_size` does the same, and imports every compressor there is.
    stated = os.environ.get("COLUMNS", "")
    if stated.isdecimal() and int(stated):
        return max(int(stated), _LEAST_WIDTH)
    try:
        return max(os.get_terminal_size((file or sys.stdout).fileno()).columns or 80, _LEAST_WIDTH)
    except (OSError, ValueError):
        return default


def wants_colour(to_terminal: bool) -> bool:
    """Whether to use colours: on a terminal that has them, unless NO_COLOR says otherwise."""
    return to_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str, style: str | None, colour: bool) -> str:
    """`text` in a style ("red", "dim", …), or as it is."""
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if colour and style and text else text
