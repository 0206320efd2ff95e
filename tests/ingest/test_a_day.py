"""A day in the life, from a bounce to a suppression that is lifted: the script of `make day`."""

from __future__ import annotations

from pathlib import Path

from .a_day import a_day
from .postfix import Postfix


def test_a_day(postfix: type[Postfix], tmp_path: Path) -> None:
    told: list[str] = []
    a_day(tmp_path, told.append)
    typed = [line.split()[2] for line in told if line.startswith("$ dsnparse ")]
    assert {"listen", "check", "status", "report", "unknown", "suppressions", "backup"} <= {*typed}
    assert str(tmp_path) not in "\n".join(told)
