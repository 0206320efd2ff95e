"""What an event table may say, the package's and one's own; docs/events.md explains it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dsnparse.rulebook.errors import instead
from dsnparse.rulebook.source import Table, read_source
from dsnparse.vocabulary import Action, BounceType, Kind, Reason

#: What an event table may say of where a value stands.
FIELDS = (
    "id time sent recipient action status reply_code diagnostic remote_mta reporting_mta will_retry_until"
    " candidates envelope_id feedback_type message_id subject from to return_path"
).split()

#: The keys of a table, of one of its events, and of one of its classes.
KEYS = ("title format time_format unwrap name passed bounces_inside refuse events fields classes").split()
EVENT_KEYS = "kind action recipients candidates feedback_type".split()
CLASS_KEYS = "when contains reason type kind certain".split()


def read_table(path: str) -> dict[str, Any]:
    """A table of one's own. Raise RuleError, which names the line, when it is wrong or cannot be read."""
    root = read_source(Path(path)).root
    check_events(root)
    return dict(root.values)


def check_events(root: Table) -> None:
    """An `events.toml`. Raises RuleError."""
    root.only(KEYS)
    for key in ("title", "format"):
        if root.text(key) is None:
            raise root.error(f'has no {key}. Give it one: {key} = "…".')
    root.text("time_format")
    for key in ("unwrap", "name", "passed"):
        root.strings(key)
    if "name" not in root.values:
        raise root.error('does not say where an event tells what it is: name = ["event"].')
    events = root.table("events")
    if events is None:
        raise root.error('names no event. Write [events.bounce] and below it kind = "bounce".')
    for name in events.values:
        _check_event(events, name)
    fields = root.table("fields")
    if fields is None or "time" not in fields.values or not {"recipient", "candidates"} & set(fields.values):
        raise (fields or root).error("[fields] must say where time and recipient (or candidates) are.")
    fields.label = "[fields]"
    fields.only(FIELDS)
    for key in fields.values:
        fields.strings(key)
    for entry in root.tables("classes"):
        _check_class(entry)
    for entry in root.tables("refuse"):
        entry.only(("has", "says"))
        if entry.text("has") is None or entry.text("says") is None:
            raise entry.error('needs both: has = "a field that only such a thing has", says = "what it is".')
    inside = root.table("bounces_inside")
    if inside:
        inside.only(("content", "encoding", "event"))


def _check_event(events: Table, name: str) -> None:
    event = events.table(name)
    assert event is not None
    event.label = f"event {name!r}"
    event.only(EVENT_KEYS)
    if name != name.lower():
        raise event.error("is compared in lower case. Write it so.")
    if event.member("kind", Kind) is None:
        raise event.error(f'has no kind. Give it one: kind = "bounce". {instead("", Kind)}')
    event.member("action", Action)
    event.text("recipients")
    event.flag("candidates")
    event.text("feedback_type")


def _check_class(entry: Table) -> None:
    entry.only(CLASS_KEYS)
    conditions = [
        (key, table) for key in ("when", "contains") if (table := entry.table(key)) and table.values
    ]
    if not conditions:
        raise entry.error('says not when it holds: when = { "event/class" = ["value in lower case"] }.')
    for name, table in conditions:
        for key in table.values:
            for value in table.strings(key):
                if value != value.lower():
                    raise entry.error(f"values are compared in lower case. Write {value.lower()!r}.", name)
    entry.flag("certain")
    entry.member("type", BounceType)
    if entry.member("reason", Reason) is None and entry.member("kind", Kind) is None:
        raise entry.error(f'has neither reason nor kind. Give it one: reason = "…". {instead("", Reason)}')
