"""Text from messages, made fit for a database."""

from __future__ import annotations


def clean(text: str, longest: int = 4_000) -> str:
    """The text without NUL (PostgreSQL takes none) and lone surrogates (none does), cut if too long."""
    if len(text) > longest:
        text = text[: longest - 1] + "…"
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
