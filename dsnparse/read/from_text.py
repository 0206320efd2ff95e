"""Readers of what a notice says in words: by a format known by name, in free text, or not at all.

All of them ask first whether the signs are enough to believe the text.
"""

from __future__ import annotations

from dsnparse.notice.notice import Notice
from dsnparse.notice.signs import BELIEVE, Sign
from dsnparse.notice.template import says_delayed_by
from dsnparse.notice.words import says
from dsnparse.read.prose.context import prose
from dsnparse.read.prose.recipients import prose_recipients
from dsnparse.read.reading import Reading, kind_of
from dsnparse.read.recipient import Recipient
from dsnparse.read.templates.recipients import TemplateReader
from dsnparse.reply.codes import find_codes
from dsnparse.vocabulary import Action, Kind, Origin
from dsnparse.wire.address import FieldAddress
from dsnparse.wire.fields import Field

_FAILURE_LINES = 40


def read_template(notice: Notice) -> Reading | None:
    """The recipients that the patterns of a named format find."""
    known = notice.signs.template
    if not notice.signs.is_believed or known is None or not known.form.recipient:
        return None
    return _reading(notice, TemplateReader(notice, known.form).read())


def read_prose(notice: Notice) -> Reading | None:
    """The addresses that free text names as failed."""
    return _reading(notice, prose_recipients(notice)) if notice.signs.is_believed else None


def read_failed_recipients(notice: Notice) -> Reading | None:
    """The recipients of X-Failed-Recipients (Exim, Gmail), where the text names nobody."""
    if not notice.signs.is_believed:
        return None
    value = notice.head.first.get("x-failed-recipients", "")
    addresses = notice.head.listed[: notice.limits.recipients]
    return _reading(
        notice, [_named_elsewhere(notice, one, "header.x-failed-recipients", value) for one in addresses]
    )


def read_nameless(notice: Notice) -> Reading | None:
    """A notice that names nobody: the one whom the returned message was sent to, else no recipient."""
    if not notice.signs.is_plain or not _tells_failure(notice) or not _returns_something(notice):
        return None
    recipients: list[Recipient] = []
    if notice.signs.score >= BELIEVE:
        mailed = {address.lower(): address for address in notice.mailed}
        others = [address for key, address in mailed.items() if key not in notice.ours]
        if len(others) == len(mailed) == 1:
            to = notice.original.get("to", "")
            recipients = [_named_elsewhere(notice, FieldAddress(others[0]), "returned.to", to)]
            recipients[0].recipient_origin = Origin.RETURNED_HEADER
    kind = Kind.DELAY if _is_delay(notice) else Kind.BOUNCE
    return _reading(notice, recipients) or Reading(
        kind, notice.signs.evidence, _format(notice), [], _fields(notice)
    )


def _reading(notice: Notice, recipients: list[Recipient]) -> Reading | None:
    """The reading of a notice whose words name `recipients`; None when they name nobody."""
    if not recipients:
        return None
    action = Action.DELAYED if _is_delay(notice) else Action.FAILED
    for recipient in recipients:
        recipient.action = recipient.action or action
    return Reading(kind_of(recipients), notice.signs.evidence, _format(notice), recipients, _fields(notice))


def _is_delay(notice: Notice) -> bool:
    known = notice.signs.template
    stated = says_delayed_by(known.form, notice.head, notice.body) if known is not None else None
    return notice.says_delayed if stated is None else stated


def _format(notice: Notice) -> str:
    known = notice.signs.template
    return known.form.name if known is not None else "generic"


def _fields(notice: Notice) -> dict[str, Field]:
    """Fields about the message, where a status part or the text has some without naming a recipient."""
    return notice.status_fields.message or notice.status_fields_in_text.message


def _named_elsewhere(notice: Notice, address: FieldAddress, rule: str, text: str) -> Recipient:
    """A recipient whom a header field names, and the text does not."""
    recipient = Recipient(address.text, is_uncertain=address.is_uncertain)
    recipient.note("recipient", "header", 0, rule, text)
    recipient.context = prose(notice)
    return recipient


def _tells_failure(notice: Notice) -> bool:
    return any(
        says("intro", line) or find_codes(line).reply_code
        for line in notice.body.lines[:_FAILURE_LINES]
        if line
    )


def _returns_something(notice: Notice) -> bool:
    """Whether a notice that names nobody at least returns a message, or has a null return path."""
    return bool(notice.roles.returned or notice.original) or notice.signs.has(Sign.RETURN_PATH, Sign.REPORT)
