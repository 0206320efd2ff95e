"""`parse_file` and `parse_many`: what a program wants that holds paths, and no bytes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import dsnparse
from dsnparse import Limits, Parsed, Parser, Report, parse_dsn, parse_file, parse_many

SAMPLES = Path(__file__).parents[2] / "samples"
FULL = SAMPLES / "provider" / "gmail-over-quota.eml"


@pytest.mark.parametrize("path", [FULL, str(FULL)])
def test_a_file_gives_the_report_of_its_bytes(path: Path | str) -> None:
    assert parse_file(path) == parse_dsn(FULL.read_bytes())


def test_a_parser_of_ones_own_is_used_and_its_limit_is_told() -> None:
    (warning,) = parse_file(FULL, parser=Parser(limits=Limits(message_bytes=500))).warnings
    assert warning.code == "limit.message_bytes"
    (parsed,) = parse_many(FULL, parser=Parser(limits=Limits(message_bytes=500)))
    assert parsed.report is not None
    assert [warning.code for warning in parsed.report.warnings] == ["limit.message_bytes"]


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        parse_file(tmp_path / "none.eml")


def test_bytes_are_no_path_and_a_path_is_no_message() -> None:
    with pytest.raises(TypeError, match=r"parse_dsn\(\) reads the bytes of a message"):
        parse_file(FULL.read_bytes())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"parse_file\(\) reads a file, parse_many\(\) a folder"):
        parse_dsn(FULL)  # type: ignore[arg-type]


def test_many_are_read_from_folders_and_archives_and_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    shutil.copy(FULL, folder)
    archive = shutil.make_archive(str(tmp_path / "old"), "gztar", folder)
    found = list(parse_many([folder, archive, tmp_path / "none"]))
    assert [parsed.report for parsed in found] == [parse_file(FULL), parse_file(FULL), None]
    assert found[2] == Parsed(str(tmp_path / "none"), None, "does not exist")
    assert found[1].name.endswith("!./gmail-over-quota.eml")


def test_a_report_is_json_in_one_line_or_indented_and_comes_back() -> None:
    report = parse_file(SAMPLES / "localised" / "japanese-domino.eml")
    text = report.to_json()
    assert "\n" not in text
    assert "ディレクトリ" in text
    assert Report.from_dict(json.loads(text)) == report
    assert report.to_json(indent=2).startswith("{\n  ")


def test_the_names_are_public() -> None:
    assert {"parse_file", "parse_many", "Parsed"} <= set(dsnparse.__all__)
