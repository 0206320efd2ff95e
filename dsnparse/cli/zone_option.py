"""The option that says which time zone a log is written in."""

from __future__ import annotations

from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click


def _read(_context: click.Context, _option: click.Parameter, text: str | None) -> tzinfo | None:
    if text is None:
        return None
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise click.BadParameter(f"{text!r} is no time zone; write one as Europe/Berlin or UTC.") from None


zone_option = click.option(
    "--zone",
    metavar="ZONE",
    callback=_read,
    help="The time zone of a log whose times name none. Default: this machine's.",
)
