"""`dsnparse status`: what it says, and how monitoring hears of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dsnparse.cli import main
from dsnparse.parser import Parser
from dsnparse.render.standing import size, span
from dsnparse.store import ExecHook, Seen, Store, message_identity

from .dovecot import PASSWORD, Dovecot
from .mail import LETTER, bounce

NOW = datetime.now(UTC)


@pytest.fixture
def db(tmp_path: Path) -> str:
    """Three messages of an hour and a half ago, one of them not understood; a hook that fails."""
    path = str(tmp_path / "b.db")
    with Store.open(path, hooks=[ExecHook("false")]) as store:
        parser = Parser()
        for data in (bounce(1), bounce(2), LETTER):
            seen = Seen(message_identity(data), "maildir:/var/mail/bounces", parser.parse(data))
            store.add([seen], now=NOW - timedelta(minutes=90))
        store.tick()
    return path


def asked(capsys: pytest.CaptureFixture[str], db: str, *words: str) -> dict[str, Any]:
    main(["status", "--format", "json", "--db", db, *words])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_it_says_what_came_what_waits_and_what_was_not_understood(
    db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = asked(capsys, db)
    assert found["outbox"][0].pop("since")
    assert {name: value for name, value in found.items() if name not in ("bytes", "version", "schema")} == {
        "ok": True,
        "problems": [],
        "database": db,
        "last_message_at": (NOW - timedelta(minutes=90)).isoformat(),
        "last_source": "maildir:/var/mail/bounces",
        "messages_last_hour": 0,
        "messages_last_day": 3,
        "kinds_last_day": {"bounce": 2, "other": 1},
        "not_understood_last_day": 1,
        "not_understood_share": 0.3333,
        "addresses": {"suppressed": 2},
        "outbox": [{"hook": "exec:false", "changes": 2, "attempts": 1, "error": "exit status 1"}],
        "backlog": {},
    }


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--max-age", "2h"], ""),
        (["--max-age", "1h"], " minutes ago; --max-age is 60 minutes."),
        (["--max-outbox", "2"], ""),
        (["--max-outbox", "1"], "2 changes wait for exec:false; --max-outbox is 1."),
        (["--max-outbox-age", "2h"], ""),
        (
            ["--max-outbox-age", "1h"],
            " minutes ago; --max-outbox-age is",
        ),
        (["--max-unknown", "34"], ""),
        (["--max-unknown", "33"], "33.3% of the last day were not understood; --max-unknown is 33."),
        (["--max-size", "1000000000"], ""),
        (["--max-size", "1000"], "; --max-size is 1 kB."),
    ],
)
def test_a_limit_that_is_passed_is_a_sentence_and_exit_status_1(
    words: list[str], problem: str, db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--db", db, *words]) == (1 if problem else 0)
    said = capsys.readouterr()
    assert problem in said.err if problem else said.err == ""
    assert "exec:false" in said.out


def test_monitoring_hears_of_a_database_that_is_missing(tmp_path: Path) -> None:
    assert main(["status", "--db", str(tmp_path / "none.db")]) in (2, 75)


def test_an_empty_store_is_well_and_too_old(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    db = str(tmp_path / "b.db")
    Store.open(db).close()
    assert main(["status", "--db", db]) == 0
    assert "none yet" in capsys.readouterr().out
    assert main(["status", "--db", db, "--max-age", "1d"]) == 1


def test_what_waits_in_a_maildir_is_counted_and_left_alone(
    db: str, maildir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("new/1", "cur/2:2,S", "tmp/3", "new/.hidden"):
        (maildir / name).write_bytes(bounce(3))
    (maildir / "dsnparse.claims/1.2.x").mkdir(parents=True)
    (maildir / "dsnparse.claims/1.2.x/new,4").write_bytes(bounce(4))
    (maildir / "dsnparse.claims/1.2.x/lock").write_bytes(b"")
    before = sorted(maildir.rglob("*"))
    assert asked(capsys, db, f"maildir:{maildir}")["backlog"] == {f"maildir:{maildir}": 3}
    assert sorted(maildir.rglob("*")) == before
    assert main(["status", "--db", db, f"maildir:{maildir}", "--max-backlog", "2"]) == 1


def test_what_waits_in_an_imap_folder_is_counted(
    dovecot: Dovecot, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    db = str(tmp_path / "b.db")
    monkeypatch.setenv("DSNPARSE_IMAP_PASSWORD", PASSWORD)
    url = dovecot.url()
    words = ["--db", db, "--ca-file", str(dovecot.ca_file)]
    dovecot.save(bounce(1))
    dovecot.save(bounce(2))
    assert main(["ingest", "--quiet", url, *words]) == 0
    dovecot.save(bounce(3))
    assert list(asked(capsys, db, url, *words[2:])["backlog"].values()) == [1]


def test_a_mailbox_that_cannot_be_asked_is_a_problem_and_the_rest_is_said(
    db: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DSNPARSE_IMAP_PASSWORD", "x")
    assert main(["status", "--db", db, "imaps://joe@127.0.0.1:1/INBOX"]) == 1
    said = capsys.readouterr()
    assert "127.0.0.1" in said.err
    assert "Last message" in said.out


def test_spans_and_sizes_read_well() -> None:
    spans = {1: "1 second", 119: "119 seconds", 120: "2 minutes", 7200: "2 hours", 172_800: "2 days"}
    assert {number: span(timedelta(seconds=number)) for number in spans} == spans
    sizes = {12: "12 bytes", 1000: "1 kB", 1_250_000: "1.2 MB", 5e12: "5,000.0 GB"}
    assert {number: size(int(number)) for number in sizes} == sizes
