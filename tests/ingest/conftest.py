"""Servers for the tests: a Dovecot and a Postfix of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from store.postgres import INSTALL, find_binaries

from . import dovecot as dovecot_server
from . import exim as exim_server
from . import postfix as postfix_server
from .left_out import leave_out, lines
from .mail import STARTED


@pytest.fixture(scope="session")
def _dovecot() -> Iterator[dovecot_server.Dovecot]:
    with dovecot_server.running_dovecot() as server:
        yield server


@pytest.fixture
def dovecot(request: pytest.FixtureRequest) -> dovecot_server.Dovecot:
    """A running server with an empty INBOX."""
    if not dovecot_server.find_dovecot():
        leave_out(request.config, f"Dovecot is not installed; to run them: {dovecot_server.INSTALL}")
    server: dovecot_server.Dovecot = request.getfixturevalue("_dovecot")
    server.empty()
    return server


@pytest.fixture
def postfix(request: pytest.FixtureRequest) -> type[postfix_server.Postfix]:
    """The class that starts a server."""
    if not postfix_server.find_postfix():
        leave_out(request.config, f"Postfix is not installed; to run them: {postfix_server.INSTALL}")
    if os.geteuid() != 0:
        leave_out(request.config, "Postfix starts for root only; to run them: run the tests as root")
    return postfix_server.Postfix


@pytest.fixture
def exim(request: pytest.FixtureRequest) -> type[exim_server.Exim]:
    """The class that starts a server."""
    if exim_server.find_exim() is None:
        leave_out(request.config, f"Exim is not installed; to run them: {exim_server.INSTALL}")
    if os.geteuid() != 0:
        leave_out(request.config, "Exim starts for root only; to run them: run the tests as root")
    return exim_server.Exim


@pytest.fixture
def postgres_binaries(request: pytest.FixtureRequest) -> Path:
    """The folder of PostgreSQL's programs."""
    binaries = find_binaries()
    if binaries is None:
        leave_out(request.config, f"PostgreSQL is not installed; to run them: {INSTALL}")
    return binaries


@pytest.fixture(autouse=True)
def _nothing_runs_on() -> Iterator[None]:
    """A test that fails leaves no watcher or listener behind."""
    yield
    for process in STARTED:
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()
    STARTED.clear()


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    """An empty Maildir."""
    path = tmp_path / "Maildir"
    for folder in ("new", "cur", "tmp"):
        (path / folder).mkdir(parents=True)
    return path


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out, a line for each server."""
    for line in lines(terminalreporter.config):
        terminalreporter.write_line(line, yellow=True)
