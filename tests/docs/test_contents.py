"""The site's contents, and what it makes of docstrings. `make docs-site` builds it, and checks every link."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from test_readme import ROOT

from tools.docs_site.check import complaints
from tools.docs_site.contents import parts
from tools.docs_site.docstrings import rewritten
from tools.pages.modules import MODULES

DOCS = ROOT / "docs"
#: The four parts of the documentation (Diátaxis), and the project.
PARTS = ["Tutorial", "How-to", "Reference", "Explanation", "Project"]


def contents() -> dict[str, list[str]]:
    """The pages of each part, without `.md`."""
    found: dict[str, list[str]] = {}
    for index in DOCS.rglob("index.md"):
        name = index.relative_to(ROOT).as_posix().removesuffix(".md")
        for caption, lines in parts(name, index.read_text("utf-8")):
            for line in lines:
                target = re.sub(r".* <(.*)>$", r"\1", line).removeprefix("/")
                pages = [page.relative_to(ROOT).as_posix() for page in ROOT.glob(f"{target}.md")]
                found.setdefault(caption, []).extend(page.removesuffix(".md") for page in pages)
    return found


def test_every_page_is_in_the_contents() -> None:
    listed = {page for pages in contents().values() for page in pages}
    pages = {page.relative_to(ROOT).as_posix().removesuffix(".md") for page in DOCS.rglob("*.md")}
    assert pages - listed == {"docs/index"}, "List them in docs/index.md, under the part that they belong to."


def test_the_contents_have_the_four_parts_in_their_order() -> None:
    captions = [caption.partition(":")[0] for caption in contents() if caption]
    assert list(dict.fromkeys(captions)) == PARTS


def test_every_public_module_has_its_page() -> None:
    places = {
        module
        for page in (DOCS / "modules").glob("*.md")
        for module in re.findall(
            r"^<!-- On the site: modules ([\w.]+) -->$", page.read_text("utf-8"), re.MULTILINE
        )
    }
    assert {".".join(module.split(".")[:2]) for module in MODULES} == places


@pytest.mark.parametrize(
    ("docstring", "expected"),
    [
        ("Reads `data`, and *args.", "Reads ``data``, and \\*args."),
        ("Gives a `Report`.", "Gives a :py:obj:`Report`."),
        ("A thing.\n`one`: the first,\nor none.", "A thing.\n\n* ``one``: the first, or none."),
        ("A thing.\n\n    x = 1\n\nMore.", "A thing.\n\n.. code-block:: python\n\n    x = 1\n\n\nMore."),
        ("Attributes:\n    one: The first,\n        or none.\n", "\n* ``one``: The first, or none.\n"),
        ("| a | b |\n|---|---|\n| c | d |", "\n.. list-table::\n\n   * - a\n     - b\n   * - c\n     - d\n"),
    ],
)  # fmt: skip
def test_a_docstring_in_markdown_becomes_restructured_text(docstring: str, expected: str) -> None:
    assert "\n".join(rewritten(docstring.split("\n"))) == expected


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        ('<a href="other.html#place">x</a><img src="other.html"><a href="https://example.com/">x</a>', []),
        ('<a href="none.html">x</a>', ["page.html links to none.html, which is not there."]),
        ('<a href="../none.html">x</a>', ["page.html links to ../none.html, which is not there."]),
        ('<a href="other.html#none">x</a>', ["page.html links to other.html#none: no such place."]),
        ('<a href="#none">x</a>', ["page.html links to #none: no such place."]),
        ('<script src="https://example.com/x.js"></script>', ["page.html fetches https://example.com/x.js."]),
    ],
)  # fmt: skip
def test_a_link_that_leads_nowhere_is_told(tmp_path: Path, page: str, wrong: list[str]) -> None:
    (tmp_path / "page.html").write_text(page, "utf-8")
    (tmp_path / "other.html").write_text('<p id="place">', "utf-8")
    assert list(complaints(tmp_path)) == wrong


def test_a_site_without_pages_is_told(tmp_path: Path) -> None:
    assert [*complaints(tmp_path)] == [f"{tmp_path} has no pages."]
