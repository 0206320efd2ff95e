"""Events that come as mail: in the text what Amazon's SNS sends, or JSON that somebody's webhook took.

Facts:

* SNS puts an SES notification into the text, bare or in its own envelope. Mail systems on the way fold the
  long line, so line ends inside are dropped; SNS cuts what is longer than a message may be, so what was begun
  is closed.
* Scripts that take a provider's events pass them on as an attachment, or below some words of their own,
  folded or cut. Whoever sends mail can do that: it is told of, and never makes an address hard.
* What the objects say is read as for `dsnparse.mailboxes.events`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from dsnparse.model import Evidence
from dsnparse.notice.head import Head
from dsnparse.notice.notice import Notice
from dsnparse.notice.passing_on import is_mail_reader, is_of_cron, is_person
from dsnparse.read.reading import Reading
from dsnparse.read.recipient import Recipient
from dsnparse.vocabulary import Kind
from dsnparse.wire.address_spans import addresses_in
from dsnparse.wire.json_values import closed
from dsnparse.wire.text import body_text

#: The domain of SNS's From, and the same with what stands before it.
_DOMAIN: Final = "amazonaws.com"
_SENDERS: Final = (f".{_DOMAIN}", f"@{_DOMAIN}")
#: Among which JSON begins in a text, and how it does.
_FIRST_LINES: Final = 40
_BEGINNINGS: Final = ("{", "[{")
#: An address of a program that hands events on; people hold events.
_EVENT: Final = re.compile(r"event[^\s@<>]{0,30}@[^\s@<>]{1,255}>?$")
_DECODER: Final = json.JSONDecoder()
#: Events of one file that are looked at: providers post a thousand at once.
_MOST_EVENTS: Final = 5000
#: What a report about several events is called by: the worst of them.
_WORST_FIRST: Final = (Kind.BOUNCE, Kind.DELAY, Kind.COMPLAINT, Kind.DELIVERY)


def read_event_by_mail(notice: Notice) -> Reading | None:
    """A provider's events, or None when the message is something else."""
    sender = notice.head.mail_from.lower()
    if _DOMAIN in sender and "".join(addresses_in(sender)[-1:]).endswith(_SENDERS):
        return _of_sns(notice)
    return _passed_on(notice)


def _of_sns(notice: Notice) -> Reading | None:
    lines = notice.body.lines
    if not lines or not lines[0].lstrip().startswith("{"):
        return None
    value = _value("".join(lines).lstrip())
    if value is None:
        return None
    from dsnparse.read.events.tables import table_of
    from dsnparse.read.events.wrapping import unwrapped

    table = table_of("ses")
    reading = next(_readings(table, unwrapped(table, value), notice, "1", 1), None)
    if reading is not None:
        reading.format = "amazon-sns"
        reading.evidence = [Evidence("kind", "1", 1, "sns", reading.kind.value)]
    return reading


def _passed_on(notice: Notice) -> Reading | None:
    """The events in JSON that a program passes on, of whichever provider they are."""
    text, part, line = _json_in(notice)
    if not text:
        return None
    head = notice.head
    if (
        head.is_answer
        or "in-reply-to" in head.first
        or is_person(head.mail_from)
        or is_mail_reader(head.program)
    ):
        return None
    value = _value(text)
    if value is None:
        return None
    from dsnparse.read.events.tables import table_for
    from dsnparse.read.events.wrapping import unwrapped

    table = table_for(lambda one: unwrapped(one, value))
    if table is None:
        return None
    found = list(_readings(table, unwrapped(table, value), notice, part, line))
    kind = next((kind for kind in _WORST_FIRST if any(one.kind is kind for one in found)), None)
    if kind is None:
        return None
    same = [one for one in found if one.kind is kind]
    reading = Reading(kind, same[0].evidence, table["format"])
    reading.feedback_type = same[0].feedback_type
    reading.recipients = _once_each(one for reading in same for one in reading.recipients)
    del reading.recipients[notice.limits.recipients :]
    reading.is_second_hand = True
    return reading


def _json_in(notice: Notice) -> tuple[str, str, int]:
    """JSON in a file or in the text, and where: the part's number and the line in it, 0 for all of it."""
    file = notice.roles.report_json
    if file is not None:
        return body_text(file, notice.limits.text_bytes).lstrip(), file.number or "1", 0
    if notice.head.is_daemon or not _is_of_a_webhook(notice.head):
        return "", "", 0
    lines = notice.body.lines
    for index, line in enumerate(lines[:_FIRST_LINES]):
        if line.lstrip().startswith(_BEGINNINGS) and '"' in "".join(lines[index : index + 2]):
            return "".join([line.lstrip(), *lines[index + 1 :]]), *notice.body.place(index)
    return "", "", 0


def _is_of_a_webhook(head: Head) -> bool:
    """Whether a program that hands events on is the author, by its address; people quote them, too."""
    low = head.mail_from.strip().lower()
    return (
        head.is_program
        or "hook" in low
        or is_of_cron(head)
        or ("event" in low and _EVENT.search(low) is not None)
    )


def _readings(
    table: dict[str, Any], events: Iterator[Any], notice: Notice, part: str, line: int
) -> Iterator[Reading]:
    """What each event says that is news about delivery."""
    from dsnparse.read.events.event import read_event
    from dsnparse.read.events.tables import names_of

    for event in islice(events, _MOST_EVENTS):
        if not isinstance(event, dict):
            continue
        name = next((one for one in names_of(table, event) if one in table["events"]), None)
        if name is None:
            continue
        found = read_event(table, name, event, notice.limits.recipients, part=part, line=line)
        if found is not None:
            reading, claims = found
            for recipient in reading.recipients:
                recipient.claims = tuple(claims)
            yield reading


def _once_each(recipients: Iterator[Recipient]) -> list[Recipient]:
    found: dict[str, Recipient] = {}
    for recipient in recipients:
        found.setdefault(recipient.recipient.lower(), recipient)
    return list(found.values())


def _value(text: str) -> Any:
    """The object or list that the text begins with, also where it is cut; None when there is none."""
    if not text.startswith(("{", "[")):
        return None
    try:
        return _DECODER.raw_decode(text)[0]
    except (ValueError, RecursionError):
        pass
    try:
        return _DECODER.raw_decode(closed(text))[0]
    except (ValueError, RecursionError):
        return None
