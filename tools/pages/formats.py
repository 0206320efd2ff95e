"""Every notice format that is known by name, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from dsnparse.rulebook.files import builtin_sources
from dsnparse.rulebook.template import TEXT, Format
from tools.pages import cell


def page(_argument: str = "") -> str:
    """A table of the formats in their order by name."""
    return "\n".join(_lines(sorted(builtin_sources()[1], key=lambda one: one.name)))


def _lines(formats: list[Format]) -> Iterator[str]:
    names = {one.name for one in formats}
    yield from (f"{len(formats)} tables for {len(names)} names.", "")
    yield from ("| name | seen | told by | examples |", "|---|---|---|--:|")
    for name, tables in groupby(formats, key=lambda one: one.name):
        same = list(tables)
        seen = "; ".join(dict.fromkeys(cell(one.seen) for one in same if one.seen))
        signs = ", ".join(dict.fromkeys(_sign(field) for one in same for field in one.conditions))
        yield f"| `{name}` | {seen} | {signs} | {sum(len(one.examples) for one in same)} |"


def _sign(field: str) -> str:
    return "its text" if field == TEXT else f"`{field}`"
