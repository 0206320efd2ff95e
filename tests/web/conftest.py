"""Servers for the tests: started once, and each with its own database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from store.postgres import INSTALL, find_binaries, running_server

from .served import Served, serving


@pytest.fixture(scope="session")
def plain() -> Iterator[Served]:
    """Without a database, and without keys."""
    with serving() as served:
        yield served


@pytest.fixture(scope="session")
def _postgres() -> Iterator[str]:
    binaries = find_binaries()
    if binaries is None:
        pytest.skip(f"PostgreSQL is not installed ({INSTALL})")
    with running_server(binaries) as url:
        yield url


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """With an SQLite file. Each test has addresses of its own in it."""
    folder = tmp_path_factory.mktemp("web")
    with serving("--db", str(folder / "bounces.db"), db=str(folder / "bounces.db")) as served:
        yield served


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    """`stored`, and the same with PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("stored")
        return
    url: str = request.getfixturevalue("_postgres")
    with serving("--db", url, db=url) as running:
        yield running
