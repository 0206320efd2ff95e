"""What is mistyped is told with what was meant, and leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run dsnparse in a folder."""
    command = [sys.executable, "-m", "dsnparse", *words]
    return subprocess.run(command, cwd=cwd, env=os.environ, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["chek", "a@example.com"], "There is no command 'chek'. Did you mean check?"),
        (["supressions", "list"], "There is no command 'supressions'. Did you mean suppressions?"),
        (["frobnicate"], "There is no command 'frobnicate'."),
        (["explain", "mailbox_ful"], "Did you mean mailbox_full?"),
        (["explain", "microsft"], "Did you mean microsoft?"),
    ],
)
def test_what_was_meant_is_named(words: list[str], says: str, tmp_path: Path) -> None:
    done = run(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr


@pytest.mark.parametrize("origin", [[], ["--as", "postfix"], ["--as", "ses"]])
def test_a_source_that_is_not_there_leaves_no_database(origin: list[str], tmp_path: Path) -> None:
    done = run("ingest", *origin, "typo/", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == "dsnparse: typo/: does not exist\n"
    assert list(tmp_path.iterdir()) == []


def test_a_complaint_shows_of_which_type_it_is(tmp_path: Path) -> None:
    sample = Path(__file__).parents[2] / "samples" / "complaint" / "fraud.eml"
    done = run("parse", "--quiet", "--format", "table", str(sample), cwd=tmp_path)
    assert " fraud " in done.stdout
    assert "undefined" not in done.stdout
