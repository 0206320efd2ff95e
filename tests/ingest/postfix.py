"""A Postfix of the tests' own: in a temporary directory, on loopback ports, with its own configuration.

It takes mail for anybody, sends it to a server that refuses all, and returns its bounces as it is told.
"""

from __future__ import annotations

import os
import shutil
import smtplib
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from .dovecot import free_port

INSTALL = "apt-get install postfix"
#: Where the bounces go.
BOUNCES = "bounces@origin.test"

_MAIN = """
compatibility_level = 3.6
queue_directory = {place}/queue
data_directory = {place}/data
maillog_file = {place}/log
maillog_file_prefixes = {place}
myhostname = mta.origin.test
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
disable_dns_lookups = yes
smtpd_relay_restrictions = permit_mynetworks, reject
transport_maps = inline:{{ {{origin.test = {bounces}}} {{remote.test = smtp:[127.0.0.1]:{remote}}} {routes} }}
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
transport_retry_time = 1s
bounce_notice_recipient = nobody@nowhere.test
{settings}
"""
_MASTER = """
{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
{service}
"""


def find_postfix() -> bool:
    """Whether it is installed."""
    return shutil.which("postfix") is not None


class _Remote:
    """The server of remote.test: it knows nobody, has full mailboxes, and dislikes some messages."""

    async def handle_RCPT(self, _s: Any, _t: Any, _e: Any, to: str, _: Any) -> str:  # noqa: N802
        if to.startswith("full"):
            return f"552 5.2.2 <{to}>: mailbox full"
        return f"550 5.1.1 <{to}>: Recipient address rejected: User unknown"


@dataclass
class Postfix:
    """A running server."""

    place: Path
    port: int

    @classmethod
    @contextmanager
    def running(
        cls, bounces: str, service: str = "", settings: str = "", routes: Mapping[str, int] | None = None
    ) -> Iterator[Postfix]:
        """`bounces`: the transport that takes the bounces; `service`: a line for master.cf; `settings`: lines
        for main.cf; `routes`: the local ports of servers by their domains."""
        place = Path(tempfile.mkdtemp(prefix="dsnparse-postfix-"))
        place.chmod(0o755)
        port = free_port()
        remote = Controller(_Remote(), hostname="127.0.0.1", port=free_port())
        remote.start()
        for name in ("queue", "data", "etc"):
            (place / name).mkdir()
        shutil.chown(place / "data", "postfix")
        ways = " ".join(f"{{{domain} = smtp:[127.0.0.1]:{to}}}" for domain, to in (routes or {}).items())
        main = _MAIN.format(
            place=place,
            bounces=bounces,
            remote=remote.port,
            routes=ways,
            settings=settings.format(place=place),
        )
        (place / "etc/main.cf").write_text(main)
        (place / "etc/master.cf").write_text(_MASTER.format(port=f"127.0.0.1:{port}", service=service))
        try:
            _run("postfix", "-c", place / "etc", "start")
            try:
                yield cls(place, port)
            finally:
                _run("postfix", "-c", place / "etc", "stop")
        finally:
            remote.stop()
            shutil.rmtree(place)

    def send(self, *users: str) -> None:
        """Mail users of remote.test, each with a message of its own."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=20) as client:
            for user in users:
                text = f"From: news@origin.test\r\nTo: {user}@remote.test\r\nSubject: News\r\n\r\nHello\r\n"
                client.sendmail(BOUNCES, [f"{user}@remote.test"], text)

    def queue(self) -> int:
        """How many messages wait."""
        folders = ("maildrop", "incoming", "active", "deferred", "hold")
        return sum(
            path.is_file() for folder in folders for path in (self.place / "queue" / folder).rglob("*")
        )

    def flush(self) -> None:
        """Try those that wait again, now."""
        _run("postqueue", "-c", self.place / "etc", "-f")

    @property
    def log(self) -> str:
        """What it says it did."""
        path = self.place / "log"
        return path.read_text() if path.exists() else ""

    def until(self, words: str, count: int = 1) -> None:
        """Wait until the log says something so many times."""
        for _ in range(600):
            if self.log.count(words) >= count:
                return
            time.sleep(0.05)
        raise AssertionError(f"The log never says {words!r} {count} times:\n{self.log}")


def _run(*words: str | Path) -> None:
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stdout + done.stderr
