"""Events of mail providers (Amazon SES, SendGrid, Mailgun, Postmark, SparkPost) as the same reports.

    for item in read_events("ses", open("events.jsonl", "rb"), "events.jsonl"):
        match item:
            case Event(report=report): ...
            case Problem(name=name, reason=reason): ...   # the rest goes on

What the providers call things is data: `dsnparse/data/providers/*/events.toml`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dsnparse.read.events.reader import Event, read_events

__all__ = ["Event", "read_events"]


def __getattr__(name: str) -> object:
    # The parser reads Amazon SES events that come as mail with `drafts` and `tables` alone.
    if name not in __all__:
        raise AttributeError(f"module 'dsnparse.read.events' has no attribute {name!r}")
    from dsnparse.read.events import reader

    return getattr(reader, name)
