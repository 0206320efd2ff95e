"""What is judged: a notice, as far as it matters to whether it is real."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dsnparse.model import OriginalMessage


class Returned(NamedTuple):
    """What is known of the message that came back."""

    message: OriginalMessage
    #: Its header fields by name in lower case, undecoded, the first of each.
    fields: Mapping[str, str]
    #: Its Received fields, topmost first.
    traces: Sequence[str]
    #: The addresses that its header names as recipients, where its Message-ID may be signed.
    to: Sequence[str]
    #: The part that it came back in.
    part: str
    #: All of it, where it came back whole.
    whole: bytes = b""
    #: How many To fields it has.
    to_fields: int = 0


class Judged(NamedTuple):
    """What a notice says, as far as it matters here."""

    #: Its own header, from the top; and all of its bytes.
    fields: Sequence[tuple[str, str]]
    data: bytes
    #: Whom it names as failed, or as having been mailed.
    named: Sequence[str]
    reporting_mta: str | None
    returned: Returned
