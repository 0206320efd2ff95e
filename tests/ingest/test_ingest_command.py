"""`dsnparse ingest` and `dsnparse watch`, as programs call them."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from .mail import LETTER, bounce, command, start, suppressed, until, users


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    for number in range(3):
        (tmp_path / f"mail/{number}.eml").write_bytes(bounce(number))
    first = command("ingest", tmp_path / "mail", "--db", tmp_path / "b.db")
    assert first.returncode == 0, first.stderr
    assert first.stderr.startswith("3 messages (3 bounce); 3 records; addresses: 3 suppressed; ")
    second = command("ingest", tmp_path / "mail", "--db", tmp_path / "b.db")
    assert second.stderr.startswith("3 messages (3 bounce); 3 known already; 0 records; no address changed; ")
    assert suppressed(tmp_path / "b.db") == users(0, 1, 2)


def test_the_database_may_lie_in_the_folder_that_is_read(tmp_path: Path) -> None:
    (tmp_path / "1.eml").write_bytes(bounce(1))
    for _ in range(2):
        done = command("ingest", tmp_path, "--db", tmp_path / "b.db")
        assert (done.returncode, done.stderr.split(";")[0]) == (0, "1 message (1 bounce)")


def test_what_cannot_be_read_is_named_and_the_rest_is_stored(tmp_path: Path) -> None:
    (tmp_path / "1.eml").write_bytes(bounce(1))
    done = command("ingest", tmp_path / "none.eml", tmp_path / "1.eml", "--db", tmp_path / "b.db")
    assert done.returncode == 1
    assert f"dsnparse: {tmp_path}/none.eml: does not exist" in done.stderr
    assert suppressed(tmp_path / "b.db") == users(1)


def test_an_mbox_and_an_archive_and_a_maildir_at_once(tmp_path: Path, maildir: Path) -> None:
    mbox = b"".join(
        b"From x Sat Mar  1 12:00:00 2025\n" + bounce(n).replace(b"\r\n", b"\n") + b"\n" for n in (1, 2)
    )
    (tmp_path / "old.mbox").write_bytes(mbox)
    (maildir / "new/1").write_bytes(bounce(3))
    db = f"sqlite:///{tmp_path}/b.db"
    done = command("ingest", f"mbox:{tmp_path}/old.mbox", f"maildir:{maildir}", "--db", db)
    assert done.returncode == 0, done.stderr
    assert suppressed(db) == users(1, 2, 3)
    assert [path.name for path in (maildir / ".Processed/cur").iterdir()] == ["1:2,S"]


@pytest.mark.parametrize(
    ("title", "data", "options", "status"),
    [
        ("stored", bounce(1), ["--db", "{tmp}/b.db"], 0),
        ("a letter is stored, too", LETTER, ["--db", "{tmp}/b.db"], 0),
        ("nothing came", b"", ["--db", "{tmp}/b.db"], 65),
        ("no message", b"\0\0\0", ["--db", "{tmp}/b.db"], 65),
        ("the database is away", bounce(1), ["--db", "postgresql+psycopg://x@127.0.0.1:1/x"], 75),
        ("its folder is missing", bounce(1), ["--db", "{tmp}/none/b.db"], 75),
        ("a mistake in the options", bounce(1), ["--bd", "x"], 75),
        ("a policy that is missing", bounce(1), ["--db", "{tmp}/b.db", "--policy", "{tmp}/none"], 75),
        ("a file of trust that is missing", bounce(1), ["--db", "{tmp}/b.db", "--trust", "{tmp}/none"], 75),
        ("rules that are missing", bounce(1), ["--db", "{tmp}/b.db", "--rules", "{tmp}/none"], 75),
    ],
)
def test_the_exit_status_for_a_mail_server(
    tmp_path: Path, title: str, data: bytes, options: list[str], status: int
) -> None:
    done = command("ingest", "-", *(option.format(tmp=tmp_path) for option in options), data=data)
    assert done.returncode == status, (title, done.stderr)
    assert "Traceback" not in done.stderr
    assert bool(done.stderr) == (status != 0)


@pytest.mark.parametrize("signed", [True, False])
def test_the_recipient_of_the_pipe_proves_a_bounce(tmp_path: Path, signed: bool) -> None:
    keys = tmp_path / "trust.toml"
    assert command("trust", "init", keys).returncode == 0
    # The key is of today, so that a proof is to be expected only with a policy that wants one.
    (tmp_path / "policy.toml").write_text('[trust]\nrequire_for_hard = "authenticated"\n')
    options: list[str | Path] = [
        "--db",
        tmp_path / "b.db",
        "--trust",
        keys,
        "--policy",
        tmp_path / "policy.toml",
    ]
    (failed,) = users(1)
    made = command("trust", "sign", failed, "--domain", "b.example.org", "--keys", keys)
    to = made.stdout.strip() if signed else "bounces@b.example.org"
    done = command("ingest", "-", "--recipient", to, "--sender", "", *options, data=bounce(1))
    assert done.returncode == 0, done.stderr
    assert suppressed(tmp_path / "b.db") == (users(1) if signed else set())
    refused = command("ingest", tmp_path, "--recipient", to, "--db", tmp_path / "b.db")
    assert refused.returncode == 2
    assert "--recipient and --sender are of one message" in refused.stderr


def test_a_watcher_takes_what_comes_and_finishes_when_told_to(tmp_path: Path, maildir: Path) -> None:
    watcher = start("watch", f"maildir:{maildir}", "--db", tmp_path / "b.db", "--interval", "0.1")
    for number in range(3):
        (maildir / f"tmp/{number}").write_bytes(bounce(number))
        (maildir / f"tmp/{number}").rename(maildir / f"new/{number}")
        until((maildir / f".Processed/cur/{number}:2,S").exists)
    watcher.send_signal(signal.SIGTERM)
    _, told = watcher.communicate(timeout=30)
    assert watcher.returncode == 0
    assert told.endswith("Stopped.\n")
    assert told.count("1 message (1 bounce); 1 record; addresses: 1 suppressed.") == 3
    assert suppressed(tmp_path / "b.db") == users(0, 1, 2)


def test_a_watcher_tells_hooks_at_once(tmp_path: Path, maildir: Path) -> None:
    told = tmp_path / "told"
    hook = f"sh -c 'cat >> {told}'"
    watcher = start(
        "watch", f"maildir:{maildir}", "--db", tmp_path / "b.db", "--interval", "0.1", "--exec", hook
    )
    (maildir / "new/1").write_bytes(bounce(1))
    until(lambda: told.exists() and told.stat().st_size > 0)
    watcher.send_signal(signal.SIGINT)
    watcher.communicate(timeout=30)
    change = json.loads(told.read_text())
    assert (change["event"], change["address"]) == ("address.suppressed", "user1@example.com")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["watch", "/tmp"], "write maildir:PATH, imaps://"),
        (["watch", "maildir:/nowhere"], "/nowhere is no Maildir"),
        (["ingest", "maildir:/tmp"], "/tmp is no Maildir"),
        (["ingest", "imaps://joe:secret@host/"], "must not hold a password"),
        (["ingest", "imaps://host/"], "imaps://user@host/Folder"),
        (["ingest", "imaps://joe@127.0.0.1:1/"], "No password for the mailbox"),
        (["listen"], "Give --lmtp or --smtp"),
        (["listen", "--lmtp", "nonsense"], "HOST:PORT"),
    ],
)
def test_wrong_usage_is_a_sentence(tmp_path: Path, words: list[str], says: str) -> None:
    done = command(*words, "--db", tmp_path / "b.db")
    assert done.returncode == 2
    assert says in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr
