"""`--help` of every command, manual pages and completion work where nothing optional is installed."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from dsnparse.extras import EXTRAS

ROOT = Path(__file__).parents[2]
_SCRIPT = """
import json, sys
missing = set(json.loads(sys.argv[1]))

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in missing:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
import contextlib, io
from dsnparse.cli import main
from dsnparse.cli.config import _commands
failed = {}
for path, command in _commands():
    for words in ([*path, "--help"], [*path, "-h"]):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main(words)
        if status or "Usage: dsnparse " + " ".join(path) not in out.getvalue():
            failed[" ".join(words)] = [status, err.getvalue()]
print(json.dumps([failed, len(list(_commands())), sorted(missing & set(sys.modules))]))
"""


def run(packages: list[str]) -> tuple[dict[str, list[object]], int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, json.dumps(packages)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    failed, number, loaded = json.loads(done.stdout)
    return failed, number, loaded


def test_help_of_every_command_needs_no_extra() -> None:
    failed, number, loaded = run(sorted(EXTRAS))
    assert number > 30
    assert failed == {}
    assert loaded == []


def test_every_extra_is_known_by_the_packages_that_come_with_it() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert {extra for extra in extras if extra not in ("all", "zstd")} == set(EXTRAS.values())


@pytest.mark.parametrize(
    "words",
    [
        ["status", "--db", "x.db"],
        ["unknown", "list", "--db", "x.db"],
        ["watch", "maildir:.", "--metrics", ":0"],
    ],
)
def test_a_command_that_needs_one_says_what_to_install(words: list[str], tmp_path: Path) -> None:
    script = (
        _SCRIPT[: _SCRIPT.index("import contextlib")]
        + f"from dsnparse.cli import main; sys.exit(main({words!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps(sorted(EXTRAS))],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 2
    assert "pip install 'mail-dsnparse[" in done.stderr
    assert "Traceback" not in done.stderr
