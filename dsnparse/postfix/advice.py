"""What a decision of the store means to a mail server that has a recipient before it."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from dsnparse.store.queries.answer import Answer, Decision

#: Letters of a text: with what Postfix puts before it, one line of SMTP (RFC 5321 has 512).
TEXT_CHARS = 200
_UNPRINTABLE = re.compile(r"[^ -~]+")


class Step(StrEnum):
    """What the mail server should do."""

    PASS = "pass"  # noqa: S105  (no password)
    REJECT = "reject"
    DEFER = "defer"
    #: The store cannot be asked, and the operator wants mail to wait meanwhile.
    AWAY = "away"


class Advice(NamedTuple):
    """A step, and a line of text for the other side: printable ASCII, at most TEXT_CHARS."""

    step: Step
    text: str = ""

    @property
    def action(self) -> str:
        """As the right side of an access(5) table has it; "" for PASS."""
        return f"{_ACTIONS[self.step]} {self.text}" if self.step in _ACTIONS else ""


_ACTIONS = {Step.REJECT: "REJECT 5.7.1", Step.DEFER: "DEFER 4.7.1", Step.AWAY: "DEFER 4.3.0"}

PASS = Advice(Step.PASS)
AWAY = Advice(Step.AWAY, "the suppression list cannot be asked now, try again later")


def advice_of(decision: Decision) -> Advice:
    """Whether the recipient may be mailed; what is no address is for the mail server to refuse.

    The words are those that dsnparse reads as `suppressed`: a refusal by our own list must not look like news
    about the recipient.
    """
    if decision.answer is Answer.DONT:
        return Advice(Step.REJECT, _text("on the suppression list", "since", decision.since, decision.reason))
    if decision.answer is Answer.WAIT:
        return Advice(Step.DEFER, _text("on the suppression list", "until", decision.until, decision.reason))
    return PASS


def _text(what: str, word: str, when: datetime | None, reason: str | None) -> str:
    day = f" {word} {when.date().isoformat()}" if when else ""
    why = f": {reason}" if reason else ""
    return _UNPRINTABLE.sub("?", f"{what}{day}{why}")[:TEXT_CHARS]
