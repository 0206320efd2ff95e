"""Manual pages and completion, by the programs that read them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dsnparse.cli import COMMANDS, main

BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("man") / "man1"
    assert main(["manual", str(folder)]) == 0
    return folder


def test_every_command_has_a_page_that_says_what_its_help_says(
    pages: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {path.name for path in pages.iterdir()}
    assert {f"dsnparse-{name}.1" for name in COMMANDS} | {
        "dsnparse.1",
        "dsnparse-suppressions-add.1",
    } <= names
    text = (pages / "dsnparse-listen.1").read_text().replace("\\-", "-")
    assert ".B --lmtp HOST:PORT|SOCKET" in text
    assert "250 when a message is committed" in text


def test_groff_has_no_complaint(pages: Path) -> None:
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed; to run it: apt-get install groff-base")
    done = subprocess.run(
        ["groff", "-man", "-ww", "-Kutf8", "-Tutf8", "-z", *sorted(map(str, pages.iterdir()))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_pages_that_cannot_be_written_are_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert main(["manual", str(tmp_path / "file/man1")]) == 2
    assert "Cannot write" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["li"], {"listen"}),
        (["sup"], {"suppressions"}),
        (["suppressions", "re"], {"remove", "reapply"}),
        (["listen", "--lm"], {"--lmtp"}),
        (["stats", "--format", ""], {"table", "jsonl", "csv", "csv-plain"}),
    ],
)
def test_bash_completes_commands_options_and_values(
    typed: list[str], offered: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a real bash, which reads the script and asks the program; a wrong configuration does not matter."""
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed; to run it: apt-get install bash")
    assert main(["completion", "bash"]) == 0
    (tmp_path / "script").write_text(capsys.readouterr().out)
    (tmp_path / "dsnparse.toml").write_text("wrong = 1\n")
    words = " ".join(f"'{word}'" for word in ["dsnparse", *typed])
    script = (
        f"source ./script; COMP_WORDS=({words}); COMP_CWORD={len(typed)}; "
        "_dsnparse_completion dsnparse; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False,
        env=os.environ | {"PATH": path},
    )  # fmt: skip
    assert set(done.stdout.split()) == offered, done.stderr


@pytest.mark.parametrize(("shell", "mark"), [("zsh", "#compdef dsnparse"), ("fish", "complete --no-files")])
def test_other_shells_get_click_s_script(shell: str, mark: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    said = capsys.readouterr().out
    assert mark in said
    assert f"_DSNPARSE_COMPLETE={shell}_complete" in said
    if shutil.which(shell):
        done = subprocess.run([shell, "-n"], input=said, text=True, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
