"""What the classifier says: `Verdict`."""

from __future__ import annotations

from dataclasses import dataclass

from dsnparse.classify.hard import Objection
from dsnparse.vocabulary import Action, Advice, BounceType, Reason


@dataclass(frozen=True, slots=True)
class Conflict:
    """Another rule that spoke for another reason, and was outranked."""

    rule: str
    reason: Reason
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a recipient did not get the message, and what that rests on."""

    reason: Reason
    bounce_type: BounceType
    advice: Advice
    #: The enhanced status code that was given, or that the text states.
    status: str | None
    #: `status`, or the code that follows from the reply code and the reason.
    effective_status: str | None
    reply_code: int | None
    #: The provider whose meaning of codes and phrases counted.
    provider: str | None
    #: 0.0 to 1.0.
    confidence: float
    #: "phrase.user_unknown.no_such_user", "provider.microsoft.5_4_1", "status.5.1.1", "reply.550", "class.5".
    rule: str
    #: The exact text that the rule matched.
    matched: str
    conflicts: tuple[Conflict, ...] = ()
    #: Why it is not hard, where the reason by itself would be.
    not_hard: Objection | None = None


_SETTLED = (Action.DELIVERED, Action.RELAYED, Action.EXPANDED)


def is_settled(action: Action | None) -> bool:
    """Whether the recipient's mail system took the message."""
    return action in _SETTLED


def advise(reason: Reason, advice: Advice | None, bounce_type: BounceType) -> Advice:
    """The advice that fits a reason and the bounce type it got here."""
    wanted = advice or reason.advice
    if bounce_type is BounceType.HARD:
        return advice or Advice.SUPPRESS
    if wanted is Advice.SUPPRESS:
        return Advice.RETRY if bounce_type is BounceType.SOFT else Advice.REVIEW
    if reason is Reason.UNDEFINED and bounce_type is BounceType.SOFT:
        return Advice.RETRY
    return wanted
