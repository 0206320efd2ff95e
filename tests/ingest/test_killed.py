"""Killed at any moment, `dsnparse ingest maildir:…` ends where an uninterrupted run does."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from store.kill_test import dump

from .mail import LETTER, bounce, command, start, suppressed, users

MESSAGES = 60


def fill(maildir: Path) -> None:
    for folder in ("new", "cur", "tmp"):
        (maildir / folder).mkdir(parents=True)
    for number in range(MESSAGES):
        said = ("5.1.1", "550 5.1.1 no such user here") if number % 3 else ("4.2.2", "452 4.2.2 mailbox full")
        (maildir / f"new/{number:03}").write_bytes(bounce(number % 20, *said) + str(number).encode())
    (maildir / "cur/zzz:2,").write_bytes(LETTER)


def contents(maildir: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(maildir)): path.read_bytes()
        for path in maildir.rglob("*")
        if path.is_file() and path.name != "lock"
    }


def state(db: Path) -> dict[str, object]:
    """All that the database says, without the name of the Maildir and the times that depend on the clock."""
    found = dump(str(db))
    return {name: found[name] for name in ("messages", "records", "addresses", "suppressions", "alerts")}


@pytest.mark.parametrize(("jobs", "points"), [(1, 2), (2, 2)])
def test_killed_at_random_moments_a_later_run_ends_where_an_uninterrupted_one_does(
    tmp_path: Path, jobs: int, points: int
) -> None:
    maildir, kept = tmp_path / "Maildir", tmp_path / "kept"
    fill(kept)

    def words(db: str) -> list[str | Path]:
        options = ["--batch", "7", "--jobs", str(jobs), "--quiet"]
        return ["ingest", f"maildir:{maildir}", *options, "--db", tmp_path / db]

    shutil.copytree(kept, maildir)
    started = time.monotonic()
    assert command(*words("whole.db")).returncode == 0
    whole = time.monotonic() - started
    wanted, files = state(tmp_path / "whole.db"), contents(maildir)
    assert len(files) == MESSAGES + 3
    chance = random.Random(1)
    for point in range(points):
        shutil.rmtree(maildir)
        shutil.copytree(kept, maildir)
        for _ in range(2):
            worker = subprocess.Popen([sys.executable, "-m", "dsnparse", *words(f"{point}.db")])
            time.sleep(chance.uniform(whole * 0.3, whole))
            worker.kill()
            worker.wait()
        assert command(*words(f"{point}.db")).returncode == 0
        assert state(tmp_path / f"{point}.db") == wanted
        assert contents(maildir) == files


def test_two_watchers_share_a_maildir(tmp_path: Path) -> None:
    maildir, db = tmp_path / "Maildir", tmp_path / "b.db"
    for folder in ("new", "cur", "tmp"):
        (maildir / folder).mkdir(parents=True)
    words = ("watch", f"maildir:{maildir}", "--db", db, "--interval", "0.1", "--batch", "3")
    watchers = [start(*words), start(*words)]
    for number in range(40):
        (maildir / f"tmp/{number}").write_bytes(bounce(number))
        (maildir / f"tmp/{number}").rename(maildir / f"new/{number}")
    done = maildir / ".Processed/cur"
    for _ in range(400):
        if done.is_dir() and len(list(done.iterdir())) == 40:
            break
        time.sleep(0.05)
    for watcher in watchers:
        watcher.terminate()
        _, told = watcher.communicate(timeout=30)
        assert watcher.returncode == 0
        assert "known already" not in told
    assert suppressed(db) == users(*range(40))
