"""What a decision of the store means to a mail server that has a recipient before it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from dsnparse.store.lists.refusal import REJECT, refusal
from dsnparse.store.queries.answer import Answer, Decision


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


_ACTIONS = {Step.REJECT: REJECT, Step.DEFER: "DEFER 4.7.1", Step.AWAY: "DEFER 4.3.0"}

PASS = Advice(Step.PASS)
AWAY = Advice(Step.AWAY, "the suppression list cannot be asked now, try again later")


def advice_of(decision: Decision) -> Advice:
    """Whether the recipient may be mailed; what is no address is for the mail server to refuse."""
    if decision.answer is Answer.DONT:
        return Advice(Step.REJECT, refusal("since", decision.since, decision.reason))
    if decision.answer is Answer.WAIT:
        return Advice(Step.DEFER, refusal("until", decision.until, decision.reason))
    return PASS
