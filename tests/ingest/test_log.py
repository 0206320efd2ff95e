"""The log: one line a message, in text and JSON, for the journal, without what nobody should read there."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse import __version__
from dsnparse.ingest import ingest
from dsnparse.log import LOGGER, is_journal, masked, say, say_taken, say_told, set_up
from dsnparse.mailboxes.sources import PathSource
from dsnparse.mailboxes.tally import Taken, Tally
from dsnparse.parser import Parser
from dsnparse.store import Store
from dsnparse.store.changes.outbox import Delivered

from .dovecot import free_port
from .mail import LETTER, bounce, command, start, until

NASTY = '\n<2>kim\r\x1b[31m"=\u202e\u2028\x85 \ud800'


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    LOGGER.handlers.clear()
    LOGGER.propagate = True


def of(path: Path, *, known: bool = False) -> Tally:
    """What comes of the messages in a folder."""
    total = Tally()
    with Store.open("sqlite:///:memory:") as store:
        for _ in range(2 if known else 1):
            (total,) = ingest(PathSource([str(path)]), store.add, Parser(), known=store.known)
    return total


def written(form: str, tally: Tally, *, mask: bool = False) -> list[str]:
    stream = io.StringIO()
    set_up(form, mask=mask, stream=stream)
    say_taken(tally)
    return stream.getvalue().splitlines()


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    folder = tmp_path / "mail"
    folder.mkdir()
    trace = b"Received: from mx by us (Postfix) with ESMTP id 4Q1x2zAbc; Sat, 1 Mar 2025 12:00:00 +0000\r\n"
    (folder / "1.eml").write_bytes(trace + bounce(1))
    (folder / "2.eml").write_bytes(LETTER)
    return folder


def test_each_message_is_one_line_with_what_a_mail_log_names_it_by(mail: Path) -> None:
    first, second = map(json.loads, written("json", of(mail)))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first.pop("time"))
    assert re.fullmatch("[0-9a-f]{32,}", first.pop("message"))
    assert first == {
        "level": "info",
        "event": "stored",
        "source": f"{mail}/1.eml",
        "message_id": "<1@mx.example.com>",
        "queue_id": "4Q1x2zAbc",
        "kind": "bounce",
        "records": 1,
        "reasons": ["user_unknown"],
        "understood": True,
        "changes": [
            {
                "event": "suppressed",
                "address": "user1@example.com",
                "before": "active",
                "after": "suppressed",
                "reason": "user_unknown",
            }
        ],
    }
    assert (second["kind"], second["understood"], "changes" in second) == ("other", False, False)


def test_as_text_it_is_the_same_in_words(mail: Path) -> None:
    line, _ = written("text", of(mail))
    assert re.sub(r"^\S+Z |message=\w{16} ", "", line) == (
        f"info stored source={mail}/1.eml message_id=<1@mx.example.com> queue_id=4Q1x2zAbc kind=bounce "
        "records=1 reasons=user_unknown understood=true "
        'changes="user1@example.com active>suppressed user_unknown"'
    )


def test_a_message_that_the_store_had_is_said_to_be_known(mail: Path) -> None:
    assert [json.loads(line)["event"] for line in written("json", of(mail, known=True))] == ["known"] * 2


def test_plain_has_sentences_alone(mail: Path) -> None:
    assert written("plain", of(mail)) == []


@pytest.mark.parametrize("form", ["text", "json"])
def test_masked_no_address_is_written(form: str, mail: Path) -> None:
    said = "\n".join(written(form, of(mail), mask=True))
    assert "user1@" not in said
    assert "u***@example.com" in said


@pytest.mark.parametrize("form", ["text", "json"])
def test_neither_subject_nor_body_is_written(form: str, mail: Path) -> None:
    said = "\n".join(written(form, of(mail)))
    for words in ("Undelivered", "could not be delivered", "Hello", "Why me"):
        assert words not in said


@pytest.mark.parametrize("form", ["text", "json"])
@given(text=st.text() | st.just(NASTY))
def test_what_a_stranger_writes_stays_on_its_line_and_acts_on_nothing(form: str, text: str) -> None:
    taken = Taken("0" * 40, text, text, "bounce", True, message_id=text, queue_id=text)
    lines = written(form, Tally(taken=[taken]))
    assert len(lines) == 1
    assert lines[0].isprintable()
    if form == "json":
        assert json.loads(lines[0])["event"] == "stored"


def test_a_line_is_bounded() -> None:
    (line,) = written("text", Tally(taken=[Taken("0" * 40, "x" * 10_000, "", "bounce", True)]))
    assert len(line) < 1000


def test_a_hook_that_fails_is_a_warning_with_what_it_said() -> None:
    stream = io.StringIO()
    set_up("json", stream=stream)
    say_told(Delivered(0, 1, (("exec:false", "exit status 1", 3),)))
    found = json.loads(stream.getvalue())
    del found["time"]
    assert found == {
        "level": "warning",
        "event": "hook failed",
        "hook": "exec:false",
        "attempts": 3,
        "error": "exit status 1",
    }


def test_lower_levels_are_left_out(mail: Path) -> None:
    stream = io.StringIO()
    set_up("text", "warning", stream=stream)
    say_taken(of(mail))
    say("info")
    say("loud", logging.ERROR)
    assert [line.split(" ", 1)[1] for line in stream.getvalue().splitlines()] == ["error loud"]


def test_the_journal_gets_priorities_and_no_second_time(tmp_path: Path) -> None:
    for form, meant in (("text", "<4>warning careful a=1\n"), ("json", None)):
        with (tmp_path / "journal").open("w+") as stream:
            state = os.fstat(stream.fileno())
            script = (
                "import logging; from dsnparse.log import *; "
                f"set_up({form!r}); say('careful', logging.WARNING, a=1)"
            )
            journal = {"JOURNAL_STREAM": f"{state.st_dev}:{state.st_ino}"}
            subprocess.run(
                [sys.executable, "-c", script], stderr=stream, env=os.environ | journal, check=True
            )
            stream.seek(0)
            said = stream.read()
            if meant:
                assert said == meant
            else:
                assert json.loads(said.removeprefix("<4>")) == {
                    "level": "warning",
                    "event": "careful",
                    "a": 1,
                }
            assert is_journal(stream, journal)
            assert not is_journal(stream, {})


def test_a_stream_without_a_file_is_no_journal() -> None:
    stream: IO[str] = io.StringIO()
    assert not is_journal(stream, {"JOURNAL_STREAM": "1:2"})


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("kim@example.com", "k***@example.com"),
        ("imaps://joe@host/INBOX", "imaps://j***@host/INBOX"),
        ("<1@mx.example.com>", "<1***@mx.example.com>"),
        ("to kim+x@example.com, lee@example.org.", "to k***@example.com, l***@example.org."),
        ("a@b@example.com", "a***@example.com"),
        ("nothing here", "nothing here"),
    ],
)
def test_what_masking_leaves(text: str, meant: str) -> None:
    assert masked(text) == meant


def test_a_listener_says_its_version_each_message_and_its_end(tmp_path: Path) -> None:
    port = free_port()
    log = tmp_path / "log"
    words = ["listen", "--lmtp", f"127.0.0.1:{port}", "--db", str(tmp_path / "b.db")]
    words += ["--log-format", "json", "--exec", "false"]
    with log.open("w") as stream:
        process = subprocess.Popen([sys.executable, "-m", "dsnparse", *words], stderr=stream)
    until(lambda: "Listening on" in log.read_text())
    with smtplib.LMTP("127.0.0.1", port) as client:
        client.sendmail("", ["b@sender.example"], bounce(1))
    until(lambda: "hook failed" in log.read_text())
    process.terminate()
    assert process.wait(20) == 0
    found = [json.loads(line) for line in log.read_text().splitlines()]
    assert (found[0]["event"], found[0]["version"]) == ("started", __version__)
    assert [one["source"] for one in found if one["event"] == "stored"] == [f"lmtp:127.0.0.1:{port}"]
    assert found[-1]["event"] == "Stopped."


def test_what_ends_a_command_is_a_line_of_its_log(tmp_path: Path) -> None:
    done = command("watch", f"maildir:{tmp_path}/none", "--db", tmp_path / "b.db", "--log-format", "json")
    assert done.returncode == 2
    assert json.loads(done.stderr.splitlines()[-1])["level"] == "error"


def test_a_watcher_logs_as_text_unless_told_otherwise(maildir: Path, tmp_path: Path) -> None:
    (maildir / "new/1").write_bytes(bounce(1))
    watcher = start("watch", f"maildir:{maildir}", "--db", tmp_path / "b.db")
    assert watcher.stderr is not None
    line = watcher.stderr.readline()
    assert re.match(r"\S+Z info stored source=maildir:", line), line
