"""What docs/events.md shows is true: its table is read, its session is run, and every key is explained.

`PYTHONPATH=.:tests python tests/data/test_events_page.py` writes the output that comes now into the page.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
from test_readme import BLOCK, ROOT, Sessions

from dsnparse.read.events import check
from dsnparse.read.events.tables import providers
from dsnparse.trust.webhooks.scheme import services
from tools import check_webhooks

PAGE = ROOT / "docs" / "events.md"
TEXT = PAGE.read_text("utf-8")
WEBHOOKS = (ROOT / "docs" / "webhooks.md").read_text("utf-8")


def test_the_page_shows_what_comes_out(tmp_path: Path) -> None:
    shown = BLOCK.sub(Sessions(tmp_path).run, TEXT)
    assert shown == TEXT, "Run: PYTHONPATH=.:tests python tests/data/test_events_page.py"


@pytest.mark.parametrize("key", [*check.FIELDS, *check.KEYS, *check.EVENT_KEYS, *check.CLASS_KEYS])
def test_every_key_is_explained(key: str) -> None:
    assert re.search(rf"`(?:\[+)?{re.escape(key)}\b", TEXT), key


@pytest.mark.parametrize("key", check_webhooks.KEYS)
def test_every_key_of_signatures_is_explained(key: str) -> None:
    assert re.search(rf"`(?:\[+)?(?:signature\.)?{re.escape(key)}\b", WEBHOOKS), key


def test_both_pages_name_every_provider() -> None:
    assert [name for name in providers() if f"| `{name}` |" not in TEXT] == []
    assert [name for name in services() if f"| `{name}` |" not in WEBHOOKS] == []
    assert set(services()) == set(providers())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        PAGE.write_text(BLOCK.sub(Sessions(Path(name)).run, TEXT), "utf-8")
