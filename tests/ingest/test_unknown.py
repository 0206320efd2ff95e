"""What was not understood, by the command: from every source, listed, shown, passed on, read again."""

from __future__ import annotations

import json
import smtplib
from pathlib import Path
from typing import Any

import pytest

from dsnparse.cli import main
from dsnparse.ingest import ingest
from dsnparse.mailboxes.sources import PathSource
from dsnparse.parser import Parser
from dsnparse.store import Store

from .dovecot import free_port
from .mail import LETTER, bounce, start, suppressed, users

SAMPLES = Path(__file__).parents[2] / "samples"
RULE = """
[[rule]]
id = "wibble"
reason = "user_unknown"
phrases = ["wibble of wobble"]
seen = "a test"
examples = ["550 5.0.0 wibble of wobble"]
"""


def wibble(number: int) -> bytes:
    """A bounce that nobody understands."""
    return bounce(number, "5.0.0", "550 5.0.0 wibble of wobble")


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    """A bounce that is understood, one that is not, and a letter."""
    folder = tmp_path / "mail"
    folder.mkdir()
    for name, data in (("1", bounce(1)), ("2", wibble(2)), ("3", LETTER)):
        (folder / f"{name}.eml").write_bytes(data)
    return folder


@pytest.fixture
def db(mail: Path, tmp_path: Path) -> str:
    path = str(tmp_path / "b.db")
    assert main(["ingest", "-q", str(mail), "--db", path, "--keep-raw", "all"]) == 0
    return path


def listed(capsys: pytest.CaptureFixture[str], db: str, *words: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert main(["unknown", "list", "--db", db, "--format", "jsonl", *words]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_each_is_listed_with_why_and_what_was_said(
    db: str, capsys: pytest.CaptureFixture[str], mail: Path
) -> None:
    found = {Path(row["source"]).name: row for row in listed(capsys, db)}
    assert {
        name: (row["kind"], row["why"], row["diagnostic"], row["kept"]) for name, row in found.items()
    } == {
        "2.eml": ("bounce", "no reason", "550 5.0.0 wibble of wobble", True),
        "3.eml": ("other", "ordinary mail", None, True),
    }
    assert listed(capsys, db, "--limit", "1", "--since", "1h") == listed(capsys, db)[:1]


def test_one_is_shown_by_the_beginning_of_its_identity(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = [row for row in listed(capsys, db) if row["kind"] == "bounce"]
    assert main(["unknown", "show", row["digest"][:8], "--db", db]) == 0
    said = capsys.readouterr().out
    assert '"reason": "undefined"' in said
    assert "Subject: Undelivered Mail" in said
    for wrong in ("abc", "zzzzzzzz", "0123456789abcdef", "' or 1=1"):
        assert main(["unknown", "show", wrong, "--db", db]) == 2


def test_a_message_comes_out_byte_by_byte(
    db: str, mail: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    with Store.open(db) as store:
        digest = next(one.digest for one in store.unknown() if one.kind == "other")
    assert main(["unknown", "show", "--raw", digest, "--db", db]) == 0
    assert capfdbinary.readouterr().out == LETTER


def test_what_a_stranger_wrote_acts_on_no_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.eml").write_bytes(LETTER + b"\x1b[31mred\x07\r\n\xe2\x80\xaeright\r\n")
    db = str(tmp_path / "b.db")
    assert main(["ingest", "-q", str(tmp_path / "x.eml"), "--db", db, "--keep-raw", "all"]) == 0
    (row,) = listed(capsys, db)
    assert main(["unknown", "show", row["digest"], "--db", db]) == 0
    said = capsys.readouterr().out
    assert "<U+001B>[31mred" in said
    assert all(line.isprintable() for line in said.splitlines())


def test_those_not_understood_are_written_into_a_folder_once(db: str, tmp_path: Path) -> None:
    for _ in range(2):
        assert main(["unknown", "export", str(tmp_path / "out"), "--db", db]) == 0
        found = sorted(path.read_bytes() for path in (tmp_path / "out").iterdir())
        assert found == sorted([wibble(2), LETTER])
    assert main(["unknown", "export", str(tmp_path / "all"), "--all", "--db", db]) == 0
    assert len(list((tmp_path / "all").iterdir())) == 3


def test_a_better_parser_reads_them_again(
    db: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = tmp_path / "mine.toml"
    rules.write_text(RULE)
    words = ["unknown", "reparse", "--rules", str(rules), "--db", db, "--format", "jsonl", "--since", "1h"]
    assert suppressed(db) == users(1)
    capsys.readouterr()
    for dry in (["--dry-run"], []):
        assert main([*words, *dry]) == 0
        said = capsys.readouterr()
        (row,) = map(json.loads, said.out.splitlines())
        assert (row["before"], row["after"]) == ("bounce: undefined", "bounce: user_unknown")
        assert said.err.startswith("2 messages read again, 1 ")
    assert suppressed(db) == users(1, 2)
    assert main(words) == 0
    assert capsys.readouterr().err == "1 message read again, 0 are read otherwise.\n"


def test_where_nothing_is_kept_it_says_what_keeps_it(
    mail: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    db = str(tmp_path / "b.db")
    assert main(["ingest", "-q", str(mail), "--db", db]) == 0
    digest = listed(capsys, db)[0]["digest"]
    for words in (["reparse", "--format", "table"], ["export", str(tmp_path / "out")], ["show", digest]):
        assert main(["unknown", *words, "--db", db]) == 0
        said = capsys.readouterr()
        assert "--keep-raw" in said.err, words
        assert "BEFORE" not in said.out


@pytest.mark.parametrize(("kept", "number"), [("none", 0), ("unknown", 2), ("all", 3)])
def test_what_is_kept_is_a_choice(kept: str, number: int, mail: Path, tmp_path: Path) -> None:
    db = str(tmp_path / "b.db")
    assert main(["ingest", "-q", str(mail), "--db", db, "--keep-raw", kept]) == 0
    with Store.open(db) as store:
        assert len(list(store.kept())) == number


def test_a_database_of_hashes_keeps_no_message(
    mail: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DSNPARSE_HASH_KEY", "0123456789abcdef")
    db = str(tmp_path / "b.db")
    assert main(["ingest", str(mail), "--db", db, "--hash-addresses", "--keep-raw", "all"]) == 2
    assert "use one of them" in capsys.readouterr().err


def test_files_that_are_not_understood_are_copied_also_in_a_second_run(mail: Path, tmp_path: Path) -> None:
    for number in range(2):
        folder = tmp_path / f"unknown{number}"
        words = ["ingest", "-q", str(mail), "--db", str(tmp_path / "b.db"), "--unknown", str(folder)]
        assert main(words) == 0
        assert sorted(path.read_bytes() for path in folder.iterdir()) == sorted([wibble(2), LETTER])


def test_an_event_that_is_not_understood_is_copied_as_json(tmp_path: Path) -> None:
    event = {
        "event": "bounce",
        "email": "kim@example.com",
        "timestamp": 1,
        "reason": "zzz",
        "sg_event_id": "a",
    }
    (tmp_path / "events.jsonl").write_text(json.dumps(event))
    words = ["ingest", "-q", "--as", "sendgrid", str(tmp_path / "events.jsonl")]
    assert main([*words, "--db", str(tmp_path / "b.db"), "--unknown", str(tmp_path / "unknown")]) == 0
    (copy,) = (tmp_path / "unknown").iterdir()
    assert json.loads(copy.read_text()) == event


def test_a_listener_copies_what_is_not_understood_before_it_answers(tmp_path: Path) -> None:
    port = free_port()
    folder, db = tmp_path / "unknown", tmp_path / "b.db"
    start("listen", "--lmtp", f"127.0.0.1:{port}", "--db", db, "--unknown", folder, "--keep-raw", "unknown")
    with smtplib.LMTP("127.0.0.1", port) as client:
        for data in (bounce(1), wibble(2)):
            client.sendmail("", ["b+2@sender.example"], data)
    assert [path.read_bytes() for path in folder.iterdir()] == [wibble(2)]
    with Store.open(str(db)) as store:
        (kept,) = store.kept()
    assert kept.raw.data == wibble(2)
    assert kept.raw.envelope is not None
    assert kept.raw.envelope.addresses == ("b+2@sender.example",)


def test_copies_that_cannot_be_written_are_a_problem_and_the_message_is_stored(
    mail: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "unknown"
    assert main(["ingest", "-q", str(mail), "--db", str(tmp_path / "a.db"), "--unknown", str(folder)]) == 0
    for path in folder.iterdir():
        path.unlink()
        path.mkdir()
    db = str(tmp_path / "b.db")
    assert main(["ingest", "-q", str(mail), "--db", db, "--unknown", str(folder)]) == 1
    with Store.open(db) as store:
        assert {one.name: one.count for one in store.stats("kind")} == {"bounce": 2, "other": 1}
    assert main(["ingest", "-q", str(mail), "--db", db, "--unknown", str(mail / "1.eml")]) == 2


def test_parse_and_ingest_count_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On every sample, and on a file that is no message."""
    stray = tmp_path / "stray.bin"
    stray.write_bytes(b"\0\1\2 no message at all")
    paths = [str(SAMPLES), str(stray)]
    main(["parse", *paths, "--output", str(tmp_path / "out.jsonl"), "--unknown", str(tmp_path / "p")])
    parsed = capsys.readouterr().err.splitlines()
    main(["ingest", *paths, "--db", str(tmp_path / "b.db"), "--unknown", str(tmp_path / "i")])
    stored = capsys.readouterr().err.splitlines()
    assert parsed[:-1] == stored[:-1]
    assert len(parsed) == 2
    kinds = parsed[-1].partition(";")[0]
    assert stored[-1].startswith(f"{kinds};")
    assert {path.name for path in (tmp_path / "p").iterdir()} == {
        path.name for path in (tmp_path / "i").iterdir()
    }
    number = len(list((tmp_path / "p").iterdir()))
    assert f"{number} copied to" in parsed[-1]
    assert f"{number} for a person to look at" in stored[-1]
    records = sum(
        len(json.loads(line)["records"]) for line in (tmp_path / "out.jsonl").read_text().splitlines()
    )
    assert f"; {records} records;" in parsed[-1]
    with Store.open("sqlite:///:memory:") as store:
        tallies = list(ingest(PathSource(paths), store.add, Parser()))
    assert sum(tally.records + tally.duplicates for tally in tallies) >= records
