"""Docstrings are Markdown, as everything here; autodoc reads reStructuredText.

What the two write differently, and docstrings have, is rewritten: `names` in backticks, tables, code that is set in,
and lists of arguments (a line that begins with a name in backticks and a colon).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sphinx.application import Sphinx

_ARGUMENT = re.compile(r"(?:- )?(`\w+`: .*)")
_CODE_OR_STAR = re.compile(r"(?<!`)`([^`\n]+)`(?!`)|\*")
_ROW = re.compile(r"\|(.*)\|\s*$")
_RULE = re.compile(r"[|:\- ]+$")


def convert(_app: Sphinx, _what: str, _name: str, _obj: object, _options: Any, lines: list[str]) -> None:
    """Rewrite a docstring in place."""
    lines[:] = list(rewritten(lines))


def rewritten(lines: list[str]) -> Iterator[str]:
    """The lines of a docstring in reStructuredText."""
    place = 0
    while place < len(lines):
        line = lines[place]
        if _ROW.match(line):
            end = place
            while end < len(lines) and _ROW.match(lines[end]):
                end += 1
            yield from _table(lines[place:end])
            place = end
        elif line.startswith("    ") and _is_blank(lines, place - 1) and not _in_section(lines, place):
            end = place
            while end < len(lines) and (not lines[end].strip() or lines[end].startswith("    ")):
                end += 1
            yield from (".. code-block:: python", "", *lines[place:end], "")
            place = end
        elif found := _ARGUMENT.match(line):
            yield from (*([] if _is_blank(lines, place - 1) else [""]), f"* {_inline(found[1])}")
            place += 1
            while place < len(lines) and lines[place].strip() and not _ARGUMENT.match(lines[place]):
                yield f"  {_inline(lines[place].strip())}"
                place += 1
        else:
            yield _inline(line)
            place += 1


def _is_blank(lines: list[str], place: int) -> bool:
    return place < 0 or not lines[place].strip()


def _in_section(lines: list[str], place: int) -> bool:
    """Whether it stands below "Attributes:" or the like, which napoleon reads."""
    above = next((line for line in reversed(lines[:place]) if line.strip() and line[0] != " "), "")
    return re.fullmatch(r"[A-Z]\w+:", above) is not None


def _inline(line: str) -> str:
    """A line of text: names in backticks are code, and an asterisk is one, unless it begins an entry of a list."""
    bullet = re.match(r" *\* ", line)
    start = bullet.end() if bullet else 0
    return line[:start] + _CODE_OR_STAR.sub(lambda found: f"``{found[1]}``" if found[1] else r"\*", line[start:])


def _table(rows: list[str]) -> Iterator[str]:
    cells = [[cell.strip() for cell in row.strip().strip("|").split("|")] for row in rows if not _RULE.match(row)]
    has_head = any(cells[0]) if cells else False
    yield from ("", ".. list-table::", *(["   :header-rows: 1"] if has_head else []), "")
    for row in cells if has_head else cells[1:]:
        for number, cell in enumerate(row):
            yield f"   {'* -' if number == 0 else '  -'} {_inline(cell)}"
    yield ""
