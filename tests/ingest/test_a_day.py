"""A day in the life: Postfix returns mail, dsnparse takes it, somebody looks, learns, lifts a suppression.

Everything is what an operator runs: one configuration file, the commands of docs/, a real Postfix.
"""

from __future__ import annotations

import json
import signal
import smtplib
from pathlib import Path
from urllib.request import urlopen

import click
import pytest

from dsnparse.cli import group, main

from .dovecot import free_port
from .mail import start, until
from .postfix import BOUNCES, Postfix

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


def test_a_day(postfix: type[Postfix], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lmtp, metrics = free_port(), free_port()
    file = tmp_path / "dsnparse.toml"
    file.write_text(CONFIGURATION.format(place=tmp_path, lmtp=lmtp, metrics=metrics))
    rules = tmp_path / "mine.toml"
    rules.write_text(RULE.format(id="parked", reason="mailbox_disabled", phrase="this mailbox is parked"))

    def dsnparse(*words: str | Path, status: int = 0) -> str:
        ended = main(["--config", str(file), *map(str, words)])
        said = capsys.readouterr()
        assert ended == status, said.err
        return said.out

    def rows(*words: str | Path) -> list[dict[str, object]]:
        return [json.loads(line) for line in dsnparse(*words, "--format", "jsonl").splitlines()]

    def heard() -> list[tuple[str, str]]:
        path = tmp_path / "heard.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(change["event"], change["address"]) for change in map(json.loads, lines)]

    # Morning: the configuration is right, and the listener starts.
    assert "nothing wrong" in dsnparse("config", "check")
    listener = start("--config", file, "listen")
    with postfix.running(f"lmtp:inet:127.0.0.1:{lmtp}") as server:
        # A mailing goes out; Postfix returns what was refused, and somebody answers.
        server.send("nobody", "full", "kim")
        with smtplib.SMTP("127.0.0.1", server.port, timeout=20) as client:
            client.sendmail(
                "kim@remote.test", [BOUNCES], b"From: kim@remote.test\r\nSubject: Why?\r\n\r\nHm.\r\n"
            )
            client.sendmail("", [BOUNCES], STRANGE)
        server.until("status=sent (250 2.0.0 Stored)", 5)

        # Who may be mailed?
        assert "don't" in dsnparse("check", "nobody@remote.test", status=1)
        assert "mail" in dsnparse("check", "full@remote.test", "lee@odd.test")
        wanted = {("address.suppressed", f"{name}@remote.test") for name in ("nobody", "kim")}
        until(lambda: wanted <= {*heard()})

        # Noon: is all well? Monitoring asks, and Prometheus.
        until(lambda: main(["--config", str(file), "status"]) == 0)  # the last hook was told
        capsys.readouterr()
        found = json.loads(dsnparse("status", "--format", "json"))
        assert (found["ok"], found["messages_last_hour"], found["outbox"]) == (True, 5, [])
        with urlopen(f"http://127.0.0.1:{metrics}/metrics", timeout=20) as answer:
            text = answer.read().decode()
        assert 'dsnparse_messages_total{kind="bounce"} 4.0' in text
        if "report" in group.list_commands(click.Context(group)):
            dsnparse("report", "-o", tmp_path / "report.html")
            page = (tmp_path / "report.html").read_text()
            assert "<html" in page
            assert "remote.test" in page

        # One was not understood: a rule is written, the listener reads it, and the message is read again.
        unknown = {row["why"]: row for row in rows("unknown", "list")}
        assert set(unknown) == {"ordinary mail", "no reason"}
        digest = str(unknown["no reason"]["digest"])
        assert "the wombat left its burrow" in dsnparse("unknown", "show", digest[:10])
        more = RULE.format(id="wombat", reason="user_unknown", phrase="the wombat left its burrow")
        rules.write_text(rules.read_text() + more)
        assert "all hold" in dsnparse("rules", "test", rules)
        listener.send_signal(signal.SIGHUP)
        changed = rows("unknown", "reparse")
        assert [(row["before"], row["after"]) for row in changed] == [
            ("bounce: undefined", "bounce: user_unknown")
        ]
        assert "don't" in dsnparse("check", "lee@odd.test", status=1)

        # Evening: somebody calls. His server was wrong; he may be mailed again, and everybody hears of it.
        reasons = {row["reason"] for row in rows("history", "nobody@remote.test")}
        assert "user_unknown" in reasons
        dsnparse("suppressions", "remove", "nobody@remote.test", "--by", "kim")
        assert "mail" in dsnparse("check", "nobody@remote.test")
        assert ("address.released", "nobody@remote.test") in heard()

        # Night: a backup, and what is old goes.
        dsnparse("backup", tmp_path / "night.db")
        dsnparse("prune", "--older-than", "400d")
        listener.terminate()
        assert listener.wait(20) == 0
    assert listener.stderr is not None
    log = [json.loads(line) for line in listener.stderr.read().splitlines()]
    assert [line["level"] for line in log if line["level"] != "info"] == []
    assert sum(line["event"] == "stored" for line in log) == 5
    assert log[-1]["event"] == "Stopped."
    assert all(
        line["queue_id"] for line in log if line["event"] == "stored" and "odd" not in line["message_id"]
    )
