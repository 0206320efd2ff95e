"""One recipient while a notice is read: what was found out about him, and where."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from dsnparse.classify.objection import Objection
from dsnparse.model import Action, Evidence
from dsnparse.reply import Reply
from dsnparse.vocabulary import Origin
from dsnparse.wire.text import without_controls

_MAX_EVIDENCE_TEXT = 500


class Recipient:
    """A recipient that a notice names. Field names are those of `BounceRecord`."""

    __slots__ = (
        "action",
        "actual_recipient",
        "context",
        "diagnostic",
        "diagnostic_type",
        "doubt",
        "evidence",
        "final_log_id",
        "is_signed",
        "last_attempt_date",
        "original_origin",
        "original_recipient",
        "places",
        "recipient",
        "recipient_origin",
        "remote_mta",
        "reply",
        "reply_code",
        "smtp_command",
        "status",
        "will_retry_until",
    )

    def __init__(self, recipient: str, origin: Origin = Origin.STATED, *, is_uncertain: bool = False) -> None:
        """`is_uncertain`: whether what names him can be read as another address, or as none."""
        self.recipient = recipient
        self.recipient_origin = Origin.AMBIGUOUS if is_uncertain and origin is Origin.STATED else origin
        self.original_origin: Origin | None = None
        #: Whether a signed return path names him.
        self.is_signed = False
        #: What keeps the notice from being believed about him, whatever it says.
        self.doubt: Objection | None = None
        self.original_recipient: str | None = None
        self.actual_recipient: str | None = None
        self.action: Action | None = None
        self.status: str | None = None
        #: The diagnostic taken apart, where that was done.
        self.reply: Reply | None = None
        self.reply_code: int | None = None
        self.diagnostic: str | None = None
        self.diagnostic_type: str | None = None
        self.remote_mta: str | None = None
        self.last_attempt_date: datetime | str | None = None
        self.will_retry_until: datetime | str | None = None
        self.final_log_id: str | None = None
        self.smtp_command: str | None = None
        #: Further words of the notice about this recipient; the classifier believes them less.
        self.context = ""
        self.evidence: list[Evidence] = []
        #: Field → part and line where it was first read.
        self.places: dict[str, tuple[str, int]] = {}

    def note(self, field: str, part: str, line: int, rule: str, text: str) -> None:
        """Says where one field was read, and by which rule."""
        if len(text) > _MAX_EVIDENCE_TEXT:
            text = text[:_MAX_EVIDENCE_TEXT] + "…"
        self.evidence.append(Evidence(field, part, line, rule, clean_text(text)))
        self.places.setdefault(field, (part, line))

    def outrank(self, field: str) -> None:
        """Says that what was read of one field does not count; it stays in the evidence."""
        if self.places.pop(field, None) is not None:
            self.evidence = [
                replace(one, rule=f"outranked: {one.rule}") if one.field == field else one
                for one in self.evidence
            ]

    def take_codes(
        self, reply: Reply, part: str, line: int, code_rule: str, status_rule: str | None = None
    ) -> None:
        """Takes reply code, enhanced code and command from a reply, where they are not yet known.

        `code_rule`, `status_rule`: by which rules, for the evidence; without the second, the first.
        """
        if self.reply_code is None and reply.code is not None:
            self.reply_code = reply.code
            self.note("reply_code", part, line, code_rule, str(reply.code))
        if self.status is None and reply.status is not None:
            self.status = reply.status
            self.note("status", part, line, status_rule or code_rule, reply.status)
        self.smtp_command = self.smtp_command or reply.command


def clean_text(text: str) -> str:
    """`text` in one line, fit to show: no control characters, blanks single."""
    if not text.isprintable():
        text = without_controls(" ".join(text.split("\n")))
    return " ".join(text.split()) if "  " in text else text.strip()
