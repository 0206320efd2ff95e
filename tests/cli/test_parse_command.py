"""`dsnparse parse` from its arguments to its output and exit status."""

from __future__ import annotations

import csv
import io
import json
import os
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dsnparse.cli import group
from dsnparse.cli.output import Output

from .mail import ORDINARY, bounce, folder_of


def run(*args: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(group, ["parse", *map(str, args)], input=stdin)


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_pipe_gets_one_json_object_per_message(tmp_path: Path) -> None:
    result = run(folder_of(tmp_path, 2))
    assert result.exit_code == 0
    assert [(o["source"], o["kind"], len(o["records"])) for o in objects(result.stdout)] == [
        (f"{tmp_path}/00000-ordinary.eml", "other", 0),
        (f"{tmp_path}/00000.eml", "bounce", 1),
        (f"{tmp_path}/00001-ordinary.eml", "other", 0),
        (f"{tmp_path}/00001.eml", "bounce", 1),
    ]
    assert result.stderr.startswith("4 messages (2 bounce, 2 other); 2 records; ")


@pytest.mark.parametrize("form", ["table", "jsonl", "json", "csv"])
def test_each_format_names_who_failed_and_why(tmp_path: Path, form: str) -> None:
    result = run(folder_of(tmp_path, 3), "--format", form)
    assert result.exit_code == 0
    for number in range(3):
        assert result.stdout.count(f"user{number}@example.com") >= 1
    if form == "json":
        assert len(json.loads(result.stdout)) == 6
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(result.stdout)))
        assert [row["reason"] for row in rows] == ["", "user_unknown"] * 3
    if form == "table":
        assert [len(line.split()) > 5 for line in result.stdout.splitlines()] == [True, *[False, True] * 3]


def test_an_empty_folder_is_read_and_gives_an_empty_answer(tmp_path: Path) -> None:
    for form, expected in {"jsonl": "", "json": "[\n\n]\n"}.items():
        result = run(tmp_path, "--format", form)
        assert (result.exit_code, result.stdout) == (0, expected)
        assert result.stderr.startswith("0 messages; 0 records; ")


@pytest.mark.parametrize("jobs", ["2", "3"])
def test_several_processes_give_the_same_bytes_as_one(tmp_path: Path, jobs: str) -> None:
    folder_of(tmp_path / "in", 150)
    (tmp_path / "in" / "00070.jpg").write_bytes(b"\xff\xd8\xff\xe0\0JFIF")
    for form in ("jsonl", "json", "table"):
        one = run(tmp_path / "in", "--format", form)
        several = run(tmp_path / "in", "--format", form, "--jobs", jobs)
        assert several.stdout == one.stdout
        assert several.exit_code == one.exit_code == 1
        assert several.stderr.splitlines()[0] == one.stderr.splitlines()[0]
        assert run(tmp_path / "in", "--format", form).stdout == one.stdout


def test_only_the_kinds_that_are_asked_for_are_shown(tmp_path: Path) -> None:
    folder_of(tmp_path, 2)
    assert {o["kind"] for o in objects(run(tmp_path, "--kind", "bounce").stdout)} == {"bounce"}
    both = run(tmp_path, "--kind", "bounce", "--kind", "other")
    assert len(objects(both.stdout)) == 4
    assert "4 messages (2 bounce, 2 other)" in run(tmp_path, "--kind", "delay").stderr


def test_standard_input_is_a_message_or_an_mbox() -> None:
    assert [o["source"] for o in objects(run("-", stdin=bounce()).stdout)] == ["-"]
    line = b"From MAILER-DAEMON Thu Jul  2 12:05:05 2020\n"
    result = run("-", stdin=(line + bounce() + b"\n") * 2)
    assert [o["source"] for o in objects(result.stdout)] == ["-:0", f"-:{len(line + bounce()) + 1}"]


def test_bad_input_is_named_line_by_line_and_the_rest_is_done(tmp_path: Path) -> None:
    (tmp_path / "empty.eml").write_bytes(b"")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0\0\x10JFIF\0" + os.urandom(500))
    (tmp_path / "text.txt").write_bytes(b"Dear all, how are you?\n")
    (tmp_path / "truncated.eml").write_bytes(bounce()[:-20])
    (tmp_path / "labels.jsonl").write_bytes(b"{}\n")
    os.mkfifo(tmp_path / "pipe")
    result = run(tmp_path, tmp_path / "missing")
    assert result.exit_code == 1
    assert [Path(o["source"]).name for o in objects(result.stdout)] == ["truncated.eml"]
    *lines, summary = result.stderr.splitlines()
    assert lines == [
        f"dsnparse: {tmp_path}/empty.eml: is empty",
        f"dsnparse: {tmp_path}/photo.jpg: is not a mail message",
        f"dsnparse: {tmp_path}/pipe: is a named pipe; skipped",
        f"dsnparse: {tmp_path}/text.txt: is not a mail message",
        f"dsnparse: {tmp_path}/missing: does not exist",
    ]
    assert "5 could not be read; 1 file passed over" in summary


def test_of_a_message_above_the_limit_the_beginning_is_read(tmp_path: Path) -> None:
    (tmp_path / "large.eml").write_bytes(bounce() + b"x" * 5000)
    result = run(tmp_path, "--limit", "message_bytes=2000")
    assert (result.exit_code, [o["kind"] for o in objects(result.stdout)]) == (0, ["bounce"])
    size = f"{len(bounce()) + 5000:,}"
    assert f"large.eml: only the first 2,000 of {size} bytes were read\n" in result.stderr


def test_names_of_files_do_not_reach_the_terminal_raw(tmp_path: Path) -> None:
    (tmp_path / "\x1b[31mred.eml").write_bytes(b"")
    (tmp_path / "\x1b]0;x.eml").write_bytes(bounce())
    (tmp_path / os.fsdecode(b"\xff\xfe.eml")).write_bytes(bounce())
    for form in ("table", "jsonl", "csv"):
        result = run(tmp_path, "--format", form)
        assert b"\x1b" not in result.stdout_bytes
        assert "dsnparse: " in result.stderr
        assert "\x1b" not in result.stderr
    assert [Path(o["source"]).name for o in objects(run(tmp_path).stdout)][1:] == ["\udcff\udcfe.eml"]


def test_output_appears_complete_or_not_at_all(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "in", 2)
    out = tmp_path / "out.csv"
    assert run(folder, "--output", out).exit_code == 0
    assert out.read_text().startswith("source,kind,recipient")
    out.write_text("before")
    out.chmod(0o640)
    assert run(folder, "--output", out, "--rules", tmp_path / "none.toml").exit_code == 2
    assert out.read_text() == "before"
    assert run(folder, "--output", out, "--format", "jsonl").exit_code == 0
    assert len(objects(out.read_text())) == 4
    assert out.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out.csv"]


def test_output_that_cannot_be_written_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(ORDINARY)
    for target, reason in [(tmp_path / "no" / "x", "no such file"), (tmp_path, "is a folder")]:
        result = run(tmp_path / "a.eml", "-o", target)
        assert result.exit_code == 2
        assert reason in result.stderr


def test_ones_own_output_is_not_read_back(tmp_path: Path) -> None:
    folder_of(tmp_path, 1)
    for _ in range(2):
        result = run(tmp_path, "-o", tmp_path / "out.txt", "--unknown", tmp_path / "unknown")
        assert (result.exit_code, result.stderr.split(" ")[0]) == (0, "2")


def test_what_was_not_understood_and_what_is_no_notice_is_copied_for_a_person(tmp_path: Path) -> None:
    puzzling = bounce("lee@example.com", "550 5.0.0 grbl mxyzptlk", "5.0.0")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "clear.eml").write_bytes(bounce())
    (tmp_path / "in" / "other.eml").write_bytes(ORDINARY)
    (tmp_path / "in" / "puzzling.eml").write_bytes(puzzling)
    for _ in range(2):
        result = run(tmp_path / "in", "--unknown", tmp_path / "look" / "here")
        assert result.exit_code == 0
        assert "; 2 copied to " in result.stderr
    other, copy = sorted((tmp_path / "look" / "here").iterdir())
    assert (other.name.partition(".")[0], other.read_bytes()) == ("other", ORDINARY)
    assert (copy.name.partition(".")[0], copy.read_bytes()) == ("puzzling", puzzling)


def test_rules_of_ones_own_count(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(bounce("lee@example.com", "550 5.0.0 grbl mxyzptlk", "5.0.0"))
    mine = tmp_path / "mine.toml"
    rule = '[[rule]]\nid = "g"\nreason = "mailbox_full"\nphrases = ["grbl mxyzptlk"]\n'
    mine.write_text(rule + 'examples = ["550 grbl mxyzptlk"]\n')
    (found,) = objects(run(tmp_path / "a.eml", "--rules", mine).stdout)
    assert found["records"][0]["reason"] == "mailbox_full"
    mine.write_text(rule.replace("mailbox_full", "nonsense"))
    wrong = run(tmp_path / "a.eml", "--rules", mine)
    assert wrong.exit_code == 2
    assert "mine.toml" in wrong.stderr


def test_why_is_readable(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(bounce())
    result = run(tmp_path, "--format", "table", "--why")
    assert "part 2 line 5" in result.stdout
    assert "rfc3464.status" in result.stdout
    assert "advice: suppress; confidence: 0." in result.stdout


def test_quiet_is_quiet_but_for_problems(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(ORDINARY)
    assert run(tmp_path, "--quiet").stderr == ""
    assert run(tmp_path, "--quiet", tmp_path / "x").stderr == f"dsnparse: {tmp_path}/x: does not exist\n"


@pytest.mark.parametrize(
    "args", [[], ["--format", "xml", "-"], ["--jobs", "0", "-"], ["--kind", "hard", "-"]]
)
def test_wrong_usage_exits_with_2(args: list[str]) -> None:
    assert run(*args).exit_code == 2


def test_a_message_that_breaks_the_parser_is_named_and_the_rest_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dsnparse.parser import Parser

    parse = Parser.parse

    def breaking(self: Parser, message: bytes) -> Any:
        if b"Lunch" in message:
            raise RuntimeError("oh")
        return parse(self, message)

    monkeypatch.setattr(Parser, "parse", breaking)
    result = run(folder_of(tmp_path, 1))
    assert result.exit_code == 1
    assert len(objects(result.stdout)) == 1
    assert "made the parser fail, please report it (RuntimeError: oh)" in result.stderr


def test_a_copy_is_not_written_through_a_link_or_into_a_pipe_and_a_half_one_is_finished(
    tmp_path: Path,
) -> None:
    messages, look, precious = tmp_path / "in", tmp_path / "look", tmp_path / "precious"
    messages.mkdir()
    precious.write_bytes(b"mine")
    (messages / "other.eml").write_bytes(ORDINARY)
    assert run(messages, "--unknown", look).exit_code == 0
    (copy,) = look.iterdir()
    before = copy.stat().st_ino
    assert run(messages, "--unknown", look).exit_code == 0
    assert copy.stat().st_ino == before, "what is there already is left alone"
    for plant in (
        partial(copy.symlink_to, precious),
        partial(copy.hardlink_to, precious),
        partial(os.mkfifo, copy),
        partial(copy.write_bytes, ORDINARY[:10]),
    ):
        copy.unlink()
        plant()
        assert run(messages, "--unknown", look).exit_code == 0
        assert (copy.is_symlink(), copy.read_bytes()) == (False, ORDINARY)
        assert precious.read_bytes() == b"mine"


def test_a_half_output_of_a_killed_command_is_removed_and_that_of_a_living_one_is_not(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/1.eml").write_bytes(bounce())
    out = tmp_path / "out.jsonl"
    left, others = tmp_path / ".out.jsonl.abc.part", tmp_path / ".other.jsonl.abc.part"
    for path in (left, others):
        path.write_text("half")
    with Output(str(out)) as living:
        assert not left.exists()
        assert run(tmp_path / "in", "-o", out).exit_code == 0
        living.write("the later one")
    assert out.read_text() == "the later one"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".other.jsonl.abc.part", "in", "out.jsonl"]


FORGED = Path(__file__).parents[2] / "samples/forged"


def test_with_trust_a_column_says_how_far_each_is_to_be_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust = tmp_path / "trust.toml"
    trust.write_bytes((FORGED / "trust.toml").read_bytes())
    trust.chmod(0o600)
    names = ("genuine", "expired")
    paths = [str(FORGED / f"trust-{name}.eml") for name in names]
    monkeypatch.setenv("COLUMNS", "160")
    table = run(*paths, "--trust", str(trust), "--format", "table", "--why").stdout
    assert "TRUST" in table.splitlines()[0]
    for word in ("authenticated", "suspect", "trust.verp.valid", "trust.verp.expired", "not-hard.suspect"):
        assert word in table
    assert "TRUST" not in run(*paths, "--format", "table").stdout
    found = objects(run(*paths, "--trust", str(trust)).stdout)
    assert [one["authenticity"]["verdict"] for one in found] == ["authenticated", "suspect"]
    rows = list(csv.DictReader(io.StringIO(run(*paths, "--trust", str(trust), "--format", "csv").stdout)))
    assert [row["authenticity"] for row in rows] == ["authenticated", "suspect"]
    missing = run(*paths, "--trust", str(tmp_path / "none"))
    assert (missing.exit_code, "Cannot read" in missing.stderr) == (2, True)
    trust.chmod(0o644)
    open_to_all = run(*paths, "--trust", str(trust))
    assert (open_to_all.exit_code, "chmod 600" in open_to_all.stderr) == (2, True)
