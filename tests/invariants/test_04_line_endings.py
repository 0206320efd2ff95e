"""Invariant 4: LF, CRLF and CR, and a trailing or missing final newline, do not change the records."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from mutations import SAMPLES
from strategies import Dsn, dsns

from dsnparse import Report, parse_dsn

NAMES = [f"{path.parent.name}/{path.stem}" for path in SAMPLES]


def with_lf(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def said(report: Report) -> tuple[object, ...]:
    return report.kind, report.records, report.original, report.format, report.arrival_date


@pytest.mark.parametrize("path", SAMPLES, ids=NAMES)
def test_neither_line_ends_nor_the_last_one_change_the_records(path: Path) -> None:
    data = with_lf(path.read_bytes())
    wanted = said(parse_dsn(data))
    for ending in (b"\n", b"\r\n", b"\r"):
        for final in (b"", b"\n", b"\n\n\n"):
            otherwise = (data.rstrip(b"\n") + final).replace(b"\n", ending)
            assert said(parse_dsn(otherwise)) == wanted, (ending, final)


@given(dsns())
def test_line_ends_do_not_change_the_records_of_a_composed_notice(dsn: Dsn) -> None:
    data = with_lf(dsn.data)
    wanted = said(parse_dsn(data))
    for ending in (b"\r\n", b"\r"):
        assert said(parse_dsn(data.replace(b"\n", ending))) == wanted
    assert said(parse_dsn(data.rstrip(b"\n"))) == wanted
