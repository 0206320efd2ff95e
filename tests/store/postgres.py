"""A PostgreSQL server of the tests' own: in a temporary directory, on a Unix socket, as an ordinary user."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

INSTALL = "apt-get install postgresql"
_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/opt/postgresql*/bin")


def find_binaries() -> Path | None:
    """The directory with initdb and pg_ctl; None when PostgreSQL is not installed."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    root = Path("/")
    found = [path for place in _PLACES for path in root.glob(place[1:]) if (path / "initdb").exists()]
    return max(found, default=None, key=lambda path: path.parent.name)


@contextmanager
def running_server(binaries: Path, *, fsync: bool = False) -> Iterator[str]:
    """The URL of a new server's database; it is stopped and removed at the end.

    `fsync`: whether it writes as one does that must lose nothing.
    """
    place = Path(tempfile.mkdtemp(prefix="dsnparse-postgres-"))
    user = _ordinary_user()
    if user is not None:
        os.chown(place, *pwd.getpwnam(user)[2:4])
    data = str(place / "data")

    def run(name: str, *words: str) -> None:
        command = [str(binaries / name), "-D", data, *words]
        done = subprocess.run(command, user=user, cwd=place, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{name}: {done.stderr or done.stdout}"

    settings = f"-c listen_addresses= -c unix_socket_directories={place} -c max_connections=50"
    settings += "" if fsync else " -c fsync=off"
    # It stops the server and removes all when its standard input ends: also when the tests are killed.
    stop = 'read _; "$0"/pg_ctl -D "$1/data" -m immediate stop; rm -rf "$1"'
    keeper = subprocess.Popen(
        ["sh", "-c", stop, str(binaries), str(place)],
        user=user,
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        run("initdb", "--auth=trust", "--username=dsnparse", "--no-sync", "--encoding=UTF8", "--locale=C")
        run("pg_ctl", "-w", "-l", str(place / "log"), "-o", settings, "start")
        yield f"postgresql+psycopg://dsnparse@/postgres?host={place}"
    finally:
        keeper.communicate()
        assert not place.exists(), f"{place} is still there"


def control(binaries: Path, url: str, *words: str) -> None:
    """Stop or start the server of `running_server` as its own user, with the settings it was started with."""
    place = Path(url.rpartition("host=")[2])
    owner = (place / "data").owner()
    settings = f"-c listen_addresses= -c unix_socket_directories={place} -c fsync=off"
    subprocess.run(
        [binaries / "pg_ctl", "-D", place / "data", "-w", "-o", settings, *words],
        user=owner, cwd=place, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def _ordinary_user() -> str | None:
    """PostgreSQL refuses to run as root: the package's own user, else nobody; None: we are ordinary."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
