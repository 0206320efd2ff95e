"""Real bounces of a real Postfix, handed over by LMTP and by pipe(8)."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from store.postgres import control, running_server

from dsnparse.store import Store

from .dovecot import free_port
from .left_out import leave_out
from .mail import start, suppressed
from .postfix import Postfix


def test_bounces_come_over_lmtp_and_are_stored_when_postfix_is_told_so(
    postfix: type[Postfix], tmp_path: Path
) -> None:
    port = free_port()
    db = tmp_path / "b.db"
    listener = start("listen", "--lmtp", f"127.0.0.1:{port}", "--db", db)
    with postfix.running(f"lmtp:inet:127.0.0.1:{port}") as server:
        server.send("nobody", "full", "noone")
        server.until("status=sent (250 2.0.0 Stored)", 3)
        listener.kill()  # with no time to finish anything
        listener.wait()
        assert server.queue() == 0
    assert suppressed(db) == {"nobody@remote.test", "noone@remote.test"}
    with Store.open(str(db)) as store:
        assert {count.name: count.count for count in store.stats("reason")} == {
            "user_unknown": 2,
            "mailbox_full": 1,
        }


def test_postfix_keeps_what_it_could_not_hand_over(postfix: type[Postfix], tmp_path: Path) -> None:
    port = free_port()
    with postfix.running(f"lmtp:inet:127.0.0.1:{port}") as server:
        server.send("nobody")
        server.until("status=deferred")
        assert server.queue() > 0
        listener = start("listen", "--lmtp", f"127.0.0.1:{port}", "--db", tmp_path / "b.db")
        server.flush()
        server.until("status=sent (250 2.0.0 Stored)")
        listener.terminate()
        listener.wait(20)
    assert suppressed(tmp_path / "b.db") == {"nobody@remote.test"}


def test_while_postgresql_is_away_postfix_keeps_the_bounces(
    postfix: type[Postfix], postgres_binaries: Path
) -> None:
    port = free_port()
    with running_server(postgres_binaries) as template:
        url = template.format(name="postgres")
        listener = start("listen", "--lmtp", f"127.0.0.1:{port}", "--db", url)
        with postfix.running(f"lmtp:inet:127.0.0.1:{port}") as server:
            control(postgres_binaries, url, "stop", "-m", "immediate")
            server.send("nobody")
            server.until("said: 451 4.3.0 The message cannot be stored now")
            control(postgres_binaries, url, "start", "-l", "log")
            server.flush()
            server.until("status=sent (250 2.0.0 Stored)")
        listener.terminate()
        _, told = listener.communicate(timeout=30)
        assert "Answering 451 until it works." in told
        assert "The database works again." in told
        assert suppressed(url) == {"nobody@remote.test"}


def _words_for_nobody() -> list[str]:
    """A command that runs dsnparse as the user nobody, as pipe(8) must (it runs nothing as root)."""
    paths = [path for path in sys.path if path and Path(path).is_dir()]
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        words = ["/usr/bin/env", f"PYTHONPATH={os.pathsep.join(paths)}", python, "-m", "dsnparse"]
        probe = ["su", "nobody", "-s", "/bin/sh", "-c", shlex.join([*words, "ingest", "--help"])]
        if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
            return words
    return []


def test_bounces_come_through_a_pipe_and_are_kept_while_the_database_is_away(
    postfix: type[Postfix], request: pytest.FixtureRequest
) -> None:
    words = _words_for_nobody()
    if not words:
        leave_out(request.config, "The user nobody cannot run this Python; to run them: make it readable")
    with tempfile.TemporaryDirectory(prefix="dsnparse-pipe-") as place:
        Path(place).chmod(0o755)
        folder = Path(place) / "missing"
        service = (
            "dsnparse unix - n n - 2 pipe user=nobody null_sender= "
            f"argv={shlex.join(words)} ingest - --db {folder}/b.db"
        )
        with postfix.running("dsnparse:", service) as server:
            server.send("nobody", "full")
            server.until("(temporary failure. Command output: Error: There is no directory", 2)
            folder.mkdir()
            shutil.chown(folder, "nobody")
            server.flush()
            server.until("status=sent (delivered via dsnparse service)", 2)
            assert server.queue() == 0
        assert suppressed(folder / "b.db") == {"nobody@remote.test"}
