"""What is mistyped is told with what was meant, and leaves nothing behind."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from dsnparse.cli import COMMANDS, SECTIONS, group
from dsnparse.cli.config import _commands
from dsnparse.store import Store
from dsnparse.store.lists.entry import Suppression
from dsnparse.store.sql.unused import new_file, remove_unused


def run(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run dsnparse in a folder."""
    command = [sys.executable, "-m", "dsnparse", *words]
    return subprocess.run(command, cwd=cwd, env=os.environ, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["chek", "a@example.com"], "There is no command 'chek'. Did you mean check?"),
        (["supressions", "list"], "There is no command 'supressions'. Did you mean suppressions?"),
        (["frobnicate"], "There is no command 'frobnicate'."),
        (["explain", "mailbox_ful"], "Did you mean mailbox_full?"),
        (["explain", "microsft"], "Did you mean microsoft?"),
        (["serve", "--workers", "2"], "No such option '--workers'. Did you mean '--jobs'?"),
        (["serve", "--max-body=2000"], "No such option '--max-body'. Did you mean '--max-size'?"),
        (["serve", "--wating", "2"], "Did you mean '--waiting'?"),
    ],
)
def test_what_was_meant_is_named(words: list[str], says: str, tmp_path: Path) -> None:
    done = run(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr


@pytest.mark.parametrize("origin", [[], ["--as", "postfix"], ["--as", "ses"]])
def test_a_source_that_is_not_there_leaves_no_database(origin: list[str], tmp_path: Path) -> None:
    done = run("ingest", *origin, "typo/", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == "dsnparse: typo/: does not exist\n"
    assert list(tmp_path.iterdir()) == []


def test_a_complaint_shows_of_which_type_it_is(tmp_path: Path) -> None:
    sample = Path(__file__).parents[2] / "samples" / "complaint" / "fraud.eml"
    done = run("parse", "--quiet", "--format", "table", str(sample), cwd=tmp_path)
    assert " fraud " in done.stdout
    assert "undefined" not in done.stdout


HINTS = [
    (["parse", "--kind", "bonuce", "."], "Did you mean 'bounce'?"),
    (["parse", "--format", "tabel", "."], "Did you mean 'table'?"),
    (["parse", "--fromat", "table", "."], "--format"),
    (["classify", "--provider", "gogle", "550 x"], "Did you mean 'google'?"),
    (["stats", "--by", "reson"], "Did you mean 'reason'?"),
    (["stats", "--by", "provider,reson"], "Did you mean 'reason'?"),
    (["stats", "--where", "reson=mailbox_full"], "Did you mean 'reason'?"),
    (
        ["stats", "--where", "reason=mailbox_ful"],
        "There is no reason 'mailbox_ful'. Did you mean 'mailbox_full'",
    ),
    (["records", "export", "--where", "kind=bonuce"], "Did you mean 'bounce'? Use one of: bounce, delay"),
    (["suppressions", "export", "--reason", "hard_bonce"], "Did you mean 'hard_bounce'"),
    (["suppressions", "list", "--reason", "mailbox_ful"], "Did you mean 'mailbox_full'"),
    (["suppressions", "list", "--state", "supressed"], "Did you mean 'suppressed'?"),
    (["suppressions", "add", "--reason", "manuel", "a@example.com"], "Did you mean 'manual'?"),
    (["suppressions", "import", "--format", "sendgird", os.devnull], "Did you mean 'sendgrid'?"),
    (["suppressions", "export", "--format", "sendgird"], "Did you mean 'sendgrid'?"),
    (["ingest", "--as", "sendgird", "."], "Did you mean 'sendgrid'"),
    (["listen", "--socket-mode", "rw-rw----"], "'rw-rw----' is no mode of a file; write one as 660."),
    (["listen", "--lmtp", "here"], "Give HOST:PORT or the path of a Unix socket, not 'here'."),
    (["ingest", "--as", "postfux", "."], "Did you mean 'postfix'"),
    (["watch", "--as", "postfux", "."], "Did you mean 'postfix'"),
    (["report", "--format", "htlm"], "Did you mean 'html'?"),
    (["keys", "add", "x", "--scope", "pares"], "Did you mean 'parse'?"),
    (["completion", "bsh"], "Did you mean 'bash'"),
    (["config", "show", "pares"], "Did you mean 'parse'"),
    (["status", "--format", "jsn"], "Did you mean 'json'?"),
]


@pytest.mark.parametrize(("words", "says"), HINTS, ids=[" ".join(words) for words, _ in HINTS])
def test_a_mistyped_value_is_told_the_near_one_and_is_wrong_usage(
    words: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(group, words)
    assert done.exit_code == 2
    assert says in done.stderr
    assert not done.stderr.rstrip().endswith(("..", "?."))
    assert list(tmp_path.iterdir()) == []


def test_a_provider_that_nobody_knows_is_asked_for_and_told(tmp_path: Path) -> None:
    database = str(tmp_path / "b.db")
    assert (
        CliRunner().invoke(group, ["suppressions", "add", "a@example.com", "--db", database]).exit_code == 0
    )
    done = CliRunner().invoke(group, ["stats", "--where", "provider=gogle", "--db", database])
    assert (done.exit_code, done.stderr) == (
        0, "dsnparse: No provider is called 'gogle'. Did you mean 'google'?\n",
    )  # fmt: skip


EMPTY = [
    ["ingest", "maildir:typo"],
    ["ingest", "imap://u@127.0.0.1:1/"],
    ["ingest", "nonsense://host/"],
    ["watch", "typo"],
    ["watch", "maildir:typo"],
    ["listen", "--lmtp", "127.0.0.1:99999"],
    ["listen", "--lmtp", "192.0.2.1:24"],
    ["serve", "--port", "99999"],
    ["serve", "--host", "192.0.2.1"],
    ["status"],
    ["check", "a@example.com"],
    ["history", "a@example.com"],
    ["stats"],
    ["report"],
    ["suppressions", "list"],
    ["suppressions", "remove", "a@example.com"],
    ["records", "export"],
    ["unknown", "list"],
    ["prune", "--older-than", "30d"],
    ["forget", "a@example.com"],
    ["backup", "copy.db"],
]


@pytest.mark.parametrize("words", EMPTY, ids=" ".join)
def test_what_fails_leaves_no_database_that_was_not_there(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DSNPARSE_IMAP_PASSWORD", raising=False)
    done = run(*words, "--db", "new.db", cwd=tmp_path)
    assert done.returncode in (1, 2)
    assert done.stderr.count("\n") >= 1
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_was_there_stays_whatever_fails(tmp_path: Path) -> None:
    for words in (["suppressions", "add", "a@example.com"], ["suppressions", "remove", "a@example.com"]):
        assert run(*words, "--db", "b.db", cwd=tmp_path).returncode == 0
    assert run("ingest", "maildir:typo", "--db", "b.db", cwd=tmp_path).returncode == 2
    assert [path.name for path in tmp_path.iterdir()] == ["b.db"]


@pytest.mark.parametrize(
    ("state", "stays"), [("empty", False), ("used", True), ("open elsewhere", True), ("no database", True)]
)
def test_only_an_empty_database_that_nobody_has_open_is_removed(
    state: str, stays: bool, tmp_path: Path
) -> None:
    path = tmp_path / "b.db"
    assert new_file(str(path)) == path
    with Store.open(str(path), create=True) as store:
        if state == "used":
            store.suppress([Suppression(address="a@example.com", reason="manual")])
    assert new_file(str(path)) is None
    if state == "no database":
        path.write_bytes(b"something else")
    other = sqlite3.connect(path)
    if state == "open elsewhere":
        other.execute("SELECT count(*) FROM messages").fetchone()
    else:
        other.close()
    assert remove_unused(path) is not stays
    assert path.exists() is stays
    other.close()
    assert (new_file(":memory:"), new_file("postgresql://u@h/x")) == (None, None)


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["parse", "empty"], 0, "There is no mail in empty."),
        (["parse", "--format", "table", "typo"], 1, "dsnparse: typo: does not exist"),
        (["parse", "bytes.bin"], 1, "dsnparse: bytes.bin: is not a mail message"),
        (["parse", "none.eml"], 1, "dsnparse: none.eml: is empty"),
        (["show", "bytes.bin", "-o", "x.html"], 2, "bytes.bin is not a mail message."),
        (["show", "typo", "-o", "x.html"], 2, "typo does not exist."),
        (["show", "empty", "-o", "x.html"], 2, "empty holds no message; give the file of one."),
        (["parse", "--limit", "depht=3", "empty"], 2, "There is no limit 'depht'. Did you mean 'depth'?"),
        (["check", "--db", "bytes.bin", "a@example.com"], 2, "file is not a database."),
        (["check", "--db", "empty", "a@example.com"], 2, "empty is a directory"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_no_mail_is_told_in_a_sentence_and_no_table_begins(
    words: list[str], status: int, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    Path("bytes.bin").write_bytes(bytes(range(256)) * 40)
    Path("none.eml").touch()
    done = CliRunner().invoke(group, words)
    assert (done.exit_code, done.stdout) == (status, "")
    assert says in done.stderr
    assert not Path("x.html").exists()


@pytest.mark.parametrize("words", [["ingest", "empty"], ["suppressions", "add", "a@example.com"], ["serve"]])
def test_a_database_that_cannot_be_made_is_a_sentence(words: list[str], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = run(*words, "--db", "/proc/new.db", cwd=tmp_path)  # where nobody may make a file, not even root
    assert done.returncode == 2
    assert "The database /proc/new.db cannot be made: " in done.stderr
    assert "Traceback" not in done.stderr


def test_help_lists_each_command_once_under_what_it_is_for() -> None:
    listed = [name for names in SECTIONS.values() for name in names.split()]
    assert sorted(listed) == sorted(COMMANDS)
    text = CliRunner().invoke(group, ["--help"]).stdout
    assert all(f"\n{title}:\n" in text for title in SECTIONS)
    assert max(map(len, text.splitlines())) <= 80


def test_no_line_of_any_help_is_wider_than_a_terminal_of_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for path, _ in _commands():
        text = CliRunner().invoke(group, [*path, "--help"]).stdout
        assert [line for line in text.splitlines() if len(line) > 80] == [], path


def test_the_history_of_nobody_says_so_and_is_no_failure(tmp_path: Path) -> None:
    database = str(tmp_path / "b.db")
    assert (
        CliRunner().invoke(group, ["suppressions", "add", "a@example.com", "--db", database]).exit_code == 0
    )
    sentence = "Nothing is known of nobody@example.com: it may be mailed.\n"
    for form, out, err in (("table", sentence, ""), ("jsonl", "", sentence), ("csv", "", sentence)):
        words = ["history", "nobody@example.com", "--format", form, "--db", database]
        done = CliRunner().invoke(group, words)
        assert (done.exit_code, done.stdout, done.stderr) == (0, out, err)
