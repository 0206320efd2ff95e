"""The cells of one line of comma-separated values."""

from __future__ import annotations

import csv


def cells_of(text: str) -> list[str]:
    """RFC 4180, for one line: a line end within it, which a subject may hold, is a blank."""
    if '"' not in text:
        return text.split(",")
    if "\r" in text or "\n" in text:
        text = text.replace("\r", " ").replace("\n", " ")
    return next(csv.reader((text,)), [])
