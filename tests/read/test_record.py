"""From a reading to records: pure, and with evidence for what was decided."""

from __future__ import annotations

from pathlib import Path

from dsnparse.notice.notice import Notice
from dsnparse.read.readers import read
from dsnparse.read.record import records_of
from dsnparse.rulebook.template_matcher import default_formats
from dsnparse.wire.mime import read_message

SAMPLES = sorted((Path(__file__).resolve().parents[2] / "samples").glob("*/*.eml"))


def test_making_the_records_twice_gives_the_same() -> None:
    differ = []
    for path in SAMPLES:
        reading = read(Notice(read_message(path.read_bytes()), default_formats()))
        if records_of(reading, None, None) != records_of(reading, None, None):
            differ.append(path.name)
    assert differ == []
    assert len(SAMPLES) > 300


def test_a_code_of_success_beside_a_failure_is_not_believed() -> None:
    path = next(path for path in SAMPLES if path.name == "postfix-class-mismatch.eml")
    (record,) = records_of(read(Notice(read_message(path.read_bytes()), default_formats())), None, None)
    assert "550 2.1.5" in (record.diagnostic or "")
    assert (record.status, record.effective_status) == ("5.0.0", "5.0.0")
