"""From claims to a verdict: the highest rank wins, the rest is listed, and the confidence follows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from dsnparse.classify.arbiter import chosen
from dsnparse.classify.by_code import effective_status
from dsnparse.classify.claim import OUTCOMES, Case, Claim, order
from dsnparse.classify.hard import may_be_hard
from dsnparse.classify.objection import Objection
from dsnparse.classify.source import Source
from dsnparse.classify.verdict import Conflict, Verdict, advise
from dsnparse.reply import Reply
from dsnparse.rulebook.ranks import (
    CONFIDENCE,
    GUESS_RANK,
    NORMAL_RANK,
    ONE_STEP,
    SPECIFIC_STATUS_RANK,
    STRONG_RANK,
    UNREAD_WORDS,
)
from dsnparse.vocabulary import Action, BounceType, Reason

#: Members that are asked for several times a reply: an enum looks for them each time.
_WORDS, _CONTEXT, _CODE, _EVENT = Source.WORDS, Source.CONTEXT, Source.CODE, Source.EVENT
_UNDEFINED, _HARD, _DELAYED = Reason.UNDEFINED, BounceType.HARD, Action.DELAYED
#: At most this many other opinions are listed.
MAX_CONFLICTS: Final = 5

#: A code that says more than its subject; RFC 3463 has subjects 0 to 7.
_SPECIFIC: Final = re.compile(r"[45]\.[0-7]\.[1-9]\d{0,2}")
#: The gate's objections after which a failure counts as one that may work later.
_PASSING: Final = (Objection.DELAYED, Objection.NOT_FINAL)


def decide(claims: Sequence[Claim], case: Case, reply: Reply) -> Verdict:
    """The verdict of the claims about one failure, whose reply is `reply`."""
    if not claims:
        bounce_type = BounceType.SOFT if case.digit == 4 else BounceType.UNDETERMINED
        return Verdict(
            Reason.UNDEFINED, bounce_type, advise(Reason.UNDEFINED, None, bounce_type), case.status,
            _code_of(reply, None) or case.status
            or effective_status(Reason.UNDEFINED, case.digit, case.action),
            case.reply_code, None, 0.0, "none", "",
        )  # fmt: skip
    looks_like = None
    if len(claims) == 1:
        best = claims[0]
    else:
        best = _plainest(_confirmed(_first(claims), claims), claims)
        best, looks_like = chosen(best, claims, case, reply)
    agreed = False
    conflicts: tuple[Conflict, ...] = ()
    is_doubtful = False
    reason, is_code = best.reason, best.source is _CODE
    #: The rank of the best words that say the same as a code.
    borne_out = 0
    if is_code:
        borne_out = max(
            (one.rank for one in claims if one.source is _WORDS and one.reason is reason), default=0
        )
    for claim in claims:
        if claim.reason is reason:
            agreed = agreed or claim.rule != best.rule
        elif claim.rank > GUESS_RANK and len(conflicts) < MAX_CONFLICTS:
            conflict = Conflict(claim.rule, claim.reason, claim.text, claim.source)
            conflicts = conflicts if conflict in conflicts else (*conflicts, conflict)
            is_doubtful = is_doubtful or _casts_doubt(claim, best)
        if is_code and claim.source is _WORDS and claim.rank > borne_out:
            is_doubtful = is_doubtful or _is_another_matter(claim.reason)
    is_doubtful = is_doubtful or (len(conflicts) > 1 and _is_outweighed(best, conflicts))
    bounce_type, objection = bounce_type_of(best, case, is_doubtful=is_doubtful)
    return Verdict(
        best.reason,
        bounce_type,
        advise(best.reason, best.advice, bounce_type),
        case.status,
        _code_of(reply, best) or case.status or effective_status(best.reason, case.digit, case.action),
        case.reply_code,
        best.provider or case.provider,
        _confidence(best, agreed, conflicts, is_unread=is_code and _is_unread(best, claims, case)),
        best.rule,
        best.text.strip(),
        conflicts,
        best.source,
        objection,
        looks_like,
    )


def bounce_type_of(
    claim: Claim, case: Case, *, is_doubtful: bool = False
) -> tuple[BounceType, Objection | None]:
    """The bounce type that a claim has in its case; and why it is not hard, where its reason would be."""
    wanted = claim.bounce_type or claim.reason.bounce_type
    if wanted is _HARD:
        hard, objection = may_be_hard(claim, case, is_doubtful=is_doubtful)
        if hard:
            return _HARD, None
        passes = objection in _PASSING or (
            objection is Objection.FOR_NOW and claim.reason is not Reason.USER_UNKNOWN
        )
        return (BounceType.SOFT if passes else BounceType.UNDETERMINED), objection
    if case.action is _DELAYED:
        return (BounceType.UNDETERMINED if wanted is BounceType.UNDETERMINED and case.digit != 4
                else BounceType.SOFT), None  # fmt: skip
    if claim.reason is _UNDEFINED and claim.bounce_type is None:
        return (BounceType.SOFT if case.digit == 4 else BounceType.UNDETERMINED), None
    if claim.rank <= GUESS_RANK and case.digit == 4 and wanted is BounceType.BLOCK:
        return BounceType.SOFT, None  # only a generic code says so, and it is a temporary one
    if claim.rank <= GUESS_RANK and case.digit == 5 and wanted is BounceType.SOFT:
        return BounceType.UNDETERMINED, None  # only a generic code says so, and it is a permanent one
    return wanted, None


def _first(claims: Sequence[Claim]) -> Claim:
    """The claim that is believed first."""
    best, rank = claims[0], claims[0].rank
    for claim in claims[1:]:
        if claim.rank > rank or (claim.rank == rank and order(claim) > order(best)):
            best, rank = claim, claim.rank
    return best


def _confirmed(best: Claim, claims: Sequence[Claim]) -> Claim:
    """`best`; where it is an event's class that names no reason, with the guessed reason that it confirms."""
    if best.source is not _EVENT or best.reason is not _UNDEFINED:
        return best
    guess = max((claim for claim in claims if claim is not best), key=order)
    return replace(best, reason=guess.reason) if guess.reason.bounce_type is best.bounce_type else best


def _plainest(best: Claim, claims: Sequence[Claim]) -> Claim:
    """`best`; where its words only say what may be, those that leave no doubt, of the same or a provider's.

    "Mailbox unknown. Either there is no mailbox of this name, or you may not see it."
    """
    if best.objection is not Objection.ONLY_PERHAPS:
        return best
    for claim in claims:
        is_alike = claim.source is _WORDS and claim.reason is best.reason and claim.rank >= STRONG_RANK
        is_the_providers = claim.provider is not None and claim.rank > GUESS_RANK
        if claim.objection is None and (is_alike or is_the_providers):
            return claim
    return best


def _is_another_matter(reason: Reason) -> bool:
    """Whether words for `reason` beside a code leave no room for an address that takes no mail."""
    return reason.bounce_type is BounceType.BLOCK or (
        reason.bounce_type is BounceType.SOFT and reason not in OUTCOMES
    )


def _casts_doubt(claim: Claim, best: Claim) -> bool:
    """Whether `best` only lists, as others do, what may have happened, or does not look like it at all."""
    if claim.source is Source.LEARNED:
        return best.rank <= SPECIFIC_STATUS_RANK and claim.reason.bounce_type is not BounceType.HARD
    if claim.source is Source.WORDS and claim.rank == best.rank >= STRONG_RANK:
        return claim.reason.bounce_type is BounceType.BLOCK and claim.reason not in OUTCOMES
    return (
        best.rank < SPECIFIC_STATUS_RANK
        and claim.rank > best.rank - ONE_STEP
        and claim.reason.bounce_type is not BounceType.HARD
        and claim.reason not in OUTCOMES
    )


def _is_outweighed(best: Claim, conflicts: Sequence[Conflict]) -> bool:
    """Whether other words and a code that names a reason agree on one that is not about the address.

    "554 5.2.2 Invalid mailbox settings, storage limit exceeded": two witnesses beside words that may err.
    """
    if best.rank > NORMAL_RANK:
        return False
    by_code = [one.reason for one in conflicts if one.source is _CODE]
    return any(
        one.source is _WORDS and one.reason in by_code and _is_another_matter(one.reason) for one in conflicts
    )


def _code_of(reply: Reply, claim: Claim | None) -> str | None:
    """The enhanced code in the reply that the verdict rests on; None when the reply states none.

    A queue gives its own code (4.4.7 expired, 5.0.0, 5.1.1) to what the remote host said with another: the
    code in the quoted reply counts, the specific one nearest before the words that decided.
    """
    if len(reply.statuses) < 2:
        return reply.statuses[0][1] if reply.statuses else None
    specific = [entry for entry in reply.statuses if _SPECIFIC.fullmatch(entry[1])] or reply.statuses
    place = -1 if claim is None else claim.place
    if claim is not None and claim.source is not Source.WORDS and claim.text:
        place = reply.low.find(claim.text.lower())
    before = [code for start, code in specific if start <= place]
    return before[-1] if before else specific[0][1]


@cache
def _sure(rank: int) -> float:
    return next(value for least, value in CONFIDENCE if rank >= least)


@cache
def _undisputed(rank: int, agreed: bool, is_unread: bool) -> float:
    """How sure a claim of a rank is where nothing else is claimed."""
    sure = _sure(rank) - (UNREAD_WORDS if is_unread else 0)
    return _rounded(sure + (1 - sure) / 3 if agreed else sure)


def _rounded(sure: float) -> float:
    return round(min(max(sure, 0.05), 0.99), 2)


def _is_unread(best: Claim, claims: Sequence[Claim], case: Case) -> bool:
    """Whether a code decides beside words that no rule understands."""
    return (
        best.source is _CODE
        and GUESS_RANK < best.rank <= SPECIFIC_STATUS_RANK
        and case.has_words
        and all(claim.source is not _WORDS for claim in claims)
    )


def _confidence(best: Claim, agreed: bool, conflicts: tuple[Conflict, ...], *, is_unread: bool) -> float:
    if not conflicts:
        return _undisputed(best.rank, agreed, is_unread)
    sure = _sure(best.rank) - (UNREAD_WORDS if is_unread else 0)
    for other in dict.fromkeys([conflict.reason for conflict in conflicts]):
        sure -= 0.1 if other.bounce_type is not best.reason.bounce_type else 0.04
    return _rounded(sure + (1 - sure) / 3 if agreed else sure)
