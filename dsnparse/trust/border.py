"""What the operator's own mail server wrote on top of a notice; all below it may be anybody's.

Facts:

* Each server puts its Received on top of what it gets (RFC 5321 section 4.4). So all above the Received of
  the server that took a message from outside is ours, and it itself; the sender can write the same below.
* On delivery Return-Path, Delivered-To, X-Original-To (Postfix) and Envelope-To (Exim) come on top of that.
* Authentication-Results names who wrote it, and servers remove their own name from mail of others (RFC 8601
  section 5); those that a milter adds stand above Received.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from dsnparse.trust.envelope import Envelope
from dsnparse.trust.settings import TrustSettings
from dsnparse.wire.address_spans import addresses_in
from dsnparse.wire.dates import parse_date

#: Fields above the border's Received that are looked at. Exchange writes some eighty.
_MOST_FIELDS = 200
_MOST_ADDRESSES = 10
_LONGEST = 2000
_BY = re.compile(r"\bby\s{1,3}([A-Za-z0-9._-]{1,255})")
_FROM = re.compile(r"\s{0,3}from\s{1,3}(\S{1,255})(?:\s{1,3}\((?:([A-Za-z0-9._-]{1,255})\s{1,3})?\[)?")


@dataclass(slots=True)
class Border:
    """What is known for certain of how a notice came."""

    #: MAIL FROM; None when nobody says.
    mail_from: str | None = None
    rcpt_to: list[str] = field(default_factory=list)
    remote_host: str | None = None
    arrived: datetime | None = None
    #: Authentication-Results, as they stand.
    results: list[str] = field(default_factory=list)
    #: Where it is from, for evidence.
    part: str = "envelope"

    @property
    def came(self) -> date | None:
        """The day on which it came, UTC."""
        if self.arrived is None:
            return None
        return self.arrived.astimezone(UTC).date()


def border_of(
    fields: Iterable[tuple[str, str]], envelope: Envelope | None, settings: TrustSettings
) -> Border:
    """What the envelope says, and for what it does not, the fields that the settings let count.

    `fields`: the header of the notice, from the top.
    """
    border = Border()
    if envelope is not None:
        border.mail_from, border.remote_host = envelope.mail_from, envelope.remote_host
        border.rcpt_to, border.arrived = list(envelope.addresses), envelope.arrived
    is_told = border.rcpt_to and border.arrived is not None and border.remote_host is not None
    if settings.authserv_id or (not is_told and (settings.border_fields or settings.border_hosts)):
        _add_fields(border, _ours(fields, settings.border_hosts), settings)
    return border


def _ours(fields: Iterable[tuple[str, str]], hosts: tuple[str, ...]) -> list[tuple[str, str]]:
    """The fields down to the Received of the server that took it from outside; none when there is no such."""
    found: list[tuple[str, str]] = []
    for name, value in fields:
        low = name.lower()
        found.append((low, value[:_LONGEST]))
        if low == "received" and (not hosts or _by(value) in hosts):
            return found
        if len(found) == _MOST_FIELDS:
            break
    return []


def _add_fields(border: Border, ours: list[tuple[str, str]], settings: TrustSettings) -> None:
    from_header: list[str] = []
    for name, value in ours:
        if name == "authentication-results":
            border.results.append(value)
        elif name == "return-path" and name in settings.border_fields:
            if border.mail_from is None:
                border.mail_from = value.strip().strip("<>")
        elif name in settings.border_fields:
            from_header += addresses_in(value)[:_MOST_ADDRESSES]
    if not border.rcpt_to:
        border.rcpt_to, border.part = list(dict.fromkeys(from_header))[:_MOST_ADDRESSES], "header"
    if ours and (settings.border_hosts or settings.border_fields):
        trace = ours[-1][1]
        if border.arrived is None:
            stamped = parse_date(" ".join(trace.rpartition(";")[2].split())[:200])
            border.arrived = stamped if isinstance(stamped, datetime) and stamped.tzinfo else None
        if border.remote_host is None:
            host = _FROM.match(trace)
            border.remote_host = (host[2] or host[1]).lower() if host else None


def _by(trace: str) -> str:
    found = _BY.search(trace[:_LONGEST])
    return found[1].lower() if found else ""


def by_hosts(traces: Iterable[str]) -> set[str]:
    """The hosts that Received fields name as their writers."""
    return {_by(trace) for trace in traces}
