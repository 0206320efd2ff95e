"""The ranks: of all that speaks for a reason, the highest wins. `docs/rules.md` prints this table.

The numbers have no unit; only their order and a few distances count. The line above each says why it stands
where it stands.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

#: From here on the words are a rule's of the user's own, who decides himself whose address they mean.
OWN_WORDS_RANK: Final = 96
#: Words that the reply denies, or that are about its content: no claim at all.
DENIED_RANK: Final = -1
#: A rule of the user's own: whoever reads his own bounces knows best.
USER_RANK: Final = 100
#: Words that a provider is known to use: it means by them what it says it means, whatever the code.
PROVIDER_RANK: Final = 90
#: What a mail service's event says certainly ("on our own suppression list"): before words that it quotes.
CERTAIN_EVENT_RANK: Final = 95
#: Strong words: they are said for this reason only.
STRONG_RANK: Final = 80
#: An enhanced code that nobody sends for anything else (5.1.10): before normal words.
DELIBERATE_STATUS_RANK: Final = 75
#: Normal words: they name the reason.
NORMAL_RANK: Final = 70
#: What a provider means by a code, an enhanced one or a number behind its words (OFR_506): after anybody's
#: plain words, in place of what the registry means by it.
PROVIDER_CODE_RANK: Final = 69
#: A provider's codes of a range (5.7.5*): it has other codes within it.
PROVIDER_RANGE_RANK: Final = 65
#: An enhanced code that names a reason (5.2.2): after words, which are seldom wrong; codes often are.
SPECIFIC_STATUS_RANK: Final = 60
#: Weak words ("mailbox unavailable"): said for other reasons too, so a specific enhanced code goes before.
WEAK_RANK: Final = 50
#: How a mail service's event classifies a failure: it saw the reply, but has few classes for many things.
EVENT_RANK: Final = 45
#: A reply code that names a reason (552): there are few for many things, so weak words go before it.
SPECIFIC_REPLY_RANK: Final = 40
#: What a reply looks like (a learned guess), where that is sure: below words and codes that name a reason,
#: above codes and hints that are sent for anything. Never hard.
LEARNED_RANK: Final = 35
#: What lies below is a guess: never hard, and in conflict with nothing.
GUESS_RANK: Final = 32
#: An enhanced code that many systems send for anything (5.0.0, 5.7.1): any words that are more than a hint
#: go before it.
GENERIC_STATUS_RANK: Final = 30
#: Hints ("rejected"): better than a bare reply code, and no more.
HINT_RANK: Final = 25
#: What a reply looks like (a learned guess), where that is less sure: better than a bare reply code.
UNSURE_LEARNED_RANK: Final = 22
#: A reply code that is sent for anything (550): better than its first digit.
GENERIC_REPLY_RANK: Final = 20
#: The first digit of a code: when nothing else is left.
CLASS_RANK: Final = 10


class Weight(StrEnum):
    """What `weight` in a rule says of its words."""

    #: They are said for this reason only.
    STRONG = "strong"
    #: They name the reason.
    NORMAL = "normal"
    #: They are also said for other reasons.
    WEAK = "weak"
    #: They are better than a bare reply code, and no more.
    HINT = "hint"
    #: They are a number behind the words ("OFR_506"), as good as a provider's enhanced code.
    CODE = "code"


#: The rank of anybody's words, by their weight.
WEIGHTS = {
    Weight.STRONG: STRONG_RANK,
    Weight.NORMAL: NORMAL_RANK,
    Weight.WEAK: WEAK_RANK,
    Weight.HINT: HINT_RANK,
    Weight.CODE: PROVIDER_CODE_RANK,
}
#: How far words of each weight lie below the rank of their owner, where that is a provider or the user.
OWNED_BELOW = {Weight.STRONG: 0, Weight.NORMAL: 1, Weight.WEAK: 3, Weight.HINT: 4}
#: How far below the best claim others still dispute it, where a learned guess sides with them: strong words
#: and weak ones are further apart.
DISPUTED_WITHIN: Final = 25
#: How far a rule of the user's without words, on codes alone, lies below its words.
CODES_BELOW: Final = 5

#: Words of a rule of the user's own, elsewhere in the notice: what stands there may be about somebody else.
CONTEXT_USER_RANK: Final = 98
#: Strong words elsewhere in the notice: just below an enhanced code that names a reason.
CONTEXT_STRONG_RANK: Final = 58
#: Normal words elsewhere in the notice: still before weak ones in the reply itself.
CONTEXT_NORMAL_RANK: Final = 55
#: Weak words elsewhere in the notice: below any code that says something.
CONTEXT_WEAK_RANK: Final = 28
#: Hints elsewhere in the notice: below everything.
CONTEXT_HINT_RANK: Final = 5
#: The rank that words have elsewhere in the notice, by the rank that they have in the reply.
CONTEXT_RANKS = {
    USER_RANK: CONTEXT_USER_RANK,
    STRONG_RANK: CONTEXT_STRONG_RANK,
    NORMAL_RANK: CONTEXT_NORMAL_RANK,
    WEAK_RANK: CONTEXT_WEAK_RANK,
    HINT_RANK: CONTEXT_HINT_RANK,
}
#: How far all other ranks (a provider's words) fall there.
CONTEXT_DROP: Final = 20
#: An outcome ("could not be reached") elsewhere in the notice, at most: many say so, whatever the cause.
CONTEXT_OUTCOME_RANK: Final = 45

#: Claims that are nearer than this are equally believed: where they differ in type, nothing is hard.
ONE_STEP: Final = 10
#: Words take away those that are a part of them ("sending quota exceeded": "quota exceeded"), unless these
#: rank higher by more than this.
SAME_STRENGTH: Final = 10

#: From this rank on, how sure a verdict is. A conflict takes some away, a second rule that agrees adds some.
CONFIDENCE = (
    (USER_RANK, 0.99),
    (PROVIDER_RANK - OWNED_BELOW[Weight.HINT], 0.97),
    (STRONG_RANK, 0.96),
    (NORMAL_RANK, 0.92),
    (PROVIDER_RANGE_RANK, 0.92),
    (CONTEXT_STRONG_RANK, 0.85),
    (CONTEXT_NORMAL_RANK, 0.8),
    (WEAK_RANK, 0.65),
    (SPECIFIC_REPLY_RANK, 0.6),
    (LEARNED_RANK, 0.8),
    (GENERIC_STATUS_RANK, 0.4),
    (HINT_RANK, 0.3),
    (UNSURE_LEARNED_RANK, 0.5),
    (GENERIC_REPLY_RANK, 0.3),
    (0, 0.2),
)
#: How much less sure a code is beside words that no rule understands: they may deny it.
UNREAD_WORDS: Final = 0.1


def rank_of(weight: Weight, owner: int | None, *, has_words: bool, is_range: bool = False) -> int:
    """The rank of a rule. `owner`: USER_RANK, PROVIDER_RANK, or None for words of anybody.

    `has_words`: whether it looks for words; `is_range`: whether a code of it ends in `*`.
    """
    if owner is None or weight == Weight.CODE:
        return WEIGHTS[weight]
    if owner == PROVIDER_RANK and not has_words:
        return PROVIDER_RANGE_RANK if is_range else PROVIDER_CODE_RANK
    return owner - (OWNED_BELOW[weight] if has_words else CODES_BELOW)
