"""Docstrings are Markdown, as everything here; autodoc reads reStructuredText.

What the two write differently, and docstrings have, is rewritten: `names` in backticks, tables, code that is
set in, lists of arguments (a line that begins with a name in backticks and a colon), and sections of fields
(Attributes:, Members:).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sphinx.application import Sphinx

from tools.pages.modules import MODULES

_ARGUMENT = re.compile(r"(?:- )?(`\w+`: .*)")
_CODE_OR_STAR = re.compile(r"(?<!`)`([^`\n]+)`(?!`)|\*")
_ENTRY = re.compile(r" {4}(\w+): (.*)")
_ROW = re.compile(r"\|(.*)\|\s*$")
_RULE = re.compile(r"[|:\- ]+$")
_SECTION = re.compile(r"(?:Attributes|Members):$")
#: What Python itself says of a field of a named tuple, and of a union: nothing.
_SAID_BY_PYTHON = ("Alias for field number ", "Represent a PEP 604 union type", "Represent a union type")
_LINKED = frozenset(name for names in MODULES.values() for name in names)


def convert(_app: Sphinx, _what: str, _name: str, _obj: object, _options: Any, lines: list[str]) -> None:
    """Rewrite a docstring in place."""
    lines[:] = [] if lines and lines[0].startswith(_SAID_BY_PYTHON) else list(rewritten(lines))


def shorten(
    _app: Sphinx,
    _what: str,
    _name: str,
    _obj: object,
    _options: Any,
    signature: str | None,
    returns: str | None,
) -> tuple[str | None, str | None]:
    """A signature that is Python, also where a default is made by a function."""
    return (signature.replace("<factory>", "...") if signature else signature), returns


def rewritten(lines: list[str]) -> Iterator[str]:
    """The lines of a docstring in reStructuredText."""
    place = 0
    while place < len(lines):
        end = place + 1
        if _ROW.match(lines[place]):
            end = _while(lines, place, lambda line: _ROW.match(line) is not None)
            yield from _table(lines[place:end])
        elif _SECTION.match(lines[place]):
            end = _while(lines, place + 1, _is_set_in)
            yield from _entries(lines[place + 1 : end])
        elif lines[place].startswith("    ") and not (place and lines[place - 1].strip()):
            end = _while(lines, place, _is_set_in)
            yield from (".. code-block:: python", "", *lines[place:end], "")
        elif found := _ARGUMENT.match(lines[place]):
            end = _while(lines, place + 1, lambda line: bool(line.strip()) and not _ARGUMENT.match(line))
            rest = "".join(f" {line.strip()}" for line in lines[place + 1 : end])
            yield from ("", f"* {inline(found[1] + rest)}")
        else:
            yield inline(lines[place])
        place = end


def _while(lines: list[str], place: int, holds: Any) -> int:
    while place < len(lines) and holds(lines[place]):
        place += 1
    return place


def _is_set_in(line: str) -> bool:
    return not line.strip() or line.startswith("    ")


def _entries(lines: list[str]) -> Iterator[str]:
    """A section of fields as a list."""
    said: list[str] = []
    for line in filter(str.strip, lines):
        if found := _ENTRY.match(line):
            said.append(f"`{found[1]}`: {found[2]}")
        elif said:
            said[-1] += f" {line.strip()}"
    yield ""
    yield from (f"* {inline(one)}" for one in said)
    yield ""


def inline(line: str) -> str:
    """A line of text: names in backticks are code; an asterisk is itself, unless it begins an entry."""
    start = bullet.end() if (bullet := re.match(r" *\* ", line)) else 0
    return line[:start] + _CODE_OR_STAR.sub(_marked, line[start:])


def _marked(found: re.Match[str]) -> str:
    if not found[1]:
        return r"\*"
    is_name = re.fullmatch(r"\w+(?:\.\w+)?", found[1]) and found[1].partition(".")[0] in _LINKED
    return f":py:obj:`{found[1]}`" if is_name else f"``{found[1]}``"


def _table(rows: list[str]) -> Iterator[str]:
    cells = [
        [cell.strip() for cell in row.strip().strip("|").split("|")] for row in rows if not _RULE.match(row)
    ]
    yield from ("", ".. list-table::", "")
    for row in cells:
        for number, cell in enumerate(row):
            yield f"   {'* -' if number == 0 else '  -'} {inline(cell)}"
    yield ""
