"""Sets of UIDs as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse.mailboxes.imap_uids import read_uids, write_uids


@given(st.sets(st.integers(1, 60)), st.sets(st.integers(1, 60)))
def test_a_set_is_read_as_it_was_written(chosen: set[int], others: set[int]) -> None:
    present = sorted(chosen | others)
    assert read_uids(write_uids(chosen), present) == chosen
    assert read_uids(write_uids(chosen, present), present) == chosen


def test_a_range_runs_over_what_is_gone_and_never_over_what_is_there() -> None:
    assert write_uids([1, 2, 9], among=[1, 2, 9, 10]) == "1:9"
    assert write_uids([1, 2, 9], among=[1, 2, 5, 9]) == "1:2,9"
    assert write_uids([1, 2, 9]) == "1:2,9"


@pytest.mark.parametrize("text", ["", "x", "1:", "*", "12345678901"])
def test_what_is_no_set_names_nobody(text: str) -> None:
    assert read_uids(text, [1, 2, 3]) == set()
