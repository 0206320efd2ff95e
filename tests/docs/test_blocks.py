"""The sessions that pages of docs/ show are run, and what comes out is compared; none is left out in silence.

`PYTHONPATH=.:tests python -m tests.docs.test_blocks PAGE…` writes what comes out now into docs/PAGE.
"""

from __future__ import annotations

import ast
import re
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest
from test_readme import _TIMES, ROOT, Sessions

DOCS = ROOT / "docs"
PAGES = {page.relative_to(DOCS).as_posix(): page for page in sorted(DOCS.rglob("*.md"))}
#: Pages whose blocks need more than a folder with the samples, and the test that runs them.
ELSEWHERE = {
    "api.md": "tests/test_api_page.py",
    "events.md": "tests/data/test_events_page.py",
    "in-django.md": "tests/adapters/test_pages.py",
    "rules.md": "tests/data/test_rules_page.py",
    "scale.md": "tests/scale/test_docs.py",
    "serve.md": "tests/web/test_docs.py",
}
#: Blocks that no test can run: page and first line of the block → why.
NOT_RUN: dict[tuple[str, str], str] = {}
_BLOCK = re.compile(r"^```(console|pycon|toml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SESSION = re.compile(r"^```(?:console|pycon)$", re.MULTILINE)
_PYTHON = re.compile(r"^( *)```python\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def shown_now(name: str, text: str, folder: Path) -> str:
    """A page with what its sessions print now."""
    sessions = Sessions(folder)

    def run(block: re.Match[str]) -> str:
        is_left_out = (name, block[2].partition("\n")[0]) in NOT_RUN
        # A table in TOML that does not begin with its name is for reading.
        is_for_reading = block[1] == "toml" and not block[2].startswith("# ")
        return block[0] if is_left_out or is_for_reading else sessions.run(block)

    return _BLOCK.sub(run, text)


@pytest.mark.parametrize("name", [name for name in PAGES if name not in ELSEWHERE])
def test_a_page_shows_what_comes_out(name: str, tmp_path: Path) -> None:
    text = PAGES[name].read_text("utf-8")
    if _SESSION.search(text):
        now = shown_now(name, text, tmp_path)
        assert _TIMES.sub("TIME", now) == _TIMES.sub("TIME", text), f"python -m tests.docs.test_blocks {name}"


def test_what_is_run_elsewhere_is_run_there() -> None:
    for name, test in ELSEWHERE.items():
        assert _SESSION.search(PAGES[name].read_text("utf-8")), name
        assert Path(name).name in (ROOT / test).read_text("utf-8"), test


def test_what_is_left_out_is_there() -> None:
    for name, first in NOT_RUN:
        assert f"\n{first}\n" in PAGES[name].read_text("utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_programs_are_python(name: str) -> None:
    for indent, program in _PYTHON.findall(PAGES[name].read_text("utf-8")):
        # The reference of api.md has signatures, which are no statements.
        if name != "api.md":
            ast.parse(textwrap.dedent(indent + program))


if __name__ == "__main__":
    for page in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as scratch:
            PAGES[page].write_text(shown_now(page, PAGES[page].read_text("utf-8"), Path(scratch)), "utf-8")
