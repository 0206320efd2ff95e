"""`--as`: what a file tells of that is no mail, a provider's events or a mail server's log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

import click

from dsnparse.errors import as_sentence
from dsnparse.mailboxes.event_files import EventSource
from dsnparse.mailboxes.log_files import LogSource
from dsnparse.mailboxes.sources import Source
from dsnparse.parser import Parser
from dsnparse.read.events.tables import OWN, providers, table_of
from dsnparse.read.logs.formats import logs
from dsnparse.rulebook.errors import instead


class OriginType(click.ParamType[str]):
    """A provider, a table of one's own, or what writes a log."""

    name = "origin"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The value, when it is one; a sentence when not."""
        if value in logs() or value in providers():
            return str(value)
        if not str(value).endswith(OWN):
            self.fail(f"There is no {value!r}. {instead(value, [*providers(), *logs()])}", param, ctx)
        try:
            table_of(value)
        except ValueError as problem:
            self.fail(as_sentence(problem), param, ctx)
        return str(value)


origin_option = click.option(
    "--as",
    "origin",
    type=OriginType(),
    metavar="NAME|FILE.toml",
    help=f"SOURCE has events, as a webhook or API gives them, of {', '.join(providers())}; or events as a "
    f"table of your own says (docs/events.md); or it is a log (docs/logs.md) of {', '.join(logs())}.",
)


def told_by(origin: str, names: Sequence[str], parser: Parser, zone: tzinfo | None) -> Source:
    """Files of events or of a log. `zone`: of a log's times that name none."""
    if origin in logs():
        return LogSource(origin, names, parser, zone=zone)
    return EventSource(origin, names, parser)
