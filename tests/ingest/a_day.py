"""A day in the life: Postfix returns mail, dsnparse takes it, somebody looks, learns, lifts a suppression.

    make day

Everything is what an operator runs: one configuration file, the commands of docs/, a real Postfix. Each
command is printed with what it says, and whatever must be so is asserted. Needs Postfix, and to be root.
"""

from __future__ import annotations

import json
import os
import signal
import smtplib
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import click

from .dovecot import free_port
from .mail import command, start, until
from .postfix import BOUNCES, INSTALL, Postfix, find_postfix

CONFIGURATION = """
db = "{place}/bounces.db"
rules = ["{place}/mine.toml"]

[log]
format = "json"

[keep]
raw = "unknown"

[hooks]
exec = ["sh -c 'cat >> {place}/heard.jsonl'"]

[listen]
lmtp = ["127.0.0.1:{lmtp}"]
metrics = "127.0.0.1:{metrics}"

[status]
max_age = "1h"
max_outbox = 0
"""
RULE = """
[[rule]]
id = "{id}"
reason = "{reason}"
phrases = ["{phrase}"]
seen = "a day"
examples = ["550 {phrase}"]
"""
#: A bounce of a server that nobody knows, about somebody whom we mailed.
STRANGE = (
    b"From: MAILER-DAEMON@odd.test\r\nTo: bounces@origin.test\r\nSubject: Undelivered Mail\r\n"
    b"Message-ID: <odd@odd.test>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
    b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; odd.test\r\n\r\n"
    b"Final-Recipient: rfc822; lee@odd.test\r\nAction: failed\r\nStatus: 5.0.0\r\n"
    b"Diagnostic-Code: smtp; 550 the wombat left its burrow\r\n--b--\r\n"
)
#: Lines of an answer that are printed.
MOST_LINES = 14


@dataclass
class Day:
    """Runs commands with one configuration, and tells what they say."""

    place: Path
    tell: Callable[[str], None]

    @property
    def file(self) -> Path:
        """The configuration."""
        return self.place / "dsnparse.toml"

    def asks(self, *words: str | Path, status: int = 0) -> str:
        """What a command prints, which is not told."""
        done = command("--config", self.file, *words, env={"COLUMNS": "100"})
        assert done.returncode == status, (words, done.returncode, done.stderr)
        return done.stdout or done.stderr

    def runs(self, *words: str | Path, status: int = 0) -> str:
        """The same, told as it would be typed."""
        said = self.asks(*words, status=status)
        self.tell(f"$ dsnparse {' '.join(map(str, words))}".replace(f"{self.place}/", ""))
        lines = said.replace(f"{self.place}/", "").splitlines()
        for line in lines[:MOST_LINES]:
            self.tell(f"  {line}".rstrip())
        if len(lines) > MOST_LINES:
            self.tell(f"  … {len(lines) - MOST_LINES} more lines")
        return said

    def rows(self, *words: str | Path) -> list[dict[str, Any]]:
        """The answer of a command as rows."""
        return [json.loads(line) for line in self.asks(*words, "--format", "jsonl").splitlines()]

    def heard(self) -> list[tuple[str, str]]:
        """The changes that the hook was told of."""
        path = self.place / "heard.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(change["event"], change["address"]) for change in map(json.loads, lines)]


def a_day(place: Path, tell: Callable[[str], None]) -> None:
    """Live through it, with all files in `place`; each line of the story goes to `tell`."""
    day = Day(place, tell)
    lmtp, metrics = free_port(), free_port()
    day.file.write_text(CONFIGURATION.format(place=place, lmtp=lmtp, metrics=metrics))
    rules = place / "mine.toml"
    rules.write_text(RULE.format(id="parked", reason="mailbox_disabled", phrase="this mailbox is parked"))
    tell("── Morning. The configuration is right, and the listener starts.")
    assert "nothing wrong" in day.runs("config", "check")
    listener = start("--config", day.file, "listen")
    tell("$ dsnparse listen &")
    with Postfix.running(f"lmtp:inet:127.0.0.1:{lmtp}") as server:
        _morning(day, server)
        _noon(day, metrics)
        _afternoon(day, rules, listener)
        _evening(day)
        _night(day, listener)
    _log_is_whole(listener)


def _morning(day: Day, server: Postfix) -> None:
    day.tell("── A mailing goes out; Postfix returns what was refused over LMTP, and somebody answers.")
    server.send("nobody", "full", "kim")
    with smtplib.SMTP("127.0.0.1", server.port, timeout=20) as client:
        client.sendmail(
            "kim@remote.test", [BOUNCES], b"From: kim@remote.test\r\nSubject: Why?\r\n\r\nHm.\r\n"
        )
        client.sendmail("", [BOUNCES], STRANGE)
    server.until("status=sent (250 2.0.0 Stored)", 5)
    for line in server.log.splitlines():
        if "status=bounced" in line and "nobody@" in line:
            day.tell(f"  {line[line.index('to=') :]}")
    day.tell("── Who may be mailed?")
    assert "don't" in day.runs("check", "--format", "table", "nobody@remote.test", status=1)
    assert "mail" in day.runs("check", "--format", "table", "full@remote.test", "lee@odd.test")
    wanted = {("address.suppressed", f"{name}@remote.test") for name in ("nobody", "kim")}
    until(lambda: wanted <= {*day.heard()})


def _noon(day: Day, metrics: int) -> None:
    day.tell("── Noon. Is all well? Monitoring asks, and Prometheus.")
    until(lambda: command("--config", day.file, "status").returncode == 0)  # the last hook was told
    day.runs("status")
    found = json.loads(day.asks("status", "--format", "json"))
    assert (found["ok"], found["messages_last_hour"], found["outbox"]) == (True, 5, [])
    with urlopen(f"http://127.0.0.1:{metrics}/metrics", timeout=20) as answer:
        text = answer.read().decode()
    assert 'dsnparse_messages_total{kind="bounce"} 4.0' in text
    day.tell("── What changed, and what to do?")
    assert "4 failures" in day.runs("report")
    day.runs("report", "-o", day.place / "report.html")
    page = (day.place / "report.html").read_text()
    assert "<html" in page
    assert "remote.test" in page


def _afternoon(day: Day, rules: Path, listener: subprocess.Popen[str]) -> None:
    day.tell(
        "── One was not understood: a rule is written, the listener reads it, the message is read again."
    )
    day.runs("unknown", "list", "--format", "table")
    unknown = {row["why"]: row for row in day.rows("unknown", "list")}
    assert set(unknown) == {"ordinary mail", "no reason"}
    digest = str(unknown["no reason"]["digest"])
    assert "the wombat left its burrow" in day.asks("unknown", "show", digest[:10])
    more = RULE.format(id="wombat", reason="user_unknown", phrase="the wombat left its burrow")
    rules.write_text(rules.read_text() + more)
    assert "all hold" in day.runs("rules", "test", rules)
    listener.send_signal(signal.SIGHUP)
    assert "bounce: user_unknown" in day.runs("unknown", "reparse", "--format", "table")
    assert "don't" in day.runs("check", "--format", "table", "lee@odd.test", status=1)


def _evening(day: Day) -> None:
    day.tell(
        "── Evening. Somebody calls: his server was wrong. He may be mailed again, and everybody hears of it."
    )
    assert "user_unknown" in day.runs("history", "--format", "table", "nobody@remote.test")
    day.runs("suppressions", "remove", "nobody@remote.test", "--by", "kim")
    assert "mail" in day.runs("check", "--format", "table", "nobody@remote.test")
    assert ("address.released", "nobody@remote.test") in day.heard()


def _night(day: Day, listener: subprocess.Popen[str]) -> None:
    day.tell("── Night. A backup, and what is old goes.")
    day.runs("backup", day.place / "night.db")
    day.runs("prune", "--older-than", "400d")
    listener.terminate()
    assert listener.wait(20) == 0


def _log_is_whole(listener: subprocess.Popen[str]) -> None:
    assert listener.stderr is not None
    log = [json.loads(line) for line in listener.stderr.read().splitlines()]
    assert [line["level"] for line in log if line["level"] != "info"] == []
    assert sum(line["event"] == "stored" for line in log) == 5
    assert log[-1]["event"] == "Stopped."
    assert all(
        line["queue_id"] for line in log if line["event"] == "stored" and "odd" not in line["message_id"]
    )


def main() -> int:
    """Tell it on standard output. Exit status: 1 when it cannot be lived through here."""
    if not find_postfix() or os.geteuid() != 0:
        click.echo(f"This starts a Postfix of its own: it needs one ({INSTALL}), and root.", err=True)
        return 1
    with tempfile.TemporaryDirectory() as place:
        a_day(Path(place), click.echo)
    return 0


if __name__ == "__main__":
    sys.exit(main())
