"""A real Postfix asks `dsnparse serve` about its recipients: policy service, socketmap, TCP table."""

from __future__ import annotations

import json
import smtplib
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from store.postgres import control, running_server

from dsnparse.cli import main
from dsnparse.mailboxes.events import Event, read_events
from dsnparse.store import Store
from dsnparse.store.changes.batch import Seen
from dsnparse.store.lists.entry import Suppression

from .dovecot import free_port
from .mail import start
from .postfix import Postfix

REFUSED = (
    554,
    b"5.7.1 <gone@remote.test>: Recipient address rejected: on the suppression list since 2026-05-01: manual",
)
DEFERRED = b"4.7.1 <full@remote.test>: Recipient address rejected: on the suppression list until"
PASSED = (250, b"2.1.5 Ok")


def fill(db: str) -> None:
    """gone@remote.test is suppressed; full@remote.test failed five times in five hours, and is paused."""
    now = datetime.now(UTC)
    times = [now - timedelta(hours=hours) for hours in range(5, 0, -1)]
    events = [
        {
            "event": "bounce",
            "email": "full@remote.test",
            "timestamp": at.timestamp(),
            "reason": "452 4.2.2 Full",
        }
        for at in times
    ]
    with Store.open(db) as store:
        store.suppress([Suppression("gone@remote.test", "manual", since=datetime(2026, 5, 1, tzinfo=UTC))])
        for one in read_events("sendgrid", BytesIO(json.dumps(events).encode()), "events"):
            assert isinstance(one, Event)
            store.add([Seen(one.identity, one.name, one.report, one.happened)])
        assert store.check("full@remote.test").answer == "wait"


def asked(port: int, *users: str) -> list[tuple[int, bytes]]:
    """What Postfix answers to RCPT."""
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        client.ehlo()
        client.mail("news@origin.test")
        return [client.rcpt(f"{user}@remote.test") for user in users]


@contextmanager
def asking(postfix: type[Postfix], *restrictions: str) -> Iterator[list[int]]:
    """A Postfix, and a port for each restriction of recipients."""
    ports = [free_port() for _ in restrictions]
    lines = [
        f"127.0.0.1:{port} inet n - n - - smtpd"
        f" -o {{ smtpd_recipient_restrictions = {one}, permit_mynetworks }}"
        for port, one in zip(ports, restrictions, strict=True)
    ]
    with postfix.running("discard:", "\n".join(lines), "smtpd_error_sleep_time = 0"):
        yield ports


def serving(db: str, *words: str) -> subprocess.Popen[str]:
    return start("serve", "--port", "0", "--jobs", "1", "--db", db, *words)


def test_a_suppressed_recipient_is_refused_a_paused_one_deferred_and_others_pass(
    postfix: type[Postfix], tmp_path: Path
) -> None:
    db, numbers = str(tmp_path / "b.db"), [free_port() for _ in range(3)]
    policy, table, tcp = (f"127.0.0.1:{number}" for number in numbers)
    sockets = [Path(tempfile.gettempdir()) / f"dsnparse-{numbers[0]}-{name}" for name in ("policy", "table")]
    fill(db)
    served = serving(
        db, "--policy-service", policy, "--policy-service", str(sockets[0]), "--socketmap", table,
        "--socketmap", str(sockets[1]), "--tcp-table", tcp, "--socket-mode", "666",
    )  # fmt: skip
    with asking(
        postfix,
        f"check_policy_service inet:{policy}",
        f"check_policy_service unix:{sockets[0]}",
        f"check_recipient_access socketmap:inet:{table}:dsnparse",
        f"check_recipient_access socketmap:unix:{sockets[1]}:dsnparse",
        f"check_recipient_access tcp:{tcp}",
    ) as ports:
        for port in ports:
            refused, passed, deferred, again = asked(port, "gone", "kim", "full", "GONE")
            assert (refused, passed, again[0]) == (REFUSED, PASSED, 554)
            assert (deferred[0], deferred[1][: len(DEFERRED)]) == (450, DEFERRED), ports.index(port)
        assert main(["suppressions", "remove", "gone@remote.test", "--db", db]) == 0
        assert [asked(port, "gone") for port in ports] == [[PASSED]] * 5
        served.terminate()
        assert served.wait(60) == 0
    assert not any(path.exists() for path in sockets)


def test_while_postgresql_or_dsnparse_is_away_mail_passes(
    postfix: type[Postfix], postgres_binaries: Path
) -> None:
    policy, table = (f"127.0.0.1:{free_port()}" for _ in range(2))
    with running_server(postgres_binaries) as template:
        url = template.format(name="postgres")
        fill(url)
        served = serving(url, "--policy-service", policy, "--socketmap", table)
        with asking(
            postfix,
            f"check_policy_service {{ inet:{policy}, default_action=DUNNO, timeout=10s }}",
            f"check_recipient_access socketmap:inet:{table}:dsnparse",
        ) as ports:
            assert [asked(port, "gone") for port in ports] == [[REFUSED]] * 2
            control(postgres_binaries, url, "stop", "-m", "immediate")
            assert [asked(port, "gone", "kim") for port in ports] == [[PASSED] * 2] * 2
            control(postgres_binaries, url, "start", "-l", "log")
            assert [asked(port, "gone") for port in ports] == [[REFUSED]] * 2
            served.terminate()
            _, told = served.communicate(timeout=60)
            assert told.count("Recipients pass unchecked until it works.") == 1, told
            assert told.count("The database works again: recipients are checked.") == 1
            assert asked(ports[0], "gone") == [PASSED]


def test_it_says_that_it_needs_a_database_and_where_it_cannot_listen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--port", "0", "--policy-service", "127.0.0.1:1"]) == 2
    assert "give --db" in capsys.readouterr().err
    assert main(["serve", "--port", "0", "--policy-service", "x"]) == 2
    assert "HOST:PORT" in capsys.readouterr().err
    (tmp_path / "file").touch()
    words = ["serve", "--port", "0", "--jobs", "1", "--db", str(tmp_path / "b.db")]
    assert main([*words, "--socketmap", str(tmp_path / "file")]) == 2
    assert "is there already, and is no socket" in capsys.readouterr().err
