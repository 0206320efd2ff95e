"""One recipient while a notice is read: what was found out about him, and where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from dsnparse.classify.claim import Claim
from dsnparse.classify.objection import Objection
from dsnparse.model import Action, Written
from dsnparse.reply import Reply
from dsnparse.vocabulary import Origin
from dsnparse.wire.text import without_controls

_MAX_EVIDENCE_TEXT: Final = 500
_NOTHING: Final[Mapping[str, int]] = {}


class Recipient:
    """A recipient that a notice names. Field names are those of `BounceRecord`."""

    __slots__ = (
        "_context",
        "_more_context",
        "_outranked",
        "action",
        "actual_recipient",
        "claims",
        "diagnostic",
        "diagnostic_type",
        "doubt",
        "evidence",
        "final_log_id",
        "is_signed",
        "last_attempt_date",
        "original_origin",
        "original_recipient",
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
        #: What else speaks for a reason: the class that a mail service gives its event.
        self.claims: tuple[Claim, ...] = ()
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
        self._context = ""
        self._more_context: Callable[[], str] | None = None
        #: What was noted, as `Evidence` is made of it.
        self.evidence: list[Written] = []
        #: Field → how much of the evidence is older than what counts of it.
        self._outranked: Mapping[str, int] = _NOTHING

    @property
    def context(self) -> str:
        """Further words of the notice about this recipient; the classifier believes them less."""
        more = self._more_context
        if more is not None:
            self.context = f"{self._context} {more()}".strip()
        return self._context

    @context.setter
    def context(self, words: str) -> None:
        self._context = words
        self._more_context = None

    def add_context(self, words: Callable[[], str]) -> None:
        """Adds what `words` gives when the context is asked for: most replies speak for themselves."""
        self.context = self.context
        self._more_context = words

    def note(self, field: str, part: str, line: int, rule: str, text: str) -> None:
        """Says where one field was read, and by which rule."""
        if len(text) > _MAX_EVIDENCE_TEXT:
            text = text[:_MAX_EVIDENCE_TEXT] + "…"
        if not text.isprintable() or "  " in text:
            text = clean_text(text)
        self.evidence.append((field, part, line, rule, text.strip()))

    def place_of(self, *fields: str) -> tuple[str, int]:
        """Part and line where the first of some fields that was read was read first; ("", 0) for none.

        What was outranked does not count.
        """
        for field in fields:
            for name, part, line, _, _ in self.evidence[self._outranked.get(field, 0) :]:
                if name == field:
                    return part, line
        return "", 0

    def outrank(self, field: str) -> None:
        """Says that what was read of one field does not count; it stays in the evidence."""
        start = self._outranked.get(field, 0)
        self._outranked = {**self._outranked, field: len(self.evidence)}
        self.evidence[start:] = [
            (name, part, line, f"outranked: {rule}" if name == field else rule, text)
            for name, part, line, rule, text in self.evidence[start:]
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
