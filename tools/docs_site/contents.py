"""The sidebar: what docs/index.md lists, in its order and under its headings; below it what others list.

So the lists are written once, and read well in the repository, too.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from sphinx.application import Sphinx

_HEADING = re.compile(r"(#{2,3}) (.+)")
_ENTRY = re.compile(r"- \[([^\]]+)\]\(([^)#]+\.md)\)")
#: Pages that have their place before anybody lists them.
GLOBS = {"From and in other systems": ("docs/coming-from-*", "docs/in-*")}


def add(app: Sphinx, docname: str, source: list[str]) -> None:
    """Append the contents to a page that lists others."""
    if PurePosixPath(docname).name == "index":
        source[0] += "".join(_toctree(*part) for part in parts(docname, source[0], Path(app.srcdir)))


def parts(docname: str, text: str, root: Path) -> Iterator[tuple[str, list[str]]]:
    """The heading and the entries of each list of links; of a heading below another one, both."""
    above, heading = "", ""
    entries: dict[str, list[str]] = {}
    for line in text.splitlines():
        if found := _HEADING.match(line):
            above = found[2] if found[1] == "##" else above
            below = f"{above.removesuffix(' guides')}: {found[2][0].lower()}{found[2][1:]}"
            heading = above if found[1] == "##" else below
            for name, globs in GLOBS.items():
                if found[2] == name:
                    some = [f"/{glob}" for glob in globs if any(root.glob(f"{glob}.md"))]
                    entries.setdefault(heading, []).extend(some)
        elif found := _ENTRY.match(line):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(docname), found[2]))
            entries.setdefault(heading, []).append(f"{found[1]} </{path.removesuffix('.md')}>")
    # What is listed goes before what a glob finds, so that each page stands once, under its own name.
    for caption, lines in entries.items():
        if lines:
            yield caption, sorted(lines, key=lambda line: "*" in line)


def _toctree(caption: str, lines: list[str]) -> str:
    options = [":hidden:", ":glob:", *([f":caption: {caption}"] if caption else [])]
    return "\n".join(["", "", "```{toctree}", *options, "", *lines, "```", ""])
