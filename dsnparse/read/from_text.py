"""Readers of what a notice says in words: by a format known by name, in free text, or not at all.

All of them ask first whether the signs are enough to believe the text.
"""

from __future__ import annotations

from typing import Final

from dsnparse.notice.notice import Notice
from dsnparse.notice.sign import MACHINE, Sign
from dsnparse.notice.template import says_delayed_by
from dsnparse.read.auto_reply import is_of_a_script
from dsnparse.read.prose.bare_names import bare_recipients
from dsnparse.read.prose.context import prose
from dsnparse.read.prose.recipients import prose_recipients
from dsnparse.read.reading import Reading, kind_of
from dsnparse.read.recipient import Recipient
from dsnparse.read.templates.recipients import TemplateReader
from dsnparse.vocabulary import Action, Origin
from dsnparse.wire.address import FieldAddress
from dsnparse.wire.fields import Field

_FAILURE_LINES: Final = 40
#: Without one of these a program tells of it, as anybody can: never hard.
_OF_A_SYSTEM: Final = (*MACHINE, Sign.BANNER, Sign.TEMPLATE, Sign.TEMPLATE_SURE)


def read_template(notice: Notice) -> Reading | None:
    """The recipients that the patterns of a named format find."""
    known = notice.signs.template
    if not notice.signs.is_believed or known is None or not known.form.recipient:
        return None
    return reading_of(notice, TemplateReader(notice, known.form).read())


def read_prose(notice: Notice) -> Reading | None:
    """The addresses that free text names as failed."""
    return reading_of(notice, prose_recipients(notice)) if notice.signs.is_believed else None


def read_bare_names(notice: Notice) -> Reading | None:
    """The recipients that the text names without their domain."""
    return reading_of(notice, bare_recipients(notice)) if notice.signs.is_believed else None


def read_failed_recipients(notice: Notice) -> Reading | None:
    """The recipients of X-Failed-Recipients (Exim, Gmail), where the text names nobody."""
    if not notice.signs.is_believed:
        return None
    value = notice.head.first.get("x-failed-recipients", "")
    addresses = notice.head.listed[: notice.limits.recipients]
    return reading_of(
        notice, [named_elsewhere(notice, one, "header.x-failed-recipients", value) for one in addresses]
    )


def reading_of(notice: Notice, recipients: list[Recipient]) -> Reading | None:
    """The reading of a notice whose words name `recipients`; None when they name nobody."""
    if not recipients:
        return None
    action = told_action(notice)
    for recipient in recipients:
        recipient.action = recipient.action or action
    reading = Reading(
        kind_of(recipients), notice.signs.evidence, format_of(notice), recipients, fields_of(notice)
    )
    is_a_programs = notice.head.is_program and not notice.signs.has(*_OF_A_SYSTEM)
    reading.is_second_hand = is_a_programs or is_of_a_script(notice)
    return reading


def told_action(notice: Notice) -> Action:
    """What was done, by a notice's format or its words."""
    known = notice.signs.template
    is_delayed = says_delayed_by(known.form, notice.head, notice.body) if known is not None else None
    if is_delayed is None:
        if notice.says_delivered:
            return Action.DELIVERED
        is_delayed = notice.says_delayed
    return Action.DELAYED if is_delayed else Action.FAILED


def format_of(notice: Notice) -> str:
    """`Report.format` of a notice in words."""
    known = notice.signs.template
    return known.form.name if known is not None else "generic"


def fields_of(notice: Notice) -> dict[str, Field]:
    """Fields about the message, where a status part or the text has some without naming a recipient."""
    return notice.status_fields.message or notice.status_fields_in_text.message


def named_elsewhere(
    notice: Notice,
    address: FieldAddress,
    rule: str,
    text: str,
    origin: Origin = Origin.STATED,
    *,
    part: str = "header",
    line: int = 0,
) -> Recipient:
    """A recipient whom a header field names (or what `origin` says), and the text does not as one who failed.

    `part`, `line`: where `text` stands.
    """
    recipient = Recipient(address.text, origin, is_uncertain=address.is_uncertain)
    recipient.note("recipient", part, line, rule, text)
    recipient.add_context(lambda: prose(notice))
    return recipient
