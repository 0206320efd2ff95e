"""`make run` tells a short story."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools import first_run


@pytest.mark.skipif(
    not first_run.COMMAND.exists(), reason=f"the command is not installed beside {sys.executable}"
)
def test_the_first_run_fits_a_screen_and_shows_each_of_the_three_decisions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "samples").symlink_to(first_run.ROOT / "samples")
    monkeypatch.chdir(tmp_path)
    assert first_run.main([]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert len(lines) < 40
    answers = {
        words[0]: words[1]
        for line in lines
        if (words := line.split()) and "@" in words[min(1, len(words) - 1)]
    }
    assert answers["mail"] == "mia@example.net"
    assert answers["wait"] == first_run.FULL
    assert answers["don't"] == "alumni@example.com"
    assert "kazu.mori@example.net" in (tmp_path / "out" / "table.txt").read_text("utf-8")
    assert "<!doctype html>" in (tmp_path / "out" / "report.html").read_text("utf-8")
