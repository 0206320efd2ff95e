"""Amazon SES notifications that SNS sends as e-mail: a JSON object in the text.

Mail systems on the way fold the long line, so line ends inside are dropped; SNS cuts what is longer than a
message may be, so what was begun is closed. What the object says is read as for `dsnparse.read.events`.
"""

from __future__ import annotations

import json
from typing import Any

from dsnparse.model import Evidence
from dsnparse.notice.notice import Notice
from dsnparse.read.reading import Reading
from dsnparse.vocabulary import Kind
from dsnparse.wire.address_spans import addresses_in
from dsnparse.wire.json_values import closed

#: The domain of SNS's From, and the same with what stands before it.
_DOMAIN = "amazonaws.com"
_DECODER = json.JSONDecoder()
_SENDERS = (f".{_DOMAIN}", f"@{_DOMAIN}")


def read_event_by_mail(notice: Notice) -> Reading | None:
    """An SES notification, or None when the text is none."""
    sender = notice.head.mail_from.lower()
    if _DOMAIN not in sender or not "".join(addresses_in(sender)[-1:]).endswith(_SENDERS):
        return None
    lines = notice.body.lines
    if not lines or not lines[0].lstrip().startswith("{"):
        return None
    event = _event("".join(lines).lstrip())
    if event is None:
        return None
    from dsnparse.read.events.recipients import recipients_of
    from dsnparse.read.events.tables import names_of, table_of

    table = table_of("ses")
    spec = next((table["events"][name] for name in names_of(table, event) if name in table["events"]), None)
    if spec is None:
        return None
    kind = Kind(spec["kind"])
    recipients = recipients_of(table, spec, event, notice.limits.recipients, part="1", line=1)
    return Reading(kind, [Evidence("kind", "1", 1, "sns", kind.value)], "amazon-sns", recipients)


def _event(text: str) -> Any:
    """The object that the text begins with, also where it is cut; None when there is none."""
    try:
        return _DECODER.raw_decode(text)[0]
    except (ValueError, RecursionError):
        pass
    try:
        return _DECODER.raw_decode(closed(text))[0]
    except (ValueError, RecursionError):
        return None
