"""The command as a process: exit status, signals, pipes, and what it imports."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .mail import bounce, folder_of

COMMAND = [sys.executable, "-m", "dsnparse"]


def test_the_module_is_the_command(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(bounce())
    done = subprocess.run(
        [*COMMAND, "parse", tmp_path, tmp_path / "x"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["records"][0]["recipient"] == "kim@example.com"
    assert done.stderr.splitlines()[0] == f"dsnparse: {tmp_path}/x: does not exist"


def test_standard_input_may_come_in_drops() -> None:
    with subprocess.Popen(
        [*COMMAND, "parse", "-", "-q"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    ) as process:
        assert process.stdin is not None
        for start in range(0, len(bounce()), 100):
            process.stdin.write(bounce()[start : start + 100])
        process.stdin.close()
        assert process.stdout is not None
        assert json.loads(process.stdout.read())["kind"] == "bounce"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_reader_that_leaves_early_ends_it_quietly(tmp_path: Path, jobs: str) -> None:
    folder_of(tmp_path, 400)
    with subprocess.Popen(
        [*COMMAND, "parse", tmp_path, "--jobs", jobs], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def _heed_ctrl_c() -> None:
    """A process that a shell put into the background hands it on that Ctrl-C is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize(
    ("number", "status", "sentence"),
    [(signal.SIGINT, 130, b"dsnparse: interrupted."), (signal.SIGTERM, 143, b"")],
)
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_and_kill_leave_no_half_file(
    tmp_path: Path, jobs: str, number: int, status: int, sentence: bytes
) -> None:
    folder_of(tmp_path / "in", 2000)
    out = tmp_path / "out.jsonl"
    with subprocess.Popen(
        [*COMMAND, "parse", tmp_path / "in", "--jobs", jobs, "--output", out],
        stderr=subprocess.PIPE,
        preexec_fn=_heed_ctrl_c,
    ) as process:
        assert process.stderr is not None
        parts: list[Path] = []
        while not parts or not parts[0].stat().st_size:
            parts = list(tmp_path.glob(".out.jsonl.*"))
            time.sleep(0.01)
        process.send_signal(number)
        assert process.stderr.read().strip() == sentence
    assert process.returncode == status
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_on_a_terminal_it_is_a_table_in_colour_that_fits(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(
        bounce("\u5c71\u7530\u592a\u90ce" * 20 + "@example.com", "550 5.1.1 \x1b[5mno such user")
    )
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    environment.pop("NO_COLOR", None)
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "parse", tmp_path], stdout=theirs, stderr=theirs, stdin=theirs, env=environment
    ) as process:
        os.close(theirs)
        text = b""
        while select.select([ours], [], [], 20)[0]:
            try:
                text += os.read(ours, 4096)
            except OSError:
                break
    os.close(ours)
    assert process.returncode == 0
    header, row, summary, *_ = text.decode().split("\r\n")
    assert header.startswith("\x1b[1mSOURCE\x1b[0m")
    assert "\x1b[31mhard\x1b[0m" in row
    assert "\x1b[5m" not in row
    assert summary.startswith("1 message (1 bounce); 1 record; ")


@pytest.mark.parametrize(
    ("code", "forbidden"),
    [
        ("import dsnparse", {"click", "rich", "flanker", "re2", "sqlalchemy"}),
        ("from dsnparse.cli import main; main(['--help'])", {"rich", "flanker", "re2", "sqlalchemy"}),
        (
            "from dsnparse.cli import main; main(['parse', '-q', PATH])",
            {
                "rich",
                "flanker",
                "sqlalchemy",
                "multiprocessing.pool",
                "zipfile",
                "tomllib",
                "dsnparse.explain",
            },
        ),
    ],
)
def test_nothing_is_imported_that_is_not_needed(tmp_path: Path, code: str, forbidden: set[str]) -> None:
    (tmp_path / "a.eml").write_bytes(bounce())
    script = f"PATH = {str(tmp_path)!r}\n{code}\nimport sys; print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert forbidden & set(done.stderr.split()) == set()
