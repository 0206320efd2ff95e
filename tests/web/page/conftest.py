"""`dsnparse serve` with a database, and headless Chromium that looks at its page."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ..served import Served, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page

ROOT = Path(__file__).parents[3]
NEEDS = "The page is tried in Chromium, which is not installed: apt-get install chromium."


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server with a database that has read some samples."""
    url = str(tmp_path_factory.mktemp("page") / "bounces.db")
    samples = [str(ROOT / "samples" / name) for name in ("provider", "complaint")]
    ingest = [sys.executable, "-m", "dsnparse", "ingest", "--quiet", "--db", url, *samples]
    subprocess.run(ingest, check=True, cwd=ROOT)
    with serving("--db", url, db=url) as served:
        yield served.base


@pytest.fixture
def bare(plain: Served) -> str:
    """A server without a database."""
    return plain.base


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless. It ends with the module: its loop is in the way of other tests'."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip(NEEDS)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Nothing else is in the way of a sandbox in a container than that we are root.
        browser = playwright.chromium.launch(executable_path=found, chromium_sandbox=os.geteuid() != 0)
        yield browser
        browser.close()


class Watched:
    """What went wrong on a page: errors, and what the console says."""

    def __init__(self, page: Page) -> None:
        self.errors: list[str] = []
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._console)
        page.on("dialog", self._dialog)

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium notes each answer of 400 and above, too.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.errors.append(message.text)

    def _dialog(self, dialog: Dialog) -> None:
        self.errors.append(f"dialog: {dialog.message}")
        dialog.dismiss()


@contextmanager
def looking(
    chromium: Browser, *, width: int = 1280, height: int = 800, dark: bool = False, touch: bool = False
) -> Iterator[Page]:
    """A page in a context of its own; at the end nothing may have gone wrong on it."""
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        has_touch=touch,
        is_mobile=touch,
        locale="en-GB",
        timezone_id="UTC",
    )
    page = context.new_page()
    watched = Watched(page)
    try:
        yield page
        assert watched.errors == []
    finally:
        context.close()


@pytest.fixture
def page(chromium: Browser, base: str) -> Iterator[Page]:
    """The page of the server with a database, on a desk."""
    with looking(chromium) as page:
        page.goto(base)
        page.get_by_role("list", name="No bounce at hand?").get_by_role("button").first.wait_for()
        yield page
