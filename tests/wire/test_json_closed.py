"""A JSON value that is cut off anywhere is ended behind what is whole of it."""

from __future__ import annotations

import json

import pytest

from dsnparse.wire.json_values import closed

WHOLE = json.dumps({"a": [{"b": 'c"\\,}', "n": None}, {"e": "f]"}], "g": {"h": 1}})


@pytest.mark.parametrize("length", range(1, len(WHOLE) + 1))
def test_a_value_that_is_cut_can_be_read(length: int) -> None:
    value = json.loads(closed(WHOLE[:length]))
    assert set(value) <= {"a", "g"}


def test_what_is_whole_is_kept() -> None:
    assert json.loads(closed('{"a": [{"b": 1, "c": 2}, {"d": 3, "e')) == {"a": [{"b": 1, "c": 2}, {"d": 3}]}
    assert closed(WHOLE + " and more") == WHOLE
