"""Who failed, by the most authoritative statement: the first reader that answers wins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dsnparse.notice.notice import Notice
from dsnparse.notice.passing_on import is_of_list_software
from dsnparse.notice.sign import LOOK
from dsnparse.read.auto_reply import read_auto_reply, read_auto_reply_in_words, read_stated_auto_reply
from dsnparse.read.events.by_mail import read_event_by_mail
from dsnparse.read.feedback_part import read_bare_complaint, read_feedback_part
from dsnparse.read.from_text import read_bare_names, read_failed_recipients, read_prose, read_template
from dsnparse.read.mailed_address import name_mailed_address
from dsnparse.read.nameless import read_nameless
from dsnparse.read.other_report import read_other_report
from dsnparse.read.own_address import read_own_address
from dsnparse.read.reading import Reading
from dsnparse.read.receipt_part import read_receipt_part
from dsnparse.read.status_part import read_local_names, read_status_part, read_status_text, read_success
from dsnparse.read.xarf_part import read_xarf_part
from dsnparse.vocabulary import Kind

Reader = Callable[[Notice], Reading | None]


def read_ordinary(notice: Notice) -> Reading | None:
    """Mail that shows too few signs of a notice for its text to be read."""
    return Reading(Kind.OTHER, notice.signs.evidence) if notice.signs.score < LOOK else None


def read_second_hand(notice: Notice) -> Reading | None:
    """What the notice inside this one says, where this one names nobody (scanners and gateways wrap bounces).

    The returned part is whatever a stranger sent; so its verdicts never count as hard (`classify/hard.py`).
    """
    return _inner(notice) if notice.signs.is_plain else None


def read_list_report(notice: Notice) -> Reading | None:
    """A notice that came to a mailing list, whose software passes it on (Mailman, LISTSERV)."""
    if not is_of_list_software(notice.head) or not notice.body.returns_something:
        return None
    return _inner(notice, is_by_list_software=True)


def _inner(notice: Notice, *, is_by_list_software: bool = False) -> Reading | None:
    """What the returned message says, where it is a mail system's notice.

    `is_by_list_software`: it knows for what it takes the message, whoever this is from.
    """
    if notice.is_inside:
        return None
    inner = notice.returned_notice()
    if inner is None or not (inner.head.is_daemon or is_by_list_software):
        return None
    reading = _first(inner)
    if reading is None or reading.kind not in (Kind.BOUNCE, Kind.DELAY) or not reading.recipients:
        return None
    reading.is_second_hand = True
    notice.warn("repair.second_hand")
    return reading


READERS: Final[tuple[Reader, ...]] = (
    read_feedback_part,
    read_xarf_part,
    read_receipt_part,
    read_status_part,
    read_bare_complaint,
    read_event_by_mail,
    read_auto_reply,
    read_auto_reply_in_words,
    read_list_report,
    read_ordinary,
    read_success,
    read_status_text,
    read_template,
    read_prose,
    read_failed_recipients,
    read_local_names,
    read_bare_names,
    read_second_hand,
    read_own_address,
    read_nameless,
    read_stated_auto_reply,
)


def read(notice: Notice) -> Reading:
    """Reads `notice`: its kind, and who failed."""
    reading = _first(notice)
    if reading is None or reading.kind in (Kind.OTHER, Kind.AUTO_REPLY):
        # Last, so that a subject that somebody chose hides no failure.
        return read_other_report(notice) or reading or Reading(Kind.OTHER, notice.signs.evidence)
    if len(reading.recipients) == 1 and reading.kind in (Kind.BOUNCE, Kind.DELAY):
        name_mailed_address(notice, reading.recipients[0])
    return reading


def _first(notice: Notice) -> Reading | None:
    for reader in READERS:
        reading = reader(notice)
        if reading is not None:
            return reading
    return None
