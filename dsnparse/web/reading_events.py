"""Events of a mail service, read in a process of its own (see `parsing`)."""

from __future__ import annotations

from io import BytesIO

from dsnparse.mailboxes.events import Event, read_events
from dsnparse.mailboxes.items import PassedOver, Problem
from dsnparse.parser import Parser


def events_of(parser: Parser, provider: str, content: bytes, name: str) -> list[Event | Problem | PassedOver]:
    """What `dsnparse ingest --as PROVIDER` reads in a file with this content; `name`: what it is called."""
    return list(read_events(provider, BytesIO(content), name, parser=parser))
