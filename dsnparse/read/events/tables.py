"""The tables of the providers, and how a value is found in an event. Their language: docs/events.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any

from dsnparse.data import load
from dsnparse.read.recipient import clean_text

Table = dict[str, Any]
_MOST_SECONDS = 1e11  # beyond: milliseconds
#: As one sample of Amazon SES has it: "2025-03-01T12:00:05 +0000".
_SPACE_BEFORE_ZONE = re.compile(r"(?<=\d) (?=[+-]\d\d:?\d\d$)")
#: Events that are looked at to tell whose they are; opens and clicks stand among them.
_MOST_LOOKED_AT = 100
#: What the name of a table of one's own ends in.
OWN = ".toml"


def providers() -> tuple[str, ...]:
    """The providers whose events are read: the names for `--as`."""
    return tuple(load("events"))


def table_of(provider: str) -> Table:
    """The table of a provider, or of a file of one's own: a path that ends in ".toml".

    Raise ValueError for other names; RuleError, which names the line, for what is wrong in the file.
    """
    if provider.endswith(OWN):
        from dsnparse.read.events.check import read_table

        return read_table(provider)
    if provider not in providers():
        raise ValueError(f"There is no provider {provider!r}; there is: {', '.join(providers())}.")
    found: Table = load("events")[provider]
    return found


def table_for(events: Callable[[Table], Iterable[Any]]) -> Table | None:
    """The table of the provider that wrote some events: the one that knows one, and finds most in it.

    `events`: gives them by a table. None where no table finds which event it is, when it was, and about whom.
    """
    best, most = None, 0
    for table in load("events").values():
        for event in islice(events(table), _MOST_LOOKED_AT):
            found = _fields_in(event, table) if isinstance(event, dict) else set()
            if "time" in found and found & {"recipient", "candidates"}:
                if len(found) > most:
                    best, most = table, len(found)
                break
    return best


def _fields_in(event: dict[str, Any], table: Table) -> set[str]:
    """The fields that a table finds in an event that it knows."""
    name = next((one for one in names_of(table, event) if one in table["events"]), None)
    if name is None:
        return set()
    entries = value_at(table["events"][name].get("recipients", ""), event)
    entry = entries[0] if isinstance(entries, list) and entries else entries
    return {field for field, paths in table["fields"].items() if text_of(paths, event, entry)[0]}


def value_at(path: str, event: Any, entry: Any = None) -> Any:
    """What stands at `path` ("bounce/timestamp"); "." is the entry of the recipient; None when nothing.

    A path goes through lists: what stands behind it in each of their objects, in one list. Of "a|b" the first
    that is there counts.
    """
    parts = path.split("/")
    value = event
    if parts[0] == ".":
        value = entry
        parts = parts[1:]
    for part in parts:
        if isinstance(value, list):
            inner = [_under(part, one) for one in value if isinstance(one, dict)]
            value = [one for some in inner for one in (some if isinstance(some, list) else [some])]
        else:
            value = _under(part, value) if isinstance(value, dict) else None
    return value


def _under(name: str, value: dict[str, Any]) -> Any:
    if "|" in name:
        name = next((one for one in name.split("|") if one in value), "")
    return value.get(name)


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


def time_of(table: Table, field: str, event: Any) -> datetime | None:
    """The first time that the paths of a field lead to: ISO 8601, RFC 5322, the table's own form, or seconds
    or milliseconds since 1970; without a zone it is UTC."""
    paths: Sequence[str] = table["fields"].get(field, ())
    for path in paths:
        value = value_at(path, event)
        try:
            if isinstance(value, list):
                value = next(iter(value), None)
            if isinstance(value, str) and not value.replace(".", "", 1).isdigit():
                return _written_time(value, table.get("time_format"))
            if isinstance(value, (str, int, float)) and not isinstance(value, bool):
                seconds = float(value)
                return datetime.fromtimestamp(seconds if seconds < _MOST_SECONDS else seconds / 1000, UTC)
        except (ValueError, OverflowError, OSError):
            continue
    return None


def _written_time(text: str, form: str | None) -> datetime:
    try:
        found = datetime.fromisoformat(_SPACE_BEFORE_ZONE.sub("", text.strip()))
    except ValueError:
        # Either of them raises ValueError for what is no time.
        found = datetime.strptime(text.strip(), form) if form else parsedate_to_datetime(text)  # noqa: DTZ007
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def class_of(table: Table, event: Any) -> tuple[dict[str, Any], str] | None:
    """What the provider's own classification means, and its words."""
    for entry in table.get("classes", ()):
        when, contains = entry.get("when", {}), entry.get("contains", {})
        said = [_flag_or_text(path, event) for path in (*when, *contains)]
        low = [one.lower() for one in said]
        if all(one in wanted for one, wanted in zip(low, when.values(), strict=False)) and all(
            any(words in one for words in wanted)
            for one, wanted in zip(low[len(when) :], contains.values(), strict=True)
        ):
            return entry, clean_text("/".join(said))
    return None


def _flag_or_text(path: str, event: Any) -> str:
    value = value_at(path, event)
    return str(value).lower() if isinstance(value, bool) else text_of([path], event)[0]


def names_of(table: Table, event: Any) -> Iterator[str]:
    """The names that an event may go by, in lower case."""
    for path in table["name"]:
        value, _ = text_of([path], event)
        if value:
            yield value.lower()
