"""How often verdicts of each confidence are right, for a file of labelled replies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.reliability import Judged, judged, main, table


def row(text: str, *reasons: str, **more: str) -> str:
    return json.dumps({"text": text, "reason": list(reasons), **more})


def test_each_labelled_reply_is_judged_and_what_has_no_reason_is_passed_over() -> None:
    lines = [
        row("550 5.1.1 user unknown", "user_unknown"),
        row("552 5.2.2 mailbox full", "spam_content"),
        "",
        json.dumps({"text": "550 no"}),
    ]
    assert [(one.is_right, one.source) for one in judged(lines)] == [(True, "words"), (False, "words")]


def test_the_table_has_the_share_by_tenths_by_source_and_of_those_that_are_sure() -> None:
    rows = [Judged(0.95, True, "words"), Judged(0.9, False, "words"), Judged(0.2, True, "code")]
    lines = list(table(rows))
    assert "| 0.9 – 1.0 | 2 | 0.93 | 50.0 % |" in lines or "| 0.9 – 1.0 | 2 | 0.92 | 50.0 % |" in lines
    assert "| from 0.9 on | 2 | | 50.0 % |" in lines
    assert "| decided by code | 1 | 0.20 | 100.0 % |" in lines


@pytest.mark.parametrize("text", ["no JSON\n", "[1]\n", '{"reason": ["x"]}\n'])
def test_a_file_that_is_no_list_of_replies_is_told(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(text)
    assert main([str(path)]) == 2
    assert str(path) in capsys.readouterr().out


def test_a_file_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(row("550 5.7.1 relay denied", "relay_denied", provider="google") + "\n")
    assert main([str(path), "--provider"]) == 0
    assert "100.0 %" in capsys.readouterr().out
