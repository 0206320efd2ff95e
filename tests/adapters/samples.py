"""The samples, each read once for all tests of this folder."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from dsnparse import Report, parse_dsn

ROOT = Path(__file__).parent.parent.parent


@cache
def samples() -> dict[str, bytes]:
    """Every message of samples/ by its path there."""
    folder = ROOT / "samples"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.eml"))}


@cache
def reports() -> dict[str, Report]:
    """What is read of each."""
    return {name: parse_dsn(data) for name, data in samples().items()}
