"""The tables of the providers, and how a value is found in an event. Their language: docs/rules.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from dsnparse.data import load
from dsnparse.read.recipient import clean_text

Table = dict[str, Any]
_MOST_SECONDS = 1e11  # beyond: milliseconds


def providers() -> tuple[str, ...]:
    """The providers whose events are read: the names for `--as`."""
    return tuple(load("events"))


def table_of(provider: str) -> Table:
    """The table of a provider. Raise ValueError for other names."""
    if provider not in providers():
        raise ValueError(f"There is no provider {provider!r}; there is: {', '.join(providers())}.")
    found: Table = load("events")[provider]
    return found


def value_at(path: str, event: Any, entry: Any = None) -> Any:
    """What stands at `path` ("bounce/timestamp"); "." is the entry of the recipient; None when nothing."""
    parts = path.split("/")
    value = event
    if parts[0] == ".":
        value = entry
        parts = parts[1:]
    for part in parts:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def text_of(paths: Sequence[str], event: Any, entry: Any = None) -> tuple[str, str]:
    """The first text that the paths lead to, cleaned, and the path; two empty texts when there is none."""
    for path in paths:
        value = value_at(path, event, entry)
        if isinstance(value, list):
            value = ", ".join(item for item in value if isinstance(item, str))
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and (text := clean_text(value)):
            return text, path
    return "", ""


def time_of(paths: Sequence[str], event: Any) -> datetime | None:
    """The first time that the paths lead to: ISO 8601, or seconds or milliseconds since 1970."""
    for path in paths:
        value = value_at(path, event)
        try:
            if isinstance(value, str) and not value.replace(".", "", 1).isdigit():
                found = datetime.fromisoformat(value)
                return found if found.tzinfo else found.replace(tzinfo=UTC)
            if isinstance(value, (str, int, float)) and not isinstance(value, bool):
                seconds = float(value)
                return datetime.fromtimestamp(seconds if seconds < _MOST_SECONDS else seconds / 1000, UTC)
        except (ValueError, OverflowError, OSError):
            continue
    return None


def class_of(table: Table, event: Any) -> tuple[dict[str, Any], str] | None:
    """What the provider's own classification means, and its words."""
    for entry in table.get("classes", ()):
        said = [value_at(path, event) for path in entry["when"]]
        if all(
            value is not None and str(value).lower() in wanted
            for value, wanted in zip(said, entry["when"].values(), strict=True)
        ):
            return entry, clean_text("/".join(map(str, said)))
    return None


def names_of(table: Table, event: Any) -> Iterator[str]:
    """The names that an event may go by, in lower case."""
    for path in table["name"]:
        value = value_at(path, event)
        if isinstance(value, str) and value:
            yield value.lower()
