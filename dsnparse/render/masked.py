"""Texts without mailboxes: the domain of an address stays, of its local part the first letter."""

from __future__ import annotations

import re
from typing import Any

#: What stands on both sides of an "@"..
_ADDRESS = re.compile(r"""([^\s<>()\[\],;:"'`|@]{1,320})@(?=[^\s<>()\[\],;:"'`|@])""")
_SHORTEST_NAME = 3


def mask(text: str, *names: str | None) -> str:
    """`text` with every address masked ("j…@example.com"), and the local parts of the addresses `names`."""
    for address in names:
        local = (address or "").rpartition("@")[0]
        if len(local) >= _SHORTEST_NAME and local.lower() in text.lower():
            text = re.sub(rf"(?<!\w){re.escape(local)}(?!\w)", f"{local[0]}…", text, flags=re.IGNORECASE)
    return _ADDRESS.sub(lambda found: f"{found[1][0]}…@", text) if "@" in text else text


def mask_row(row: dict[str, Any]) -> dict[str, Any]:
    """A row of `record_rows` with every text in it masked."""
    names = (row["recipient"], row["original_recipient"], row["actual_recipient"])
    return {name: mask(value, *names) if isinstance(value, str) else value for name, value in row.items()}
