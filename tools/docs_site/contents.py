"""The sidebar: what docs/index.md lists, in its order and under its headings; below it what others list.

So the lists are written once, and read well in the repository, too.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from sphinx.application import Sphinx

_HEADING = re.compile(r"(#{2,3}) (.+)")
_ENTRY = re.compile(r"- \[([^\]]+)\]\(([^)#]+\.md)\)")


def add(_: Sphinx, docname: str, source: list[str]) -> None:
    """Append the contents to a page that lists others."""
    if PurePosixPath(docname).name == "index":
        source[0] += "".join(_toctree(*part) for part in parts(docname, source[0]))


def parts(docname: str, text: str) -> Iterator[tuple[str, list[str]]]:
    """The heading and the entries of each list of links; of a heading below another one, both."""
    above, heading = "", ""
    entries: dict[str, list[str]] = {}
    for line in text.splitlines():
        if found := _HEADING.match(line):
            above = found[2] if found[1] == "##" else above
            below = f"{above.removesuffix(' guides')}: {found[2][0].lower()}{found[2][1:]}"
            heading = above if found[1] == "##" else below
        elif found := _ENTRY.match(line):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(docname), found[2]))
            entries.setdefault(heading, []).append(f"{found[1]} </{path.removesuffix('.md')}>")
    yield from entries.items()


def _toctree(caption: str, lines: list[str]) -> str:
    options = [":hidden:", *([f":caption: {caption}"] if caption else [])]
    return "\n".join(["", "", "```{toctree}", *options, "", *lines, "```", ""])
