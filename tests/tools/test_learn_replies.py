"""The learned weights follow from the files that they are learned from, which name nobody."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from dsnparse import Reason
from dsnparse.classify.learned import DATA
from tools.learn_replies import KNOWN, REPLIES, Row, all_rows, checksum, read_rows, row_of

#: An address, a host, an IP address, a long number: none may be left.
_NAMES = re.compile(r"\S@|@\S|\b\w+\.\w+|[1-9]\d|://")


def test_the_weights_were_learned_from_the_files_as_they_are() -> None:
    made_from = json.loads(DATA.read_text("utf-8"))["made_from"]
    assert made_from == checksum(all_rows()), "run `make learn`"


def test_the_weights_are_small() -> None:
    assert DATA.stat().st_size <= 1_000_000


@pytest.mark.parametrize("path", [REPLIES, KNOWN], ids=["replies", "known"])
def test_known_replies_name_nobody(path: Path) -> None:
    rows = read_rows(path)
    assert [row for row in rows if _NAMES.search(row.words)] == []
    assert {row.reason for row in rows} <= set(Reason)


def test_masked_again_a_row_stays_as_it_is() -> None:
    rows = read_rows(REPLIES)
    assert rows == [row_of(row.reason, row.words)._replace(codes=row.codes) for row in rows]


def test_a_row_is_read_as_it_is_written(tmp_path: Path) -> None:
    rows = [Row("user_unknown", "550 5.1.1", "no such user 0"), Row("mailbox_full", "-", "no room left", 0.5)]
    path = tmp_path / "rows.txt"
    path.write_text("# a comment\n" + "".join(row.line() for row in rows))
    assert read_rows(path) == rows
