"""Logs of mail servers into the database: real servers, rotated files, the journal, each failure once."""

from __future__ import annotations

import gzip
import os
import random
import shutil
import smtplib
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dsnparse import Parser
from dsnparse.mailboxes.events import Event
from dsnparse.mailboxes.log_files import LogSource
from dsnparse.mailboxes.log_follower import FollowedLog
from dsnparse.store import Store

from .dovecot import free_port
from .exim import Exim
from .left_out import leave_out
from .mail import command, start, suppressed, until
from .postfix import Postfix
from .refusing import refusing

_JOURNAL_REMOTE = "/lib/systemd/systemd-journal-remote"
_START = datetime(2026, 11, 5, 18, 0, tzinfo=UTC)


def attempts(number: int, *, full: bool = False) -> Iterator[str]:
    """The lines of a message to user{number}@example.net, that failed."""
    at = (_START + timedelta(seconds=number)).isoformat()
    said = "452 4.2.2 Mailbox full" if full else "550 5.1.1 User unknown"
    status, word = ("4.2.2", "deferred") if full else ("5.1.1", "bounced")
    queue = f"{at} mx1 postfix/qmgr[9]: {number:010X}"
    yield f"{at} mx1 postfix/cleanup[9]: {number:010X}: message-id=<m{number}@example.org>\n"
    yield f"{queue}: from=<news@example.org>, size=681, nrcpt=1 (queue active)\n"
    yield (
        f"{at} mx1 postfix/smtp[9]: {number:010X}: to=<user{number}@example.net>, relay=mx[192.0.2.10]:25, "
        f"delay=1, delays=1/0/0/0, dsn={status}, status={word} (host mx.example.net[192.0.2.10] said: {said} "
        "(in reply to RCPT TO command))\n"
    )
    if full:
        yield f"{queue}: from=<news@example.org>, status=expired, returned to sender\n"
    yield f"{queue}: removed\n"


def users(count: int) -> set[str]:
    """The addresses that failed."""
    return {f"user{number}@example.net" for number in range(count)}


def events_of(source: LogSource | FollowedLog) -> list[Event]:
    """What a source gives now."""
    return [item for item in source.take() if isinstance(item, Event)]


def test_a_real_postfix_is_counted_once_whether_its_log_or_its_notice_tells_of_a_failure(
    postfix: type[Postfix], tmp_path: Path
) -> None:
    port = free_port()
    db = tmp_path / "b.db"
    listener = start("listen", "--lmtp", f"127.0.0.1:{port}", "--db", db)
    with postfix.running(f"lmtp:inet:127.0.0.1:{port}") as server:
        watcher = start("watch", "--as", "postfix", "--interval", "0.2", server.place / "log", "--db", db)
        server.send("nobody", "full")
        server.until("status=sent (250 2.0.0 Stored)", 2)
        both_tell_of_each_failure(db, watcher, listener)


def test_a_real_exim_is_counted_once_whether_its_log_or_its_notice_tells_of_a_failure(
    exim: type[Exim], tmp_path: Path
) -> None:
    def answer(address: bytes) -> bytes:
        return b"552 5.2.2 mailbox full" if address.startswith(b"full") else b"550 5.1.1 User unknown"

    port, db = free_port(), tmp_path / "b.db"
    listener = start("listen", "--lmtp", f"127.0.0.1:{port}", "--db", db)
    with refusing(answer) as remote, exim.running({"remote.test": remote}, lmtp=port) as server:
        server.until_it_listens()
        watcher = start("watch", "--as", "exim", "--interval", "0.2", server.place / "log-main", "--db", db)
        with smtplib.SMTP("127.0.0.1", server.port, timeout=20) as client:
            for user in ("nobody", "full"):
                text = f"From: news@origin.test\r\nTo: {user}@remote.test\r\nSubject: News\r\n\r\nHello\r\n"
                client.sendmail("news@origin.test", [f"{user}@remote.test"], text)
        both_tell_of_each_failure(db, watcher, listener)


def both_tell_of_each_failure(db: Path, *processes: subprocess.Popen[str]) -> None:
    """Log and mail tell of nobody@ and full@remote.test, and each failure counts once. Ends `processes`."""
    until(lambda: db.exists() and told(db) == {"bounce": 4})
    for process in processes:
        process.terminate()
        process.wait(20)
    assert suppressed(db) == {"nobody@remote.test"}
    with Store.open(str(db)) as store:
        events = [entry for entry in store.history("full@remote.test") if entry.kind == "bounce"]
        assert [entry.reason for entry in events] == ["mailbox_full", "mailbox_full"]
    limit = db.with_name("policy.toml")
    limit.write_text("[soft]\nlimit = 2\n", "utf-8")
    assert command("check", "full@remote.test", "--db", db, "--policy", limit).returncode == 0


def told(db: Path) -> dict[str, int]:
    """How many messages and events of each kind are stored."""
    with Store.open(str(db)) as store:
        return {count.name: count.count for count in store.stats("kind")}


def test_files_of_a_log_are_read_oldest_first_and_joined_over_their_borders(tmp_path: Path) -> None:
    lines = [line for number in range(6) for line in attempts(number, full=True)]
    new, middle, old = tmp_path / "mail.log", tmp_path / "mail.log.1", tmp_path / "mail.log.2.gz"
    old.write_bytes(gzip.compress("".join(lines[:8]).encode()))
    middle.write_text("".join(lines[8:18]), "utf-8")
    new.write_text("".join(lines[18:]), "utf-8")
    events = events_of(LogSource("postfix", [new, middle, old], Parser()))
    assert [event.report.records[0].recipient for event in events] == sorted(users(6))
    assert {event.report.records[0].reason for event in events} == {"mailbox_full"}


def test_an_archive_and_a_file_that_is_not_there_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    log.write_text("".join(attempts(0)), "utf-8")
    shutil.make_archive(str(tmp_path / "old"), "zip", tmp_path, "mail.log")
    done = command(
        "ingest", "--as", "postfix", log, tmp_path / "old.zip", tmp_path / "none", "--db", tmp_path / "b.db"
    )
    assert done.returncode == 1
    assert "old.zip: is an archive; unpack it first" in done.stderr
    assert "none: does not exist" in done.stderr
    assert suppressed(tmp_path / "b.db") == users(1)


@pytest.mark.parametrize("copied", [False, True], ids=["renamed", "copied and cut"])
def test_a_log_is_followed_over_rotation(tmp_path: Path, copied: bool) -> None:
    log = tmp_path / "mail.log"
    source = FollowedLog("postfix", str(log), Parser(), lambda _: None)
    lines = list(attempts(0)) + list(attempts(1)) + list(attempts(2))
    log.write_text("".join(lines[:2]), "utf-8")
    assert events_of(source) == []
    with log.open("a") as file:
        file.write(lines[2] + lines[3][:30])  # a line that is not complete yet
    assert len(events_of(source)) == 1
    with log.open("a") as file:
        file.write(lines[3][30:] + "".join(lines[4:7]))
    if copied:
        assert len(events_of(source)) == 1
        shutil.copy(log, tmp_path / "mail.log.1")
        log.write_text("", "utf-8")
        assert events_of(source) == []
    else:
        log.rename(tmp_path / "mail.log.1")
    with log.open("a") as file:
        file.write("".join(lines[7:]))
    assert len(events_of(source)) == 1 + (not copied)
    source.close()


def test_a_watcher_killed_while_the_log_grows_and_is_rotated_loses_nothing_and_tells_nothing_twice(
    tmp_path: Path,
) -> None:
    log, db = tmp_path / "mail.log", tmp_path / "b.db"
    chance = random.Random(4)
    count = 120
    log.touch()
    watcher = start("watch", "--as", "postfix", "--interval", "0.1", log, "--db", db)
    for number in range(count):
        with log.open("a") as file:
            for line in attempts(number, full=number % 3 == 0):
                file.write(line)
        if not number:
            until(lambda: told(db) == {"bounce": 1})
        if number % 40 == 20:
            rotated = tmp_path / f"mail.log-{number}"
            log.rename(rotated)
            log.touch()
            if number % 80 == 20:
                time.sleep(0.3)  # the watcher has gone on to the new file
                watcher.kill()
                watcher.wait()
                with gzip.open(f"{rotated}.gz", "wb") as packed:
                    packed.write(rotated.read_bytes())
                shutil.copystat(rotated, f"{rotated}.gz")
                rotated.unlink()
                watcher = start("watch", "--as", "postfix", "--interval", "0.1", log, "--db", db)
        elif chance.random() < 0.05:
            watcher.kill()
            watcher.wait()
            watcher = start("watch", "--as", "postfix", "--interval", "0.1", log, "--db", db)
    until(lambda: told(db).get("bounce", 0) >= count)
    watcher.terminate()
    watcher.wait(20)
    assert suppressed(db) == {f"user{number}@example.net" for number in range(count) if number % 3}
    files = [log, *tmp_path.glob("mail.log-*")]
    again = command("ingest", "--as", "postfix", *files, "--db", db)
    assert again.returncode == 0
    assert told(db) == {"bounce": count}


def test_a_new_file_of_comma_separated_values_is_not_taken_for_the_old_one(tmp_path: Path) -> None:
    names = "type,timeLogged,orig,rcpt,dsnStatus,dsnDiag\n"
    row = "b,2026-11-05 18:21:32+0000,news@example.org,user{}@example.net,5.1.1,smtp;550 5.1.1 unknown\n"
    log = tmp_path / "acct.csv"
    log.write_text(names + row.format(0) + row.format(1), "utf-8")
    source = FollowedLog("powermta", str(log), Parser(), lambda _: None)
    assert len(events_of(source)) == 2
    place = source.positions([])
    source.close()
    log.rename(tmp_path / "acct.csv.1")
    log.write_text(names + row.format(2), "utf-8")
    again = FollowedLog("powermta", str(log), Parser(), place.get)
    assert [event.report.records[0].recipient for event in events_of(again)] == ["user2@example.net"]
    again.close()


def test_a_log_that_comes_late_is_waited_for(tmp_path: Path) -> None:
    log, db = tmp_path / "mail.log", tmp_path / "b.db"
    watcher = start("watch", "--as", "postfix", "--interval", "0.1", log, "--db", db)
    assert watcher.stderr is not None
    assert "mail.log no such file or directory" in watcher.stderr.readline()
    log.write_text("".join(attempts(0)), "utf-8")
    until(lambda: told(db) == {"bounce": 1})
    watcher.terminate()
    assert watcher.wait(20) == 0


def test_the_journal_is_followed_by_its_cursor(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if shutil.which("journalctl") is None or not os.access(_JOURNAL_REMOTE, os.X_OK):
        leave_out(
            request.config,
            "systemd-journal-remote is not installed; to run them: apt-get install systemd-journal-remote",
        )
    db, journal = tmp_path / "b.db", tmp_path / "mail.journal"
    lines = [line for number in range(3) for line in attempts(number)]
    write_journal(journal, lines[:6], first=0)
    watch = ("watch", "--as", "postfix", "--interval", "0.1", f"journal:{journal}", "--db", db)
    watcher = start(*watch)
    until(lambda: told(db) == {"bounce": 1})
    watcher.kill()
    watcher.wait()
    write_journal(journal, lines[6:], first=6)
    watcher = start(*watch)
    until(lambda: told(db) == {"bounce": 3})
    watcher.terminate()
    watcher.wait(20)
    assert suppressed(db) == users(3)


def write_journal(journal: Path, lines: list[str], *, first: int) -> None:
    """Adds lines of a log to a journal, by systemd's own program."""
    now = int(datetime.now(UTC).timestamp()) * 1_000_000
    entries = []
    for number, line in enumerate(lines, first):
        prefix, _, message = line.rstrip("\n").partition("[9]: ")
        entries.append(
            f"__REALTIME_TIMESTAMP={now + number}\n__MONOTONIC_TIMESTAMP={1000 + number}\n"
            f"_BOOT_ID=4a2b1d3e5f60718293a4b5c6d7e8f901\nMESSAGE={message}\n_PID=9\n_HOSTNAME=mx1\n"
            f"SYSLOG_IDENTIFIER={prefix.rpartition(' ')[2]}\n"
        )
    subprocess.run(
        [_JOURNAL_REMOTE, "-o", str(journal), "-"], input="\n".join([*entries, ""]).encode(), check=True,
        capture_output=True,
    )  # fmt: skip
