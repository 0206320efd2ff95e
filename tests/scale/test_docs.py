"""What docs/scale.md shows works: its sessions, its queries and its programs are run, in their order."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from .docs import ROOT, Block, blocks

#: How long things took is different each time.
_TIMES = re.compile(r"\d+\.\d s(?:, [\d,]+ a second)?")


def test_the_page_shows_what_comes_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("samples").symlink_to(ROOT / "samples")
    names: dict[str, Any] = {}
    found = blocks(spark=False)
    assert {block.language for block in found} == {"console", "sql", "python"}
    for block in found:
        if block.language == "console":
            assert _TIMES.sub("TIME", session(block)) == _TIMES.sub("TIME", block.text)
        elif block.language == "sql":
            rows = duckdb.execute(block.text).fetchall()
            assert bool(rows) == ("error IS NOT NULL" not in block.text), block
        else:
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(block.text, f"docs/scale.md line {block.line}", "exec"), names)
            assert printed.getvalue()


def session(block: Block) -> str:
    """A session of the shell with what it prints now."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    out = ""
    for command in re.findall(r"^\$ (.*)$", block.text, re.MULTILINE):
        done = subprocess.run(
            ["bash", "-c", command], env={**os.environ, "PATH": path}, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        out += f"$ {command}\n{done.stdout}"
    return out
