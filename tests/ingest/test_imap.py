"""IMAP, with a real Dovecot."""

from __future__ import annotations

import signal
import smtplib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dsnparse import Parser
from dsnparse.ingest import ingest
from dsnparse.mailboxes.account import Account, Secret
from dsnparse.mailboxes.sources import MailboxRefused
from dsnparse.mailboxes.tally import Tally
from dsnparse.store import Store

if TYPE_CHECKING:
    from dsnparse.mailboxes.imap import ImapSource

from .dovecot import PASSWORD, TOKEN, USER, Dovecot
from .mail import LETTER, bounce, command, start, suppressed, until, users

SECRET = {"DSNPARSE_IMAP_PASSWORD": PASSWORD}


def fill(dovecot: Dovecot, *numbers: int) -> None:
    for number in numbers:
        dovecot.save(bounce(number))


@pytest.mark.parametrize("scheme", ["imaps", "imap"])
def test_new_messages_are_stored_and_flagged_once(dovecot: Dovecot, tmp_path: Path, scheme: str) -> None:
    fill(dovecot, 1, 2)
    words = [
        "ingest",
        dovecot.url(scheme=scheme),
        "--db",
        str(tmp_path / "b.db"),
        "--ca-file",
        str(dovecot.ca_file),
    ]
    first = command(*words, env=SECRET)
    assert first.stderr.startswith("2 messages (2 bounce); 2 records; addresses: 2 suppressed; ")
    assert dovecot.count(what="SEEN") == 2
    fill(dovecot, 3)
    assert command(*words, env=SECRET).stderr.startswith("1 message (1 bounce); 1 record; ")
    assert command(*words, env=SECRET).stderr.startswith("0 messages; ")
    assert suppressed(tmp_path / "b.db") == users(1, 2, 3)


def test_messages_are_moved_to_folders_that_are_made(dovecot: Dovecot, tmp_path: Path) -> None:
    fill(dovecot, 1, 2)
    dovecot.save(bounce(3, "5.0.0", "zzz"))
    dovecot.save(LETTER)
    done = command(
        "ingest", dovecot.url(), "--db", tmp_path / "b.db", "--ca-file", dovecot.ca_file,
        "--processed", "Verarbeitet-Ä", "--unknown", "Unknown", "--others", "move:Others", env=SECRET,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = [dovecot.count(folder) for folder in ("INBOX", "Verarbeitet-Ä", "Unknown", "Others")]
    assert found == [0, 2, 1, 1]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("DSNPARSE_IMAP_PASSWORD", PASSWORD)
    return Store.open(str(tmp_path / "b.db"))


def work(
    dovecot: Dovecot,
    store: Store,
    *,
    batch: int = 500,
    stop_after: int = 0,
    processed: str | None = None,
    others: str | None = None,
    fetched: list[int] | None = None,
) -> Tally:
    """Work the INBOX off; with `stop_after`, only so many batches, without marking the last one."""
    from dsnparse.mailboxes.imap import ImapSource
    from dsnparse.mailboxes.items import Problem

    class Killed(ImapSource):
        batches = 0

        def done(self, marks: object) -> list[Problem]:
            self.batches += 1
            return [] if self.batches == stop_after else super().done(marks)  # type: ignore[arg-type]

        def _fetch(self, some: Sequence[tuple[int, int, datetime | None]]) -> dict[int, bytes]:
            if fetched is not None:
                fetched.extend(uid for uid, _, _ in some)
            return super()._fetch(some)

    source = Killed(
        Account.parse(dovecot.url()),
        Secret(),
        position=store.position,
        ca_file=str(dovecot.ca_file),
        processed=processed,
        others=others,
    )
    total = Tally()
    for number, tally in enumerate(ingest(source, store.add, Parser(), batch=batch), 1):
        total.add(tally)
        if number == stop_after:
            break
    source.close()
    return total


@pytest.mark.parametrize("processed", [None, "Done"])
def test_killed_between_commit_and_mark_nothing_is_lost_or_counted_twice(
    dovecot: Dovecot, store: Store, processed: str | None
) -> None:
    fill(dovecot, *range(5))
    first = work(dovecot, store, batch=2, stop_after=1, processed=processed)
    assert (first.added, dovecot.count(what="SEEN")) == (2, 0)
    second = work(dovecot, store, batch=2, processed=processed)
    assert second.added == 3
    if processed:
        assert (dovecot.count(), dovecot.count("Done")) == (0, 5)
    else:
        assert (dovecot.count(), dovecot.count(what="SEEN")) == (5, 5)
    assert len({entry.address for entry in store.suppressions()}) == 5


def test_a_folder_that_was_made_anew_is_read_from_its_beginning(dovecot: Dovecot, store: Store) -> None:
    fill(dovecot, 1, 2)
    assert work(dovecot, store).added == 2
    known = store.position(Account.parse(dovecot.url()).url)
    assert known is not None
    validity, uid = known.split()
    store.add([], positions={Account.parse(dovecot.url()).url: f"{int(validity) + 1} {int(uid) + 100}"})
    tally = work(dovecot, store)
    assert (tally.added, tally.duplicates) == (0, 2)


def test_messages_of_a_folder_that_was_made_anew_are_not_passed_over_for_those_that_were_stuck(
    dovecot: Dovecot, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dsnparse.mailboxes.imap import ImapSource

    dovecot.doveadm("mailbox", "create", "-u", USER, "Bounces")
    for number in (1, 2):
        dovecot.save(bounce(number), "Bounces")
    source = ImapSource(
        Account.parse(dovecot.url("Bounces")),
        Secret(),
        position=store.position,
        ca_file=str(dovecot.ca_file),
        processed="Done",
    )
    with closing(source):
        monkeypatch.setattr(source, "_move", lambda *_: "the disk is full")
        (first,) = ingest(source, store.add, Parser())
        assert (first.added, len(first.problems)) == (2, 1)
        assert [tally.messages for tally in ingest(source, store.add, Parser())] == [0]
        monkeypatch.undo()
        monkeypatch.setenv("DSNPARSE_IMAP_PASSWORD", PASSWORD)
        source._drop()
        dovecot.doveadm("mailbox", "delete", "-u", USER, "Bounces")
        dovecot.doveadm("mailbox", "create", "-u", USER, "Bounces")
        dovecot.save(bounce(3), "Bounces")
        assert [tally.added for tally in ingest(source, store.add, Parser())] == [1]


def test_what_others_have_marked_as_deleted_is_not_expunged(dovecot: Dovecot, store: Store) -> None:
    fill(dovecot, 1, 2)
    dovecot.doveadm("flags", "add", "-u", USER, "\\Deleted", "mailbox", "INBOX", "1")
    work(dovecot, store)
    assert dovecot.count() == 2


@pytest.mark.parametrize("how", ["env", "file", "command", "oauth2"])
def test_the_password_comes_from_where_it_is_said(dovecot: Dovecot, tmp_path: Path, how: str) -> None:
    file = tmp_path / "password"
    file.write_text(f"{TOKEN if how == 'oauth2' else PASSWORD}\n")
    options, env = {
        "env": (["--password-env", "MINE"], {"MINE": PASSWORD}),
        "file": (["--password-file", str(file)], {}),
        "command": (["--password-command", f"cat {file}"], {}),
        "oauth2": (["--oauth2", "--password-command", f"cat {file}"], {}),
    }[how]
    fill(dovecot, 1)
    done = command(
        "ingest", dovecot.url(), "--db", tmp_path / "b.db", "--ca-file", dovecot.ca_file, *options, env=env
    )
    assert (done.returncode, done.stderr.split(";")[0]) == (0, "1 message (1 bounce)"), done.stderr


@pytest.mark.parametrize(
    ("password", "trust", "says"),
    [
        ("wrong", True, "localhost does not let bounces@example.net in: "),
        (PASSWORD, False, "The certificate of localhost is not trusted: "),
    ],
)
def test_a_refusal_is_a_sentence_and_not_tried_again(
    dovecot: Dovecot, tmp_path: Path, password: str, trust: bool, says: str
) -> None:
    for name in ("ingest", "watch"):
        words = [name, dovecot.url(), "--db", str(tmp_path / "b.db")]
        if trust:
            words += ["--ca-file", str(dovecot.ca_file)]
        done = command(*words, env={"DSNPARSE_IMAP_PASSWORD": password})
        assert done.returncode == 2
        assert says in done.stderr
        assert "Traceback" not in done.stderr


def test_a_server_that_is_away_is_temporary(
    tmp_path: Path, dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dsnparse.mailboxes.imap import ImapSource
    from dsnparse.mailboxes.sources import MailboxAway

    monkeypatch.setenv("DSNPARSE_IMAP_PASSWORD", PASSWORD)
    source = ImapSource(Account.parse(f"imaps://{USER}@127.0.0.1:1/INBOX"), Secret())
    with pytest.raises(MailboxAway, match=r"127\.0\.0\.1:1: connection refused"):
        list(source.take())
    missing = ImapSource(Account.parse(dovecot.url("Nowhere")), Secret(), ca_file=str(dovecot.ca_file))
    with pytest.raises(MailboxRefused, match="There is no folder Nowhere"):
        list(missing.take())


def _stored(db: Path, number: int) -> bool:
    return len(suppressed(db)) == number


def test_a_watcher_idles_and_comes_back_after_its_connection_was_cut(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    db = tmp_path / "b.db"
    watcher = start(
        "watch", dovecot.url(), "--db", db, "--ca-file", dovecot.ca_file, "--interval", "600", env=SECRET
    )
    # With an interval of ten minutes only the server's word brings the next ones in.
    for number in (1, 2):
        fill(dovecot, number)
        until(partial(_stored, db, number))
    dovecot.kick()
    fill(dovecot, 3)
    until(lambda: suppressed(db) == users(1, 2, 3))
    watcher.send_signal(signal.SIGTERM)
    _, told = watcher.communicate(timeout=30)
    assert watcher.returncode == 0
    assert "Trying again until it is there." in told
    assert told.endswith("Stopped.\n")


def _source(dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> ImapSource:
    from dsnparse.mailboxes.imap import ImapSource

    monkeypatch.setenv("DSNPARSE_IMAP_PASSWORD", PASSWORD)
    return ImapSource(Account.parse(dovecot.url()), Secret(), ca_file=str(dovecot.ca_file))


@pytest.mark.parametrize(
    "told", ["with the answer to another command", "in one piece with the answer to IDLE"]
)
def test_a_message_that_is_told_before_the_wait_ends_it(
    dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    from dsnparse.mailboxes.imap_connection import idle

    with closing(_source(dovecot, monkeypatch)) as source:
        assert list(source.take()) == []
        fill(dovecot, 1)
        if told == "with the answer to another command":
            source._box.client.noop()
            source.wait(600)
        else:
            idle(source._box, 600)
        assert len(list(source.take())) == 1


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("imaps://joe@mail.example/INBOX", ("imaps", "joe", "mail.example", 993, "INBOX")),
        ("imaps://joe@mail.example", ("imaps", "joe", "mail.example", 993, "INBOX")),
        ("imap://joe@mail.example/", ("imap", "joe", "mail.example", 143, "INBOX")),
        (
            "imaps://joe%40example.org@mail.example/A%20B/C",
            ("imaps", "joe@example.org", "mail.example", 993, "A B/C"),
        ),
        (
            "imaps://joe@example.org@mail.example:9993/x",
            ("imaps", "joe@example.org", "mail.example", 9993, "x"),
        ),
        ("imaps://joe@[::1]/x", ("imaps", "joe", "::1", 993, "x")),
    ],
)
def test_an_account_is_read_from_its_url(url: str, expected: tuple[str, str, str, int, str]) -> None:
    account = Account.parse(url)
    assert (account.scheme, account.user, account.host, account.port, account.folder) == expected
    assert Account.parse(account.url) == account


@pytest.mark.parametrize(
    "url",
    ["imaps://host/", "imaps:///x", "http://joe@host/", "imaps://joe:secret@host/", "imaps://joe@host:x/"],
)
def test_other_urls_are_refused_without_repeating_a_password(url: str) -> None:
    with pytest.raises(ValueError) as problem:
        Account.parse(url)
    assert "secret" not in str(problem.value)


@pytest.mark.parametrize(
    ("secret", "says"),
    [
        (Secret("DSNPARSE_NOT_SET"), "the environment variable DSNPARSE_NOT_SET is empty or missing"),
        (Secret(file="/none"), "/none cannot be read"),
        (Secret(command="false"), "ended with status 1: false"),
        (Secret(command="/none"), "cannot be run"),
        (Secret(command="true"), "true is empty or missing"),
        (Secret(command="'"), "cannot be run"),
    ],
)
def test_a_missing_password_is_a_sentence(secret: Secret, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        secret.read()


def test_a_maildir_that_dovecot_delivers_into_is_worked_off_beside_it(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    with smtplib.LMTP(str(dovecot.place / "lmtp")) as client:
        for number in (1, 2):
            client.sendmail("", [USER], bounce(number))
        client.sendmail("joe@example.org", [USER], LETTER)
    maildir = dovecot.place / "mail" / USER
    done = command("ingest", f"maildir:{maildir}", "--db", tmp_path / "b.db")
    assert done.returncode == 0, done.stderr
    assert dovecot.count() == 0
    assert (dovecot.count("Processed", "SEEN"), dovecot.count("Unknown", "SEEN")) == (2, 1)
    assert "dsnparse" not in dovecot.doveadm("mailbox", "list", "-u", USER)


@pytest.mark.parametrize(
    "url",
    [
        "imaps://u@host/#x", "imaps://u@host/INBOX?password=sesame", "IMAPS://u:sesame@host/",
        "imaps://u:sesame/INBOX", "imaps://u:sesame/x@host/INBOX", "imaps://host/INBOX?user=u&password=sesame",
    ],
)  # fmt: skip
def test_an_odd_address_is_refused_and_no_password_is_ever_shown(url: str, tmp_path: Path) -> None:
    for words in (("ingest", url), ("watch", url)):
        done = command(*words, "--db", tmp_path / "b.db")
        assert done.returncode == 2
        assert "sesame" not in done.stdout + done.stderr


def test_the_scheme_may_be_written_in_capitals() -> None:
    assert Account.parse("IMAPS://u@host/A").url == "imaps://u@host/A"


@pytest.mark.parametrize("verb", ["ingest", "watch"])
def test_a_folder_that_is_not_there_ends_the_command_at_once(
    verb: str, dovecot: Dovecot, tmp_path: Path
) -> None:
    words = (verb, dovecot.url("Nowhere"), "--ca-file", dovecot.ca_file, "--db", tmp_path / "b.db")
    done = command(*words, env=SECRET)
    assert done.returncode == 2
    assert "There is no folder Nowhere" in done.stderr


def test_a_message_that_did_not_arrive_is_read_the_next_time(
    dovecot: Dovecot, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dsnparse.mailboxes.imap import ImapSource

    fill(dovecot, 1, 2, 3)
    source = ImapSource(
        Account.parse(dovecot.url()), Secret(), position=store.position, ca_file=str(dovecot.ca_file)
    )
    monkeypatch.setenv("DSNPARSE_IMAP_PASSWORD", PASSWORD)
    fetch, lost = source._fetch, [2]

    def forgetful(some: Sequence[tuple[int, int, datetime | None]]) -> dict[int, bytes]:
        found = sorted(fetch(some).items())
        return {uid: data for number, (uid, data) in enumerate(found, 1) if number not in lost}

    monkeypatch.setattr(source, "_fetch", forgetful)
    with closing(source):
        (first,) = ingest(source, store.add, Parser())
        assert (first.added, len(first.problems)) == (2, 1)
        assert dovecot.count(what="UNSEEN") == 1
        lost.clear()
        (second,) = ingest(source, store.add, Parser())
        assert (second.added, second.problems) == (1, [])
        assert dovecot.count(what="UNSEEN") == 0
        assert [tally.messages for tally in ingest(source, store.add, Parser())] == [0]


def test_a_watcher_goes_on_where_a_restored_database_was(dovecot: Dovecot, tmp_path: Path) -> None:
    db, copy = tmp_path / "b.db", tmp_path / "copy.db"
    watcher = start(
        "watch",
        dovecot.url(),
        "--db",
        db,
        "--ca-file",
        dovecot.ca_file,
        "--interval",
        "0.2",
        "--log-format",
        "plain",
        env=SECRET,
    )
    fill(dovecot, 1)
    until(partial(_stored, db, 1))
    with closing(sqlite3.connect(db)) as now, closing(sqlite3.connect(copy)) as kept:
        now.backup(kept)
    fill(dovecot, 2)
    until(partial(_stored, db, 2))
    copy.replace(db)
    fill(dovecot, 3)
    assert watcher.stderr is not None
    told = 0
    while told < 4:  # nobody else opens the database until the watcher has left the old one
        line = watcher.stderr.readline()
        assert line
        told += int(line.split()[0]) if " message" in line else 0
    assert suppressed(db) == users(1, 2, 3)  # also the second one, which the copy did not have
    watcher.send_signal(signal.SIGTERM)
    watcher.communicate(timeout=30)
    assert watcher.returncode == 0


def _letter(number: int) -> bytes:
    return LETTER + f"{number}\r\n".encode()


@pytest.mark.parametrize("processed", [None, "Done"])
def test_mail_of_others_stays_as_it_is_and_is_fetched_once(
    dovecot: Dovecot, store: Store, processed: str | None
) -> None:
    for number in range(3):
        dovecot.save(_letter(number))
        fill(dovecot, number)
    first: list[int] = []
    work(dovecot, store, batch=2, processed=processed, fetched=first)
    assert len(set(first)) == 6
    assert dovecot.count(what="UNSEEN") == 3
    assert dovecot.count("Done" if processed else "INBOX", "ALL" if processed else "SEEN") == 3
    again: list[int] = []
    assert work(dovecot, store, processed=processed, fetched=again).messages == 0
    assert again == []
    dovecot.save(_letter(4))
    fill(dovecot, 4)
    assert work(dovecot, store, processed=processed, fetched=again).added == 2
    assert (len(again), dovecot.count(what="UNSEEN")) == (2, 4)


@pytest.mark.parametrize(("processed", "others"), [(None, None), ("Done", None), (None, "Others")])
def test_killed_before_the_marking_the_next_run_marks_what_was_stored_and_nothing_else(
    dovecot: Dovecot, store: Store, processed: str | None, others: str | None
) -> None:
    dovecot.save(_letter(1))
    fill(dovecot, 1)
    work(dovecot, store, processed=processed, others=others)
    dovecot.save(_letter(2))
    fill(dovecot, 2)
    work(dovecot, store, processed=processed, others=others, stop_after=1)
    dovecot.doveadm("flags", "remove", "-u", USER, "\\Seen", "mailbox", "INBOX", "ALL")  # a person does so
    assert work(dovecot, store, processed=processed, others=others).added == 0
    assert dovecot.count(what="SEEN FROM MAILER-DAEMON@mx.example.com") == (0 if processed else 1)
    assert dovecot.count(what="UNSEEN FROM joe@example.org") == (0 if others else 2)
    if others:
        assert dovecot.count(others) == 2


def test_what_was_left_is_moved_when_that_is_wanted_later(dovecot: Dovecot, store: Store) -> None:
    dovecot.save(_letter(1))
    fill(dovecot, 1)
    work(dovecot, store, processed="Done")
    assert work(dovecot, store, processed="Done", others="Others").duplicates == 1
    assert (dovecot.count(), dovecot.count("Others"), dovecot.count("Done")) == (0, 1, 1)


@pytest.mark.parametrize(
    ("url", "others", "says"),
    [
        ("imaps://u@127.0.0.1:1/INBOX", "move:", "it is 'leave' or 'move:FOLDER'"),
        ("imaps://u@127.0.0.1:1/INBOX", "keep", "it is 'leave' or 'move:FOLDER'"),
        ("maildir:/tmp", "leave", "A Maildir is emptied"),
    ],
)
def test_a_wrong_wish_about_the_mail_of_others_is_a_sentence(
    url: str, others: str, says: str, tmp_path: Path
) -> None:
    done = command("ingest", url, "--others", others, "--db", tmp_path / "b.db")
    assert (done.returncode, says in done.stderr) == (2, True), done.stderr


def test_a_wait_that_a_signal_ends_leaves_no_connection_that_idles(
    dovecot: Dovecot, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dsnparse.mailboxes.imap import ImapSource

    source = ImapSource(
        Account.parse(dovecot.url()), Secret(), position=store.position, ca_file=str(dovecot.ca_file)
    )
    monkeypatch.setenv("DSNPARSE_IMAP_PASSWORD", PASSWORD)
    fill(dovecot, 1)
    with closing(source):
        assert [tally.added for tally in ingest(source, store.add, Parser())] == [1]
        box = source._connect()

        def interrupted() -> None:
            box.client._command("IDLE")  # the server idles, and its answer is not read
            raise KeyboardInterrupt

        monkeypatch.setattr(box.idle, "start", interrupted)
        with pytest.raises(KeyboardInterrupt):
            source.wait(0.2)
        assert source._box is None
        fill(dovecot, 2)
        assert [tally.added for tally in ingest(source, store.add, Parser())] == [1]
