"""A log that is read as another server's is told of; one in which nothing happened is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsnparse import Parser
from dsnparse.mailboxes.items import Problem
from dsnparse.mailboxes.log_files import LogSource
from dsnparse.read.logs.formats import logs

from .mail import command

#: Lines that tell of no outcome.
QUIET = {
    "postfix": "Nov  5 18:21:32 mx1 postfix/anvil[9]: statistics: max cache size 1 at Nov  5 18:18:12\n",
    "exim": "2026-11-05 18:20:19 End queue run: pid=4711\n",
    "sendmail": "Nov  5 18:21:32 mx1 sm-mta[9]: starting daemon (8.17.1): SMTP+queueing@00:10:00\n",
    "opensmtpd": "Nov  5 18:21:32 mx1 smtpd[9]: 5f6a7b8c9d0e1f20 smtp disconnected reason=quit\n",
    "qmail": "@4000000068f1a2b30a1b2c3d status: local 0/10 remote 0/20\n",
    "haraka": "2026-11-05T18:20:19.000Z [NOTICE] [-] [core] Listening on [::0]:25\n",
    "kumomta": '{"type": "Reception", "id": "a1", "recipient": "kim@example.net"}\n',
    "halon": '{"type": "queue", "message": {"id": "a1"}}\n',
    "powermta": "type,timeLogged,orig,rcpt\n",
    "exchange-tracking": "#Fields: date-time,event-id,sender-address,recipient-address\n",
}
#: What is none of them.
OTHER = "Nov  5 18:21:32 mx1 CRON[77]: (root) CMD (true)\nsomething else altogether\n"


def problems(log: str, text: str, tmp_path: Path) -> list[Problem]:
    """What is told of a file with this text."""
    file = tmp_path / "log"
    file.write_text(text, "utf-8")
    return [item for item in LogSource(log, [file], Parser()).take() if isinstance(item, Problem)]


def test_there_is_a_quiet_line_of_each() -> None:
    assert set(QUIET) == set(logs())


@pytest.mark.parametrize("log", logs())
def test_a_quiet_log_is_none_to_tell_of(log: str, tmp_path: Path) -> None:
    assert problems(log, QUIET[log], tmp_path) == []
    assert problems(log, "\n", tmp_path) == []
    with_others = OTHER + QUIET[log] if log not in ("powermta", "exchange-tracking") else QUIET[log]
    assert problems(log, with_others, tmp_path) == []


@pytest.mark.parametrize("log", logs())
def test_a_file_without_a_line_of_it_is_told_of(log: str, tmp_path: Path) -> None:
    (told,) = problems(log, OTHER, tmp_path)
    if log in ("powermta", "exchange-tracking"):
        assert "comes before any line that names the columns" in told.reason
    else:
        assert told.reason == f"has no line, of 2, that looks like a log of {log}"


def test_the_machines_log_that_was_just_rotated_has_other_programs_lines(tmp_path: Path) -> None:
    line = OTHER.splitlines(keepends=True)[0]
    assert problems("postfix", line * 199, tmp_path) == []
    assert len(problems("postfix", line * 200, tmp_path)) == 1


@pytest.mark.parametrize(
    ("log", "other"),
    [
        ("postfix", "exim"),
        ("exim", "postfix"),
        ("sendmail", "postfix"),
        ("postfix", "kumomta"),
        ("kumomta", "exim"),
    ],
)
def test_the_wrong_name_is_told_and_the_command_fails(log: str, other: str, tmp_path: Path) -> None:
    file, older = tmp_path / "mail.log", tmp_path / "mail.log.1"
    for one in (file, older):
        one.write_text(QUIET[other] * 1_000, "utf-8")
    done = command("ingest", "--as", log, file, older, "--db", tmp_path / "b.db")
    assert done.returncode == 1
    says = f"dsnparse: {file} and 1 more: has no line, of 2,000, that looks like a log of {log}\n"
    assert says in done.stderr
    assert command("ingest", "--as", other, file, older, "--db", tmp_path / "b.db").returncode == 0
