"""Every message under samples/ gives the result written beside it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dsnparse import Kind, Report, parse_dsn

SAMPLES = Path(__file__).parent.parent / "samples"
MESSAGES = sorted(SAMPLES.glob("*/*.eml"))
FOLDERS = sorted({path.parent.name for path in MESSAGES})
NAMES = [f"{path.parent.name}/{path.stem}" for path in MESSAGES]
#: Where a carriage return within a line is the point.
BARE_CR = {SAMPLES / "stranger/reply-with-bare-cr.eml"}
#: Keys of an expected result that are no field of a report compared as a whole.
_APART = {"records", "original", "trust", "note"}


def expected_beside(message: Path) -> dict[str, Any]:
    expected = json.loads(message.with_suffix(".json").read_text("utf-8"))
    assert isinstance(expected, dict)
    return expected


def differences(expected: Mapping[str, Any], report: Report) -> list[str]:
    """What the report says otherwise than the expected result; what that leaves out may be anything."""
    found = report.to_dict()
    wrong = _different("", {key: value for key, value in expected.items() if key not in _APART}, found)
    original = dict(expected.get("original", {}))
    if "message_id" in original:  # with or without the angle brackets: both are in use
        original["message_id"] = original["message_id"].strip("<>")
        found["original"]["message_id"] = (found["original"]["message_id"] or "").strip("<>")
    wrong += _different("original.", original, found["original"])
    if "records" in expected:
        wanted = expected["records"]
        addresses = [record["recipient"] for record in wanted]
        got = [record["recipient"] for record in found["records"]]
        if got != addresses:
            return [*wrong, f"recipients: {got}, wants {addresses}"]
        for want, record in zip(wanted, found["records"], strict=True):
            wrong += _different(f"<{want['recipient']}> ", want, record)
    return wrong


def _different(where: str, expected: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    return [
        f"{where}{key}: {found.get(key, 'no such field')!r}, wants {value!r}"
        for key, value in expected.items()
        if key not in found or found[key] != value
    ]


@pytest.mark.parametrize("message", MESSAGES, ids=NAMES)
def test_a_sample_gives_the_result_beside_it(message: Path) -> None:
    expected, report = expected_beside(message), parse_dsn(message.read_bytes())
    wrong = differences(expected, report)
    if expected["kind"] != Kind.BOUNCE:
        wrong += [f"<{record.recipient}> is hard" for record in report if record.bounce_type == "hard"]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("message", MESSAGES, ids=NAMES)
def test_line_endings_change_neither_kind_nor_recipients(message: Path) -> None:
    raw = message.read_bytes()
    lines = raw.replace(b"\r\n", b"\n")
    endings = [b"\n", b"\r\n"]
    if message not in BARE_CR:
        lines = lines.replace(b"\r", b"\n")
        endings.append(b"\r")
    reports = [parse_dsn(raw)] + [parse_dsn(lines.replace(b"\n", end)) for end in endings]
    read = [(report.kind, *[record.recipient for record in report]) for report in reports]
    assert read == read[:1] * len(read)


def test_every_message_has_an_expected_result_and_the_other_way_round() -> None:
    assert {path.with_suffix(".json") for path in MESSAGES} == set(SAMPLES.glob("*/*.json"))


def test_there_are_enough_samples_and_none_is_large() -> None:
    assert len(MESSAGES) >= 160
    assert [path.name for path in MESSAGES if path.stat().st_size > 200_000] == []


def test_the_readme_names_every_folder() -> None:
    readme = (SAMPLES / "README.md").read_text("utf-8")
    assert [folder for folder in FOLDERS if f"`{folder}/`" not in readme] == []


def test_expected_results_use_the_names_of_the_model() -> None:
    report = parse_dsn((SAMPLES / "mta/postfix-quota.eml").read_bytes()).to_dict()
    for message in MESSAGES:
        expected = expected_beside(message)
        assert expected["kind"] in set(Kind), message
        assert set(expected) <= set(report) | {"trust", "note"}, message
        assert set(expected.get("original", {})) <= set(report["original"]), message
        assert all(set(want) <= set(report["records"][0]) for want in expected.get("records", [])), message
        assert expected["note"].endswith("."), message


def test_regenerating_without_the_laboratory_says_what_it_needs_and_changes_nothing(tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in MESSAGES}
    run = subprocess.run(
        [sys.executable, str(SAMPLES / "regenerate.py")],
        env=os.environ | {"DSNPARSE_LAB": str(tmp_path / "nowhere")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "nothing was changed" in run.stderr
    assert f"The laboratory is not at {tmp_path / 'nowhere'}: set DSNPARSE_LAB to its folder." in run.stderr
    assert {path: path.stat().st_mtime_ns for path in MESSAGES} == before


def test_regenerating_takes_the_fresh_message_that_says_the_same(tmp_path: Path) -> None:
    sample = SAMPLES / "delay/postfix-temp-grey.eml"
    copy, made = tmp_path / "samples", tmp_path / "made" / "postfix"
    (copy / "delay").mkdir(parents=True)
    made.mkdir(parents=True)
    old = sample.read_bytes()
    (copy / "delay" / sample.name).write_bytes(old)
    (copy / "regenerate.py").write_bytes((SAMPLES / "regenerate.py").read_bytes())
    fresh = old.replace(b" 2026 ", b" 2031 ")
    (made / "temp-grey.eml").write_bytes(old.replace(b"Action: delayed", b"Action: failed"))
    (made / "temp-grey.2.eml").write_bytes(fresh)
    command = [sys.executable, str(copy / "regenerate.py"), "--from", str(tmp_path / "made"), "postfix"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "Samples made anew: 1.\n")
    assert (copy / "delay" / sample.name).read_bytes() == fresh != old
