"""Take the pictures of the page of `dsnparse serve` that the docs show: docs/images/page*.jpg.

Needs Chromium (Debian: apt-get install chromium) and the packages of the group `test`. The messages are those
that the page offers; the database is made of samples/ and thrown away.
"""

from __future__ import annotations

import argparse
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"


def main(arguments: list[str] | None = None) -> int:
    """Take them all. Exit status: 1 when there is no Chromium."""
    options = argparse.ArgumentParser(
        prog="python -m tools.take_screenshots",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument("folder", nargs="?", type=Path, default=IMAGES, help="default: docs/images")
    folder = options.parse_args(arguments).folder
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        print("There is no Chromium (Debian: apt-get install chromium).", file=sys.stderr)
        return 1
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as scratch,
        _serving(f"{scratch}/bounces.db") as base,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=found)
        _on_a_desk(browser, base, folder / "page.jpg")
        _on_a_phone(browser, base, folder / "page-phone.jpg")
        browser.close()
    return 0


def _on_a_desk(browser: Browser, base: str, target: Path) -> None:
    page = browser.new_page(viewport={"width": 1240, "height": 830}, locale="en-GB", timezone_id="UTC")
    _read(page, base, "Outlook")
    page.locator(".sources button[data-field=reason]").hover()
    page.wait_for_timeout(1000)
    page.screenshot(path=target, type="jpeg", quality=80)


def _on_a_phone(browser: Browser, base: str, target: Path) -> None:
    page = browser.new_page(
        viewport={"width": 380, "height": 800},
        color_scheme="dark",
        locale="en-GB",
        timezone_id="UTC",
    )
    _read(page, base, "qmail")
    page.screenshot(path=target, type="jpeg", quality=80)


def _read(page: Page, base: str, sample: str) -> None:
    page.goto(base)
    page.get_by_role("button", name=sample).click()
    page.locator(".in-database .decision").first.wait_for()


@contextmanager
def _serving(database: str) -> Iterator[str]:
    dsnparse = [sys.executable, "-m", "dsnparse"]
    ingest = [*dsnparse, "ingest", "--quiet", "--db", database, "samples/provider"]
    subprocess.run(ingest, check=True, cwd=ROOT)  # noqa: S603
    command = [*dsnparse, "serve", "--port", "0", "--db", database]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT) as server:  # noqa: S603
        assert server.stderr is not None
        found = next(filter(None, (re.search(r"http://[\d.:]+", line) for line in server.stderr)))
        yield found[0]
        server.send_signal(signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
