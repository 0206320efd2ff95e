"""Text from messages, made fit for a database."""

from __future__ import annotations

import json
from typing import Any

#: A text as JSON.
quote = json.encoder.encode_basestring
#: One encoder for all: json.dumps makes a new one for each call that is not plain.
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def clean(text: str, longest: int = 4_000) -> str:
    """The text without NUL (PostgreSQL takes none) and lone surrogates (none does), cut if too long."""
    if len(text) > longest:
        text = text[: longest - 1] + "…"
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def dump_json(value: Any) -> str:
    """JSON for a column, cleaned in the same way; not cut."""
    return clean_json(_encode(value))


def clean_json(text: str) -> str:
    """JSON without what `clean` takes out."""
    if "\\u0000" in text:
        text = text.replace("\\u0000", "\ufffd")
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
