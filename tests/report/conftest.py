"""A made-up fortnight in a database, and a real browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dsnparse import Parser
from dsnparse.ingest import ingest
from dsnparse.mailboxes.sources import PathSource
from dsnparse.report import Figures, make, read_period
from dsnparse.store import Store
from tools.story import Story, write_mbox

if TYPE_CHECKING:
    from playwright.sync_api import Browser

#: The end of every story here.
END = datetime(2026, 11, 26, 6, 30, tzinfo=UTC)


def fill(path: Path, *, blocked: bool, number: int = 5_000, seed: int = 1) -> Path:
    """A database with a story; the mbox that it is from lies beside it."""
    mbox = path.with_suffix(".mbox")
    write_mbox(mbox, Story(number=number, seed=seed, end=END, blocked=blocked))
    with Store.open(str(path)) as store:
        for _ in ingest(PathSource([str(mbox)]), store.add, Parser()):
            pass
    return path


def figures_of(path: Path, since: str | None = None, compare: str | None = None) -> Figures:
    """The report on a story, made at its end."""
    with Store.open(str(path), read_only=True) as store:
        return make(store, read_period(since, None, compare, now=END), now=END)


@pytest.fixture(scope="session")
def blocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """5,000 notices, Microsoft refuses us for the last six days."""
    return fill(tmp_path_factory.mktemp("blocked") / "story.db", blocked=True)


@pytest.fixture(scope="session")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1,500 notices of a fortnight in which nothing changes."""
    return fill(tmp_path_factory.mktemp("quiet") / "story.db", blocked=False, number=1_500, seed=2)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium, for one module: its loop is in the way of other tests'."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Its sandbox does not work for root, nor in most containers; what it reads here is ours.
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()
