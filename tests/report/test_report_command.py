"""`dsnparse report` as a person or a program calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dsnparse.cli import main
from dsnparse.store import Store
from tools.story import Story, write_mbox

from .conftest import END

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: str) -> tuple[int, str, str]:
        status = main(["report", *words])
        said = capsys.readouterr()
        return status, said.out, said.err

    return call


@pytest.fixture
def mbox(tmp_path: Path) -> Path:
    path = tmp_path / "story.mbox"
    write_mbox(path, Story(number=600, end=END))
    return path


def test_of_a_database(run: Run, blocked: Path) -> None:
    span = ("--since", "2026-11-19T06:30", "--until", "2026-11-26T06:30")
    status, out, _ = run("--db", str(blocked), *span)
    assert status == 0
    assert out.splitlines()[1].startswith("▲ Microsoft: blocks")
    status, out, _ = run("--db", str(blocked), *span, "--format", "json", "--where", "provider=google")
    assert {change["receiver"] for change in json.loads(out)["changes"]} <= {"google"}


def test_of_files_it_stores_nothing_and_ends_with_the_last_bounce(
    run: Run, mbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    status, out, err = run(str(mbox))
    assert status == 0
    assert out.splitlines()[0].startswith("Bounces of the 7 days until 26 November 2026, 0")
    assert out.splitlines()[1].startswith("▲ Microsoft: blocks")
    assert "600 messages" in err
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("name", "begins"),
    [("report.html", "<!doctype html>"), ("report.json", "{"), ("report.txt", "Bounces of")],
)
def test_the_ending_of_the_file_says_what_it_is(
    run: Run, mbox: Path, tmp_path: Path, name: str, begins: str
) -> None:
    path = tmp_path / "out" / name
    path.parent.mkdir()
    assert run(str(mbox), "-q", "-o", str(path)) == (0, "", "")
    assert path.read_text("utf-8").startswith(begins)


def test_a_report_beside_the_mail_is_no_mail_the_next_time(run: Run, mbox: Path) -> None:
    words = (str(mbox.parent), "-o", str(mbox.parent / "report.txt"))
    assert run(*words)[0] == 0
    status, _, err = run(*words)
    assert status == 0
    assert "not a mail message" not in err


def test_what_could_not_be_read_is_named_and_told_by_the_exit_status(
    run: Run, mbox: Path, tmp_path: Path
) -> None:
    stray = tmp_path / "stray"
    stray.write_bytes(b"\x89PNG no mail")
    status, out, err = run(str(mbox), str(stray))
    assert status == 1
    assert "stray" in err
    assert "Microsoft" in out


def test_events_of_a_provider(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    event = {"event": "bounce", "email": "kim@example.com", "timestamp": 1760000000, "sg_event_id": "1"}
    path.write_text(json.dumps([event | {"reason": "550 5.1.1 user unknown", "status": "5.1.1"}]))
    status, out, _ = run(str(path), "--as", "sendgrid", "--compare", "none")
    assert status == 0
    assert "user_unknown" in out


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("x", "--db", "y"), 2, "either SOURCE or --db"),
        (("maildir:/x",), 2, "is a mailbox that messages leave"),
        (("--db", "/nonexistent/x.db"), 2, "no directory"),
        (("--since", "soon"), 2, "is no time"),
        (("--where", "x=y"), 2, "is no condition"),
        (("--compare", "often"), 2, "nothing to compare with"),
    ],
)
def test_wrong_usage_is_told_in_a_sentence(
    run: Run, tmp_path: Path, words: tuple[str, ...], status: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Store.open(str(tmp_path / "bounces.db")):
        pass
    found, out, err = run(*words)
    assert (found, out) == (status, "")
    assert said in " ".join(err.split())


def test_a_failed_report_leaves_the_old_one(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    assert run("--db", "/nonexistent/x.db", "-o", str(path))[0] == 2
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_hashed_addresses_stay_hashed(
    run: Run, mbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DSNPARSE_HASH_KEY", "a key of more than sixteen bytes")
    db = str(tmp_path / "hashed.db")
    assert main(["ingest", "-q", str(mbox), "--db", db, "--hash-addresses"]) == 0
    path = tmp_path / "report.html"
    status, *_ = run("--db", db, "--hash-addresses", "--until", "2026-11-26", "-o", str(path))
    assert status == 0
    assert "Microsoft: blocks" in path.read_text("utf-8")
    assert "@gmail.com" not in path.read_text("utf-8")


def test_nothing_of_a_message_acts_on_a_terminal(run: Run, tmp_path: Path) -> None:
    letter = next(iter(Story(number=60, end=END).messages()))
    path = tmp_path / "one.eml"
    path.write_bytes(letter.replace(b"said: ", b"said: \x1b]0;title\x07\x1b[2J\xe2\x80\xae "))
    for form in ("text", "json"):
        _, out, _ = run(str(path), "-q", "--format", form, "--compare", "none")
        assert "\x1b" not in out
        assert "\u202e" not in out
