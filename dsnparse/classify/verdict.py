"""What the classifier says: `Verdict`."""

from __future__ import annotations

from dataclasses import dataclass

from dsnparse.classify.objection import Objection
from dsnparse.classify.source import Source
from dsnparse.vocabulary import Action, Advice, BounceType, Reason
from dsnparse.wire.plain import Plain
from dsnparse.wire.quickly import made_quickly


@made_quickly
@dataclass(frozen=True, slots=True)
class Conflict(Plain):
    """Another rule that spoke for another reason, and was outranked.

    Attributes:
        rule: The rule's id.
        reason: The reason that it spoke for.
        text: The exact text that it matched.
        source: What it rests on.
    """

    rule: str
    reason: Reason
    text: str
    source: Source


@made_quickly
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
        source: What it rests on: the words of the reply, a code, …; None when nothing is known.
        not_hard: What kept it from being hard, where its reason would make it so.
        looks_like: The words that spoke most for it, where a learned guess chose between several opinions.
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
    source: Source | None = None
    not_hard: Objection | None = None
    looks_like: str | None = None


_SETTLED = (Action.DELIVERED, Action.RELAYED, Action.EXPANDED)
#: Members that are asked for with each reply: an enum looks for them each time.
_SUPPRESS, _UNDEFINED = Advice.SUPPRESS, Reason.UNDEFINED


def is_settled(action: Action | None) -> bool:
    """Whether the recipient's mail system took the message."""
    return action in _SETTLED


def advise(reason: Reason, advice: Advice | None, bounce_type: BounceType) -> Advice:
    """The advice that fits a reason and the bounce type it got here."""
    wanted = advice or reason.advice
    if bounce_type is BounceType.HARD:
        return advice or _SUPPRESS
    if wanted is _SUPPRESS:
        return Advice.RETRY if bounce_type is BounceType.SOFT else Advice.REVIEW
    if reason is _UNDEFINED and bounce_type is BounceType.SOFT:
        return Advice.RETRY
    return wanted
