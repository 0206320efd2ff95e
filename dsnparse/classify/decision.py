"""From claims to a verdict: the highest rank wins, the rest is listed, and the confidence follows."""

from __future__ import annotations

from functools import cache

from dsnparse.classify.by_code import effective_status
from dsnparse.classify.verdict import Conflict, Verdict, advise, judge
from dsnparse.model import Action
from dsnparse.reply.spelling import Text
from dsnparse.rulebook.ranks import CONFIDENCE, GUESS_RANK, ONE_STEP, SPECIFIC_STATUS_RANK
from dsnparse.rulebook.rule import Rule
from dsnparse.vocabulary import BounceType, Reason

#: At most this many other opinions are listed.
MAX_CONFLICTS = 5
#: Between phrases of one weight the cause goes before what followed from it: these only tell the outcome.
OUTCOMES = {
    Reason.UNDEFINED: 6,
    Reason.SYSTEM_ERROR: 5,
    Reason.EXPIRED: 4,
    Reason.POLICY_VIOLATION: 3,
    Reason.MAILER_ERROR: 2,
    Reason.NETWORK_ERROR: 2,
    Reason.PROTOCOL_ERROR: 2,
    Reason.SENDER_REJECTED: 1,
    Reason.CONTENT_REJECTED: 1,
}
#: One thing that speaks for a reason: rank, outcome (0 or less), length, minus its place, reason, name of the
#: rule, exact text, the rule.
Claim = tuple[int, int, int, int, Reason, str, str, Rule | None]


def words_claim(rule: Rule, text: Text, start: int, length: int, rank: int) -> Claim:
    """What the words of a rule at a place in the text speak for."""
    # A rule that also asks for codes is the more exact one.
    weight = length + 100 if rule.status or rule.reply or rule.status_prefixes else length
    reason = rule.reason
    return (
        rank,
        -OUTCOMES.get(reason, 0),
        weight,
        -start,
        reason,
        rule.id,
        text.shown[start : start + length],
        rule,
    )


def decide(
    claims: list[Claim],
    status: str | None,
    reply_code: int | None,
    digit: int | None,
    action: Action | None,
    certain: str | None,
) -> Verdict:
    """The verdict of the claims. `digit`: 4 or 5. `certain`: the provider that speaks."""
    if not claims:
        bounce_type = judge(Reason.UNDEFINED, None, action, digit, specific=False)
        return Verdict(
            Reason.UNDEFINED, bounce_type, advise(Reason.UNDEFINED, None, bounce_type), status,
            status or effective_status(Reason.UNDEFINED, digit, action), reply_code, None, 0.0, "none", "",
        )  # fmt: skip
    rank, _, _, _, reason, name, shown, owner = claims[0] if len(claims) == 1 else max(claims, key=_order)
    own_type = owner.bounce_type if owner else None
    bounce_type = judge(reason, own_type, action, digit, specific=rank > GUESS_RANK)
    conflicts: tuple[Conflict, ...] = ()
    agreed = False
    for claim in claims:
        if claim[4] is reason:
            agreed = agreed or claim[5] != name
        elif claim[0] > GUESS_RANK and len(conflicts) < MAX_CONFLICTS:
            conflict = Conflict(claim[5], claim[4], claim[6])
            conflicts = conflicts if conflict in conflicts else (*conflicts, conflict)
            if (
                bounce_type is BounceType.HARD
                and rank < SPECIFIC_STATUS_RANK
                and claim[0] > rank - ONE_STEP
                and claim[4].bounce_type is not BounceType.HARD
                and claim[4] not in OUTCOMES
            ):
                bounce_type = BounceType.UNDETERMINED  # a notice that lists what may have happened
    return Verdict(
        reason,
        bounce_type,
        advise(reason, owner.advice if owner else None, bounce_type),
        status,
        status or effective_status(reason, digit, action),
        reply_code,
        owner.provider if owner and owner.provider else certain,
        _confidence(rank, reason, agreed, conflicts),
        name,
        shown.strip(),
        conflicts,
    )


def _order(claim: Claim) -> tuple[int, int, int, int, str]:
    return claim[0], claim[1], claim[2], claim[3], claim[5]


@cache
def _sure(rank: int) -> float:
    return next(value for least, value in CONFIDENCE if rank >= least)


def _confidence(rank: int, reason: Reason, agreed: bool, conflicts: tuple[Conflict, ...]) -> float:
    sure = _sure(rank)
    if conflicts:
        for other in dict.fromkeys(conflict.reason for conflict in conflicts):
            sure -= 0.1 if other.bounce_type is not reason.bounce_type else 0.04
    if agreed:
        sure += (1 - sure) / 3
    return round(min(max(sure, 0.05), 0.99), 2)
