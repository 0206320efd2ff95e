"""Databases for the tests: each test that takes `url` or `store` runs with SQLite and with PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from dsnparse.store import Store

from .postgres import INSTALL, find_binaries, running_server

_NUMBERS = count(1)
_LEFT_OUT = pytest.StashKey[int]()


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a running server's database."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip(f"PostgreSQL is not installed ({INSTALL})")
    with running_server(binaries) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'bounces.db'}"
    if find_binaries() is None:
        stash = request.config.stash
        stash[_LEFT_OUT] = stash.get(_LEFT_OUT, 0) + 1
        pytest.skip(f"PostgreSQL is not installed ({INSTALL})")
    # A schema for each test: a database for each would be a thousand files.
    server: str = request.getfixturevalue("postgres")
    name = f"test{next(_NUMBERS)}"
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}".encode())
    return f"{server}&options=-csearch_path%3D{name}"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An empty store with the default policy."""
    with Store.open(url) as opened:
        yield opened


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out, in one line."""
    number = terminalreporter.config.stash.get(_LEFT_OUT, 0)
    if number:
        terminalreporter.write_line(
            f"Left out: {number} tests with PostgreSQL, which is not installed; to run them: {INSTALL}",
            yellow=True,
        )
