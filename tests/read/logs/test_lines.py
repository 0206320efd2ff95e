"""The prefix of a line, in the forms that loggers write."""

from __future__ import annotations

import json
from datetime import UTC, datetime, tzinfo
from typing import Self
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse.read.logs.line import Clock, LogLine, log_lines

CLOCK = Clock(datetime(2026, 11, 26, 12, tzinfo=UTC), UTC)
WHEN = datetime(2026, 11, 5, 18, 21, 32, tzinfo=UTC)
TEXT = "844EF30E6A1: removed"
JOURNAL = {"_HOSTNAME": "mx1", "SYSLOG_IDENTIFIER": "postfix/qmgr", "_PID": "97",
           "__REALTIME_TIMESTAMP": str(int(WHEN.timestamp()) * 1_000_000)}  # fmt: skip


def only(raw: bytes, clock: Clock = CLOCK) -> LogLine:
    """The one line that `raw` is."""
    (line,) = log_lines([raw], clock)
    return line


@pytest.mark.parametrize(
    ("raw", "host", "pid"),
    [
        ("Nov  5 18:21:32 mx1 postfix/qmgr[97]: ", "mx1", "97"),
        ("<22>Nov  5 18:21:32 mx1 postfix/qmgr[97]: ", "mx1", "97"),
        ("<22>Nov  5 18:21:32 postfix/qmgr[97]: ", "", "97"),
        ("Nov  5 18:21:32 mx1 postfix/qmgr: ", "mx1", ""),
        ("2026 Nov 05 18:21:32.123 mx1 postfix/qmgr[97]: ", "mx1", "97"),
        ("2026-11-05T18:21:32+00:00 mx1 postfix/qmgr[97]: ", "mx1", "97"),
        ("2026-11-05T19:21:32.000000+01:00 mx1 postfix/qmgr[97]: ", "mx1", "97"),
        ("2026-11-05T18:21:32+0000 mx1 postfix/qmgr[97]: ", "mx1", "97"),
        ("<22>1 2026-11-05T18:21:32Z mx1 postfix/qmgr 97 - - ", "mx1", "97"),
        ('<22>1 2026-11-05T18:21:32Z mx1 postfix/qmgr 97 ID [a b="c"] ', "mx1", "97"),
        ("\ufeffNov  5 18:21:32 mx1 postfix/qmgr[97]: ", "mx1", "97"),
    ],
)
def test_a_prefix_gives_time_host_and_program(raw: str, host: str, pid: str) -> None:
    assert only(f"{raw}{TEXT}\r\n".encode()) == LogLine(1, TEXT, WHEN, host, "postfix/qmgr", pid)


@pytest.mark.parametrize("message", [TEXT, list(TEXT.encode())])
def test_an_entry_of_the_journal_is_a_line(message: object) -> None:
    entry = json.dumps({**JOURNAL, "MESSAGE": message}).encode()
    assert only(entry) == LogLine(1, TEXT, WHEN, "mx1", "postfix/qmgr", "97")


@pytest.mark.parametrize(
    "raw",
    [
        json.dumps({"log": f"Nov  5 18:21:32 mx1 postfix/qmgr[97]: {TEXT}\n", "stream": "stdout"}),
        f"2026-11-05T18:21:32Z stdout F Nov  5 18:21:32 mx1 postfix/qmgr[97]: {TEXT}",
    ],
)
def test_what_a_container_prints_is_a_line(raw: str) -> None:
    assert only(raw.encode())[1:6] == (TEXT, WHEN, "mx1", "postfix/qmgr", "97")


@pytest.mark.parametrize(
    ("stamp", "latest", "year"),
    [
        ("Dec 31 23:59:59", datetime(2027, 1, 1, 8, tzinfo=UTC), 2026),
        ("Jan  1 00:00:01", datetime(2027, 1, 1, 8, tzinfo=UTC), 2027),
        ("Feb 29 10:00:00", datetime(2026, 3, 1, tzinfo=UTC), 2024),
    ],
)
def test_a_line_without_a_year_is_not_in_the_future_of_its_file(
    stamp: str, latest: datetime, year: int
) -> None:
    found = only(f"{stamp} mx1 exim[1]: x".encode(), Clock(latest, UTC)).time
    assert found is not None
    assert found.year == year


def test_a_time_without_a_zone_is_of_the_zone_that_is_given() -> None:
    berlin = Clock(datetime(2026, 11, 26, tzinfo=UTC), ZoneInfo("Europe/Berlin"))
    assert only(b"Nov  5 19:21:32 mx1 exim[1]: x", berlin).time == WHEN


def test_bytes_that_are_no_utf8_are_read_as_what_they_are() -> None:
    assert only("Nov  5 18:21:32 mx1 exim[1]: Empfänger".encode("latin-1")).text == "Empfänger"


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_any_bytes_are_lines(raw: list[bytes]) -> None:
    assert len(list(log_lines(raw, CLOCK))) <= len(raw)


def test_a_clock_that_runs_for_days_does_not_put_todays_lines_into_the_year_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock(None, UTC)

    class Later(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls(2031, 3, 9, 12, tzinfo=tz)

    monkeypatch.setattr("dsnparse.read.logs.line.datetime", Later)
    found = only(b"Mar  9 11:59:00 mx1 exim[1]: x", clock).time
    assert found is not None
    assert found.year == 2031
