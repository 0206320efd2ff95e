"""Every sample keeps the laws that the fuzzer holds its inputs against; and a broken law is told."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import laws
from benchmarks.alphabet import spelled
from dsnparse import BounceRecord, BounceType, Kind, Report

SAMPLES = Path(__file__).parent.parent / "samples"
MESSAGES = sorted(SAMPLES.glob("*/*.eml"))


@pytest.mark.parametrize("message", MESSAGES, ids=[f"{path.parent.name}/{path.stem}" for path in MESSAGES])
def test_a_sample_keeps_every_law(message: Path) -> None:
    assert laws.broken_law(message.read_bytes()) is None


_HARD = BounceRecord("a@example.org", bounce_type=BounceType.HARD)


@pytest.mark.parametrize(
    ("report", "told"),
    [
        (Report(Kind.DELAY, (_HARD,)), "A hard record in a message of kind delay."),
        (Report(Kind.OTHER, feedback_type="\x9b2J"), "A control character in feedback_type."),
        (Report(Kind.OTHER, feedback_type="\udcff"), "It does not go into JSON: UnicodeEncodeError."),
        (Report(Kind.BOUNCE, (BounceRecord(" "),)), "A record without a recipient."),
        (Report(Kind.BOUNCE, (BounceRecord("a@b", confidence=2.0),)), "A confidence outside 0 to 1."),
    ],
)
def test_a_broken_law_is_told(report: Report, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laws, "parse_dsn", lambda _data: report)
    assert laws.broken_law(b"") == told


def test_what_is_raised_or_printed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laws, "parse_dsn", lambda _data: sys.stderr.write("said"))
    assert laws.broken_law(b"") == "It prints or logs."
    monkeypatch.setattr(laws, "parse_dsn", lambda data: data[1])
    assert (laws.broken_law(b"") or "").startswith("It raises IndexError in ")


def test_an_input_that_begins_with_nul_is_spelled_in_words() -> None:
    assert spelled(b"From: a\n") == b"From: a\n"
    assert spelled(b"\0\0\0") == b"\n\n"
