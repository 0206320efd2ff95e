"""The blocks of docs/scale.md, for the tests that run them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent
_BLOCK = re.compile(r"^```(console|sql|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """Code of the page, with the number of its line."""

    language: str
    text: str
    line: int


def blocks(*, spark: bool) -> list[Block]:
    """Those that want Spark, or the others."""
    page = (ROOT / "docs" / "scale.md").read_text("utf-8")
    every = [
        Block(found[1], found[2], page.count("\n", 0, found.start()) + 1) for found in _BLOCK.finditer(page)
    ]
    return [block for block in every if block.text.startswith("# Spark") == spark]
