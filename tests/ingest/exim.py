"""An Exim of the tests' own: in a temporary directory, on a loopback port, with its own configuration.

It takes mail for anybody, tags the sender (BATV), sends it to the servers it is told, and puts its bounces
into a Maildir. Exim keeps its privileges with the configuration of its system alone; so it runs in a mount
namespace, in which that is another one.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .dovecot import free_port

#: Where Debian's Exim has its configuration.
_FOLDER = "/etc/exim4"
_START = 'mount -t tmpfs exim "$1" && cp "$2" "$1/exim4.conf" && exec "$3" -bdf -q1s'
INSTALL = "apt-get install exim4-daemon-heavy (or name the program in DSNPARSE_EXIM)"
SECRET = "known-to-everybody"

_CONFIG = """
exim_path = {program}
primary_hostname = mta.origin.test
spool_directory = {place}/spool
log_file_path = {place}/log-%s
pid_file_path = {place}/pid
daemon_smtp_ports = {port}
local_interfaces = 127.0.0.1
acl_smtp_rcpt = accept
acl_smtp_data = accept
never_users =
tls_advertise_hosts =
chunking_advertise_hosts =
keep_environment =
host_lookup =
begin routers
{bounces}
others:
  driver = manualroute
  transport = remote
  route_data = ${{lookup{{$domain}}lsearch{{{place}/routes}}}}
  self = send
begin transports
maildir:
  driver = appendfile
  directory = {place}/Maildir
  maildir_format
  create_directory
  envelope_to_add
  return_path_add
  user = nobody
to_dsnparse:
  driver = smtp
  protocol = lmtp
  port = {lmtp}
  allow_localhost
remote:
  driver = smtp
  hosts_try_chunking =
  allow_localhost
begin retry
* * F,1s,1s
begin rewrite
\\N^(?!prvs=)[^@]+@origin\\.test$\\N "{tagged}" F
"""


_TO_MAILDIR = """
bounces:
  driver = accept
  domains = origin.test
  transport = maildir
"""
#: As `dsnparse trust init` prints it.
_TO_DSNPARSE = """
bounces:
  driver = manualroute
  domains = origin.test
  transport = to_dsnparse
  route_list = * 127.0.0.1
  self = send
"""


def find_exim() -> str | None:
    """Its program; None when it is not installed."""
    program = os.environ.get("DSNPARSE_EXIM") or shutil.which("exim4")
    return program if Path(_FOLDER).is_dir() and shutil.which("unshare") else None


@dataclass
class Exim:
    """A running server."""

    place: Path
    port: int

    @classmethod
    @contextmanager
    def running(cls, routes: Mapping[str, int], lmtp: int | None = None) -> Iterator[Exim]:
        """`routes`: the local ports of servers by their domains; `lmtp`: the port that takes the bounces."""
        program = find_exim()
        assert program is not None
        place = Path(tempfile.mkdtemp(prefix="dsnparse-exim-"))
        place.chmod(0o777)
        port = free_port()
        lines = [f"{domain}: 127.0.0.1::{to}\n" for domain, to in routes.items()]
        (place / "routes").write_text("".join(lines))
        tagged = f"${{prvs{{$0}}{{{SECRET}}}{{0}}}}"
        config = place / "exim.conf"
        bounces = _TO_MAILDIR if lmtp is None else _TO_DSNPARSE
        config.write_text(
            _CONFIG.format(
                place=place, port=port, program=program, tagged=tagged, bounces=bounces, lmtp=lmtp or 24
            )
        )
        words = ["unshare", "-m", "sh", "-c", _START, "sh", _FOLDER, str(config), program]
        with subprocess.Popen(words, start_new_session=True) as process:
            try:
                yield cls(place, port)
            finally:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait()
                shutil.rmtree(place, ignore_errors=True)

    def until_it_listens(self) -> None:
        """Wait for that."""
        for _ in range(200):
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1):
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(f"Exim does not listen:\n{self.log()}")

    def bounces(self, count: int) -> list[bytes]:
        """So many messages of the Maildir, once they are there."""
        return wait_for(self.place / "Maildir/new", count, self.log)

    def log(self) -> str:
        """What it says it did."""
        return "".join(path.read_text("utf-8", "replace") for path in sorted(self.place.glob("log-*")))


def wait_for(folder: Path, count: int, log: object) -> list[bytes]:
    """So many messages of a folder, once they are there."""
    for _ in range(1200):
        found = sorted(folder.iterdir()) if folder.is_dir() else []
        if len(found) >= count:
            return [path.read_bytes() for path in found]
        time.sleep(0.05)
    raise AssertionError(
        f"There are fewer than {count} messages in {folder}:\n{log() if callable(log) else log}"
    )
