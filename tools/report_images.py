"""The pictures of the report in docs/images: a made-up fortnight, in a real browser.

    python -m tools.report_images

Needs Chromium, and Playwright's package of the group `test`.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from dsnparse.cli import main as dsnparse
from tools.story import Story, write_mbox

IMAGES = Path(__file__).parent.parent / "docs" / "images"
_END = datetime(2026, 11, 26, 6, 30, tzinfo=UTC)
#: Name, width, height, scale, colours.
_VIEWS = (
    ("report.png", 1200, 760, 1, "light"),
    ("report-phone.png", 360, 740, 1.5, "dark"),
)
#: What a picture may weigh.
_MOST_BYTES = 200_000


def main() -> int:
    """Make them. Exit status: 1 when there is no browser, or a picture is too heavy."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("Chromium is not installed (apt-get install chromium).")
        return 1
    from playwright.sync_api import sync_playwright

    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        mbox, page = Path(folder) / "bounces.mbox", Path(folder) / "report.html"
        write_mbox(mbox, Story(end=_END))
        db = str(Path(folder) / "bounces.db")
        dsnparse(["ingest", "-q", str(mbox), "--db", db])
        dsnparse(
            [
                "report",
                "--db",
                db,
                "--until",
                f"{_END:%Y-%m-%dT%H:%M}",
                "--since",
                "2026-11-19T06:30",
                "-o",
                str(page),
            ]
        )
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, width, height, scale, scheme in _VIEWS:
            tab = browser.new_page(
                viewport={"width": width, "height": height},
                device_scale_factor=scale,
                color_scheme="dark" if scheme == "dark" else "light",
            )
            tab.goto(page.as_uri())
            tab.screenshot(path=IMAGES / name)
            tab.close()
            size = (IMAGES / name).stat().st_size
            print(f"{IMAGES / name}: {size:,} bytes")
            if size > _MOST_BYTES:
                return 1
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
