"""What the words of a reply say: the rules that hold, and claims from them."""

from __future__ import annotations

from typing import Final

from dsnparse.classify.by_code import names, specific_status
from dsnparse.classify.claim import OUTCOMES, Case, Claim
from dsnparse.classify.objection import Objection
from dsnparse.classify.source import Source
from dsnparse.classify.subject import ADDRESS_REASONS, OF_A_MAILBOX, Sentences
from dsnparse.reply import Reply
from dsnparse.reply.words import Words
from dsnparse.rulebook.matcher import Found, Hit, RuleSet
from dsnparse.rulebook.ranks import (
    CONTEXT_DROP,
    CONTEXT_OUTCOME_RANK,
    CONTEXT_RANKS,
    DENIED_RANK,
    NORMAL_RANK,
    OWN_WORDS_RANK,
    SAME_STRENGTH,
    STRONG_RANK,
    WEAK_RANK,
)
from dsnparse.vocabulary import Reason

#: A rule that also asks for codes is the more exact one: as if its words were so many characters longer.
_EXACT: Final = 100
#: A member that is asked for with each claim: an enum looks for it each time.
_WORDS: Final = Source.WORDS
#: What a message is said to hold, and its host to be on; and what denies it, right before.
_OF_CONTENT: Final = (Reason.SPAM_CONTENT, Reason.VIRUS_DETECTED, Reason.BLOCKLISTED)
_NOT: Final = ("not ", "not a ", "not an ", "not any ", "n't ", "n't a ")
_NO: Final = ("no ", "no known ")


def holding(
    rules: RuleSet, found: Found, reply: Reply | Words, case: Case, involved: frozenset[str]
) -> list[Hit]:
    """The hits whose conditions hold, without those whose words are only a part of another's words.

    "Quota exceeded" means nothing within "sending quota exceeded". A much weaker rule takes nothing away.
    """
    kept: list[Hit] = []
    padded = "" if reply.sentences == reply.low else f" {reply.sentences} "
    there, conditions = found.there, rules.conditions
    digit = case.class_told
    best = 0
    for hit in found.hits:
        rule, place, number = hit
        if rule.provider is not None and rule.provider not in involved:
            continue
        if place < 0 and (
            (rule.rank <= WEAK_RANK and best >= NORMAL_RANK)  # plain words say more
            or (kept and kept[-1][0] is rule)  # another of its patterns is there; they follow each other
        ):
            continue  # to try a pattern takes time
        if rule.conditional:
            silencing, has_codes = conditions[rule.id]
            if silencing & there and (not padded or rule.is_silent(padded)):
                continue
            if has_codes and not rule.allows(case.status, case.reply_code, digit, case.command):
                continue
        if place < 0:
            located = rules.locate(number, reply.low)
            if located is None:
                continue
            hit = located
        if rule.rank > best:
            best = rule.rank
        kept.append(hit)
    if len(kept) < 2:
        return kept
    return [hit for hit in kept if not _is_covered(hit, kept)]


def _is_covered(hit: Hit, others: list[Hit]) -> bool:
    """Whether the words of a hit are a part of another's, which is about as strong or stronger."""
    rule, start, length = hit
    for other, first, more in others:
        if (
            more > length
            and first <= start
            and first + more >= start + length
            and other.rank >= rule.rank - SAME_STRENGTH
        ):
            return True
    return False


def is_enough(hits: list[Hit], status: str | None) -> bool:
    """Whether the diagnostic speaks for itself, so that the rest of the notice need not be looked at."""
    best = 0
    for hit in hits:
        if hit[0].rank > best:
            best = hit[0].rank
    return best >= STRONG_RANK or (best >= NORMAL_RANK and (status is None or specific_status(status)))


def words_claims(hits: list[Hit], reply: Reply | Words, case: Case, source: Source) -> list[Claim]:
    """What the words of rules in a text speak for: words about an address, when it is the recipient's."""
    claims = []
    sentences: Sentences | None = None
    for hit in hits:
        rule, start, length = hit
        is_of_address = rule.reason in ADDRESS_REASONS and rule.rank < OWN_WORDS_RANK
        if is_of_address and _is_in_a_name(hit, reply):
            continue
        rank = rule.rank if source is _WORDS else _context_rank(hit)
        weight = length + _EXACT if rule.status or rule.reply or rule.status_prefixes else length
        claim = Claim(
            rank, rule.reason, rule.id, reply.shown[start : start + length], source, start, weight,
            rule.bounce_type, rule.advice, rule.provider,
        )  # fmt: skip
        if is_of_address:
            sentences = sentences or Sentences(reply.sentences)
            _ask_whose(claim, sentences, length, case)
        elif rule.reason in _OF_CONTENT and _is_denied(rule.reason, reply.low, start):
            continue
        claims.append(claim)
    return claims


def _is_denied(reason: Reason, low: str, start: int) -> bool:
    """Whether a "not" stands right before such words at `start`: "This is NOT a spam block: …"."""
    return low.endswith(_NOT, 0, start) or (reason is Reason.VIRUS_DETECTED and low.endswith(_NO, 0, start))


def _is_in_a_name(hit: Hit, reply: Reply | Words) -> bool:
    """Whether anybody's words of a hit are a part of a link, or of the name of a filter's rule.

    "https://mx.example/user_unknown.html", "rule USER_UNKNOWN_BODY".
    """
    rule, start, length = hit
    if rule.provider is not None:
        return False
    end = start + length
    if reply.shown[end : end + 1] == "_" and reply.shown[start:end].isupper():
        return True
    if not reply.sentences[start:end].isspace():
        return False
    words = reply.low[start:end]
    return " " in words and "." not in words


def _ask_whose(claim: Claim, sentences: Sentences, length: int, case: Case) -> None:
    """Makes of `claim`, whose words would mean the recipient's address, what they mean in their sentence."""
    reason, objection = sentences.subject_of(
        claim.place,
        length,
        claim.reason,
        is_strong=claim.rank >= STRONG_RANK,
        is_coded=case.status is not None and names(case.status, claim.reason),
    )
    if case.is_own_account:
        reason, objection = Reason.POLICY_VIOLATION, Objection.OWN_ACCOUNT
    elif case.is_before_a_recipient and reason in OF_A_MAILBOX:
        reason, objection = Reason.SENDER_REJECTED, Objection.ABOUT_ANOTHER
    claim.objection = objection
    if reason is None:
        claim.rank = DENIED_RANK
    elif reason is not claim.reason:
        claim.reason, claim.bounce_type, claim.advice = reason, None, None


def _context_rank(hit: Hit) -> int:
    rule = hit[0]
    rank = CONTEXT_RANKS.get(rule.rank) or rule.rank - CONTEXT_DROP
    return min(rank, CONTEXT_OUTCOME_RANK) if rule.reason in OUTCOMES else rank
