"""What the classifier says: `Verdict`, and how a reason becomes a bounce type for the case at hand."""

from __future__ import annotations

from dataclasses import dataclass

from dsnparse.model import Action
from dsnparse.vocabulary import Advice, BounceType, Reason
from dsnparse.wire.plain import Plain


@dataclass(frozen=True, slots=True)
class Conflict(Plain):
    """Another rule that spoke for another reason, and was outranked.

    Attributes:
        rule: The rule's id.
        reason: The reason that it spoke for.
        text: The exact text that it matched.
    """

    rule: str
    reason: Reason
    text: str


@dataclass(frozen=True, slots=True)
class Verdict(Plain):
    """Why a recipient did not get the message, and what that rests on.

    Attributes:
        reason: Why the recipient did not get the message.
        bounce_type: What the failure says about the address.
        advice: What the sender should do about the address.
        status: The enhanced status code that was given, or that the text states.
        effective_status: `status`, or the code that follows from the reply code and the reason.
        reply_code: The SMTP reply code (RFC 5321), such as 550.
        provider: The provider whose meaning of codes and phrases counted: "google", "microsoft", …
        confidence: 0.0 to 1.0: how sure `reason` and `bounce_type` are.
        rule: The rule that decided: "phrase.user_unknown.no_such_user", "status.5.1.1", "reply.550", …
        matched: The exact text that the rule matched.
        conflicts: The rules that spoke for another reason, and were outranked.
    """

    reason: Reason
    bounce_type: BounceType
    advice: Advice
    status: str | None
    effective_status: str | None
    reply_code: int | None
    provider: str | None
    confidence: float
    rule: str
    matched: str
    conflicts: tuple[Conflict, ...] = ()


#: What may be taken back later, or was said of a queue's last attempt: no reason to give up an address.
_SETTLED = (Action.DELIVERED, Action.RELAYED, Action.EXPANDED)


def is_settled(action: Action | None) -> bool:
    """Whether the recipient's mail system took the message."""
    return action in _SETTLED


def judge(
    reason: Reason,
    bounce_type: BounceType | None,
    action: Action | None,
    digit: int | None,
    *,
    specific: bool,
) -> BounceType:
    """The bounce type of a reason in its circumstances.

    `bounce_type`: what the rule itself says, if anything. `digit`: 4 or 5, from the reply or status code.
    `specific`: whether the reason rests on words or a code that say just that; nothing else makes it hard.
    """
    verdict = bounce_type or reason.bounce_type
    if action is Action.DELAYED:
        # Nothing has failed yet.
        return (
            BounceType.UNDETERMINED if verdict is BounceType.UNDETERMINED and digit != 4 else BounceType.SOFT
        )
    if reason is Reason.UNDEFINED and bounce_type is None:
        return BounceType.SOFT if digit == 4 else BounceType.UNDETERMINED
    if not specific and digit == 4 and verdict is BounceType.BLOCK:
        return BounceType.SOFT  # only a generic code says so, and it is a temporary one
    if not specific and digit == 5 and verdict is BounceType.SOFT:
        return BounceType.UNDETERMINED  # only a generic code says so, and it is a permanent one
    if verdict is not BounceType.HARD:
        return verdict
    if reason is Reason.MAILBOX_DISABLED and bounce_type is None and not _is_permanent(action, digit):
        return BounceType.SOFT
    if digit == 4 or not specific:
        # "450 user unknown" that expired: not soft, and not certain enough to silence somebody.
        return BounceType.UNDETERMINED
    return BounceType.HARD


def _is_permanent(action: Action | None, digit: int | None) -> bool:
    return digit == 5 or (digit is None and action is Action.FAILED)


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
