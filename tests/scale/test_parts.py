"""`parse --format parquet` and `duckdb`: equal to `jsonl`, whole or not there, gone on with when killed."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import polars
import pyarrow.parquet as pq
import pytest
from cli.mail import ORDINARY, bounce
from click.testing import CliRunner, Result

from dsnparse import Report
from dsnparse.cli import group
from dsnparse.scale import parts as module
from dsnparse.scale import report_of, table_schema
from dsnparse.scale.parts import MANIFEST, locked, parts

ROOT = Path(__file__).parent.parent.parent
SAMPLES = str(ROOT / "samples")


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(group, ["parse", *map(str, words)])


def rows_of(folder: Path) -> list[dict[str, Any]]:
    return [row for part in parts(folder) for row in pq.read_table(part).to_pylist()]


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that is no message."""
    path = tmp_path_factory.mktemp("odd") / "odd.bin"
    path.write_bytes(b"\0\1\2")
    return path


@pytest.fixture(scope="module")
def samples(odd: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples, and a file that is no message, as parts of Parquet."""
    folder = tmp_path_factory.mktemp("samples") / "table"
    done = run(SAMPLES, odd, "--format", "parquet", "-o", folder, "--part-bytes", "100000")
    assert done.exit_code == 1
    assert len(parts(folder)) > 5
    assert done.stderr.splitlines()[-1].endswith(f"; {len(parts(folder))} parts in {folder}.")
    return folder


def test_the_rows_are_the_reports_of_jsonl_in_their_order(samples: Path, odd: Path) -> None:
    done = run(SAMPLES, odd, "--format", "jsonl")
    wanted = [json.loads(line) for line in done.stdout.splitlines()]
    rows = rows_of(samples)
    found = [(row["source"], report_of(row)) for row in rows if row["error"] is None]
    assert found == [(one.pop("source"), Report.from_dict(one)) for one in wanted]
    assert [(row["source"], row["error"]) for row in rows if row["error"] is not None] == [
        (str(odd), "is not a mail message")
    ]
    assert f"dsnparse: {odd}: is not a mail message\n" in done.stderr
    assert len({row["source"] for row in rows}) == len(rows)


def test_each_engine_reads_the_parts_and_finds_the_same(samples: Path) -> None:
    reasons: dict[str, int] = {}
    for row in rows_of(samples):
        for record in row["records"] or ():
            reasons[record["reason"]] = reasons.get(record["reason"], 0) + 1
    glob = f"{samples}/*.parquet"
    query = "SELECT r.reason, count(*) FROM read_parquet(?) t, unnest(t.records) u(r) GROUP BY 1"
    assert dict(duckdb.execute(query, [glob]).fetchall()) == reasons
    frame = (
        polars.scan_parquet(glob)
        .explode("records")
        .unnest("records", separator=".")
        .drop_nulls("records.reason")
    )
    counts = frame.group_by("records.reason").len().collect()
    assert dict(counts.iter_rows()) == reasons
    for part in parts(samples):
        found = pq.read_schema(part)
        assert found.equals(table_schema())
        assert found.metadata == table_schema().metadata


def test_a_second_run_reads_only_files_that_are_new(tmp_path: Path) -> None:
    mail, table = tmp_path / "mail", tmp_path / "table"
    mail.mkdir()
    (mail / "a.eml").write_bytes(bounce())
    assert run(mail, "--format", "parquet", "-o", table).exit_code == 0
    first = {path: path.stat().st_mtime_ns for path in parts(table)}
    (mail / "b.eml").write_bytes(ORDINARY)
    done = run(mail, "--format", "parquet", "-o", table)
    assert done.stderr.startswith("1 message (1 other); 0 records; ")
    assert done.stderr.endswith(f"; 1 part (1 there before) in {table}.\n")
    assert first.items() <= {path: path.stat().st_mtime_ns for path in parts(table)}.items()
    assert [Path(row["source"]).name for row in rows_of(table)] == ["a.eml", "b.eml"]
    assert run(mail, "--format", "parquet", "-o", table).stderr.startswith("0 messages; 0 records; ")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_killed_at_random_moments_later_runs_end_where_an_uninterrupted_one_does(
    samples: Path, odd: Path, tmp_path: Path, jobs: str
) -> None:
    table = tmp_path / "table"
    words = [sys.executable, "-m", "dsnparse", "parse", SAMPLES, str(odd), "--format", "parquet"]
    words += ["-o", str(table), "--part-bytes", "100000", "--quiet", "--jobs", jobs]
    chance = random.Random(int(jobs))
    seen: set[str] = set()
    for _ in range(3):
        killed = subprocess.Popen(words, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        wanted = len(seen) + chance.randint(0, 2)
        while killed.poll() is None and len(names(table)) <= wanted and time.monotonic() < deadline:
            time.sleep(0.005)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        for name in names(table):
            pq.read_table(table / name).validate(full=True)
        assert seen <= names(table)
        seen = names(table)
        wait_until_free(table)
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert {path.name for path in table.iterdir()} == {path.name for path in samples.iterdir()}
    assert rows_of(table) == rows_of(samples)


def names(table: Path) -> set[str]:
    """What a reader of the folder sees."""
    return {path.name for path in table.glob("*.parquet")} if table.exists() else set()


def wait_until_free(table: Path) -> None:
    """Workers of a command that was killed end their part first."""
    table.mkdir(exist_ok=True)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            with locked(table):
                return
        except OSError:
            time.sleep(0.02)


def test_two_commands_do_not_write_into_one_folder(tmp_path: Path) -> None:
    table = tmp_path / "table"
    with locked(table):
        done = run(SAMPLES, "--format", "parquet", "-o", table)
    assert (done.exit_code, done.stderr) == (75, f"Error: Another command writes into {table}.\n")


def test_what_a_killed_command_left_goes_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    left = tmp_path / ".part-000000-0123456789abcdef.parquet.99"
    other = tmp_path / "notes.parquet"
    for path in (left, other):
        path.write_bytes(b"x")
    mail = tmp_path / "mail"
    mail.mkdir()
    (mail / "a.eml").write_bytes(bounce())
    assert run(mail, "--format", "parquet", "-o", tmp_path).exit_code == 0
    assert (left.exists(), other.exists(), len(parts(tmp_path))) == (False, True, 1)


def test_ones_own_output_in_the_folder_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(bounce())
    for _ in range(2):
        assert run(tmp_path, "--format", "parquet", "-o", tmp_path / "table").exit_code == 0
    assert len(rows_of(tmp_path / "table")) == 1


def test_parts_of_another_manifest_are_not_mixed_with_new_ones(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(bounce())
    table = tmp_path / "table"
    assert run(tmp_path / "a.eml", "--format", "parquet", "-o", table).exit_code == 0
    (table / MANIFEST).unlink()
    (tmp_path / "b.eml").write_bytes(bounce())
    done = run(tmp_path / "b.eml", "--format", "parquet", "-o", table)
    assert (done.exit_code, f"{table} has parts that its {MANIFEST} does not list" in done.stderr) == (
        2,
        True,
    )
    assert len(parts(table)) == 1


def test_row_groups_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GROUP_ROWS", 100)
    run(SAMPLES, "--format", "parquet", "-o", tmp_path / "table")
    (part,) = parts(tmp_path / "table")
    file = pq.ParquetFile(part)
    groups = [file.metadata.row_group(n).num_rows for n in range(file.metadata.num_row_groups)]
    assert max(groups) <= 100
    assert sum(groups) == len(rows_of(tmp_path / "table"))


def test_a_database_of_duckdb_has_reports_and_records(samples: Path, odd: Path, tmp_path: Path) -> None:
    target = tmp_path / "mail.duckdb"
    done = run(SAMPLES, odd, "--format", "duckdb", "-o", target, "--part-bytes", "100000")
    assert done.exit_code == 1
    assert [path.name for path in tmp_path.iterdir()] == ["mail.duckdb"]
    rows = rows_of(samples)
    with duckdb.connect(str(target), read_only=True) as database:
        sources = database.execute("SELECT source FROM reports").fetchall()
        assert [source for (source,) in sources] == [row["source"] for row in rows]
        query = "SELECT recipient, reason, key, kind FROM records ORDER BY ALL"
        found = database.execute(query).fetchall()
    assert found == sorted(
        (record["recipient"], record["reason"], row["key"], row["kind"])
        for row in rows
        for record in row["records"] or ()
    )


def test_a_database_appears_when_it_is_complete_and_goes_on_from_what_there_is(
    samples: Path, odd: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dsnparse.cli.tables as tables

    target = tmp_path / "mail.duckdb"
    target.write_bytes(b"the one before")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(tables, "make_database", fail)
    words = (SAMPLES, odd, "--format", "duckdb", "-o", target, "--part-bytes", "100000")
    done = run(*words)
    assert (done.exit_code, target.read_bytes()) == (2, b"the one before")
    assert done.stderr.splitlines()[-1] == f"Error: Cannot write {target}: no space left on device."
    monkeypatch.undo()
    done = run(*words)
    assert done.exit_code == 0
    assert done.stderr.startswith("0 messages; ")
    with duckdb.connect(str(target), read_only=True) as database:
        (count,) = database.execute("SELECT count(*) FROM reports").fetchone() or ()
    assert count == len(rows_of(samples))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--format", "parquet"], "--format parquet needs a folder: --output PATH."),
        (["--format", "duckdb", "-o", "-"], "--format duckdb needs a file: --output PATH."),
        (["--format", "parquet", "-o", "file"], "file is no folder."),
        (["--format", "duckdb", "-o", "folder"], "folder is a folder."),
        (
            ["--format", "parquet", "-o", "x", "--why"],
            "--why, --kind and --unknown are not for --format parquet: ",
        ),
        (
            ["--format", "parquet", "-o", "x", "--rules", "none.toml"],
            "none.toml: cannot be read (No such file or directory)",
        ),
        (["--format", "jsonl", "--part-bytes", "9"], "--part-bytes is for --format parquet and duckdb."),
    ],
)
def test_wrong_usage_is_a_sentence(
    words: list[str], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_bytes(b"")
    Path("folder").mkdir()
    done = run(SAMPLES, *words)
    assert (done.exit_code, sentence in done.stderr) == (2, True), done.stderr
    assert not Path("x").exists()


def test_what_cannot_be_written_or_read_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    done = run(SAMPLES, "--format", "parquet", "-o", tmp_path / "file" / "table")
    assert (done.exit_code, done.stderr.count("Cannot write")) == (2, 1)
    table = tmp_path / "table"
    table.mkdir()
    (table / MANIFEST).write_text("nonsense\n")
    done = run(SAMPLES, "--format", "parquet", "-o", table)
    assert (done.exit_code, "the line at byte 0 is wrong" in done.stderr) == (2, True)
    done = run(tmp_path / "nowhere", "--format", "parquet", "-o", tmp_path / "other")
    assert (done.exit_code, "does not exist" in done.stderr) == (1, True)
