"""The progress bar: on a terminal only, after a while, in one line that makes way for what is printed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from dsnparse.render import progress as module
from dsnparse.render.progress import Progress, progress_line


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def watched(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal for standard error, and a bar that does not wait."""
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr(module, "_PATIENCE", 0)
    monkeypatch.setattr(module, "_REFRESH", 0)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")
    return terminal


@pytest.mark.parametrize(
    ("done", "total", "messages", "seconds", "line"),
    [
        (0, 0, 0, 1, "0 messages, 0 a second"),
        (500, 0, 1234, 2, "1,234 messages, 617 a second"),
        (0, 1000, 0, 1, "[..............................] 0%, 0:00 left: 0 messages, 0 a second"),
        (500, 1000, 60, 60, "[###############...............] 50%, 1:00 left: 60 messages, 1 a second"),
        (10, 1000, 10, 100, "[..............................] 1%, 2:45:00 left: 10 messages, 0 a second"),
        (9, 9, 9, 9, "[##############################] 100%, 0:00 left: 9 messages, 1 a second"),
    ],
)
def test_the_line_says_how_much_how_fast_and_how_long(
    done: int, total: int, messages: int, seconds: float, line: str
) -> None:
    assert progress_line(done, total, messages, seconds) == line


def test_the_bar_stays_in_one_line_makes_way_for_what_is_printed_and_goes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    terminal = watched(monkeypatch)
    (tmp_path / "a.eml").write_bytes(b"x" * 1000)
    with Progress([str(tmp_path)], wanted=True) as bar:
        bar.update(done=500, messages=3)
        bar.line("a.eml: cannot be read")
        bar.update(done=1000, messages=6)
    pieces = terminal.getvalue().split("\r\x1b[K")
    assert pieces[0] == ""
    assert pieces[1].startswith("[###############...............] 50%, ")
    assert len(pieces[1]) == 59  # cut at the terminal's edge, before it would begin a second line
    assert pieces[2] == "a.eml: cannot be read\n"
    assert pieces[3].startswith("[##############################] 100%, ")
    assert pieces[4:] == [""]


@pytest.mark.parametrize("case", ["quiet", "no terminal", "dumb"])
def test_there_is_none_where_nobody_looks_or_the_terminal_cannot(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = watched(monkeypatch)
    if case == "no terminal":
        monkeypatch.setattr(terminal, "isatty", lambda: False)
    if case == "dumb":
        monkeypatch.setenv("TERM", "dumb")
    with Progress([], wanted=case != "quiet") as bar:
        bar.update(done=500, messages=3)
        bar.line("kept")
    assert terminal.getvalue() == "kept\n"
