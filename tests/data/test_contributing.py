"""CONTRIBUTING.md, followed to the letter in a copy of the package: its files are written, its commands run.

`PYTHONPATH=.:tests python tests/data/test_contributing.py` writes the output that comes now into the page.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import textwrap
from pathlib import Path

from test_readme import _TIMES, ROOT, Sessions

PAGE = ROOT / "CONTRIBUTING.md"
_INDENTED = re.compile(
    r"^(?P<indent> *)```(?P<language>console|toml)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL
)
_BLOCK = re.compile(r"^```(console|toml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Walk(Sessions):
    """The blocks of the page, run in a copy of the package."""

    def __init__(self, folder: Path) -> None:
        for name in ("dsnparse", "tools"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        os.environ["PYTHONPATH"] = str(folder)
        super().__init__(folder)

    def indented(self, found: re.Match[str]) -> str:
        """A block within a list, as it should be."""
        block = _BLOCK.fullmatch(textwrap.dedent(found[0]))
        assert block is not None
        if block[1] == "toml":
            file = self.folder / block[2].partition("\n")[0].removeprefix("# ")
            file.parent.mkdir(parents=True, exist_ok=True)
        return textwrap.indent(self.run(block), found["indent"])

    def _shell(self, command: str) -> str:
        return super()._shell(command.replace("make data", f"{sys.executable} -m tools.compile_data"))


def shown_now(folder: Path) -> str:
    """The page with what its commands print now."""
    before = os.environ.get("PYTHONPATH")
    try:
        return _INDENTED.sub(Walk(folder).indented, PAGE.read_text("utf-8"))
    finally:
        os.environ.pop("PYTHONPATH")
        os.environ.update({"PYTHONPATH": before} if before is not None else {})


def test_what_the_page_says_to_do_works(tmp_path: Path) -> None:
    assert _TIMES.sub("TIME", shown_now(tmp_path)) == _TIMES.sub("TIME", PAGE.read_text("utf-8"))


def test_every_target_of_make_is_named() -> None:
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert [name for name in targets if f"`make {name}`" not in PAGE.read_text("utf-8")] == []


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        PAGE.write_text(shown_now(Path(name)), "utf-8")
