"""Notices as rare systems word them, and as systems would that nobody has met, in ten languages.

Written before anybody looked at what comes out. They stand in rare_systems.txt, unknown_systems.txt and
unnamed_machines.txt, each below a line "#### name | kind | who failed".
The fields that all have are added here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from dsnparse import parse_dsn

_COMMON = "To: nora.lind@example.com\nDate: Tue, 14 Oct 2025 11:10:00 +0200\nMIME-Version: 1.0\n"
_HERE = Path(__file__).parent


def _notices(name: str) -> dict[str, tuple[str, set[str], bytes]]:
    found = {}
    for block in (_HERE / f"{name}.txt").read_text("utf-8").split("#### ")[1:]:
        first, _, message = block.partition("\n")
        title, kind, failed = [piece.strip() for piece in first.split("|")]
        header = message.partition("\n\n")[0]
        fields = _COMMON
        if "Return-Path:" not in header:
            fields += "Return-Path: <>\n"
        if "Content-Type:" not in header:
            fields += "Content-Type: text/plain; charset=utf-8\n"
        named = {one.strip() for one in failed.split(",")} - {""}
        found[title] = kind, named, f"{fields}{message}".encode()
    return found


RARE = _notices("rare_systems")
UNKNOWN = _notices("unknown_systems")
#: Those that nothing but a null return path and a first sentence give away.
UNNAMED = _notices("unnamed_machines")


@pytest.mark.parametrize("system", [*RARE, *UNKNOWN, *UNNAMED])
def test_who_failed_is_read_without_having_met_the_system(system: str) -> None:
    kind, failed, message = {**RARE, **UNKNOWN, **UNNAMED}[system]
    report = parse_dsn(message)
    assert (report.kind, {record.recipient for record in report}) == (kind, failed)


def test_there_are_many_of_them() -> None:
    assert len(RARE) > 80
    assert len(UNKNOWN) > 70
    assert len(UNNAMED) > 20
    assert len(RARE | UNKNOWN | UNNAMED) == len(RARE) + len(UNKNOWN) + len(UNNAMED)
