"""People forward, answer and ask about notices; programs list them: none of that bounces anybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.passed_on import WAYS, source_of
from dsnparse import Kind, parse_dsn

SAMPLES = Path(__file__).parent.parent / "samples"
FOLDERS = ("mta", "provider", "localised", "text")
NOTICES = sorted(path for folder in FOLDERS for path in (SAMPLES / folder).glob("*.eml"))


@pytest.mark.parametrize("way", WAYS)
def test_mail_made_of_a_notice_bounces_nobody(way: str) -> None:
    taken = []
    for path in NOTICES:
        report = parse_dsn(WAYS[way](source_of(path.read_bytes())))
        if report.kind in (Kind.BOUNCE, Kind.DELAY):
            taken.append(path.name)
    assert taken == []
    assert len(NOTICES) > 150
