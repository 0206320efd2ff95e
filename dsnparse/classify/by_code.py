"""What the codes alone say: claims from the enhanced code, the reply code and the class digit.

The table is `data/status_reasons.toml`. A generic code is one that many systems send for anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, Final

from dsnparse.classify.claim import Case, Claim
from dsnparse.classify.source import Source
from dsnparse.data import load
from dsnparse.reply import Reply
from dsnparse.rulebook.matcher import RuleSet
from dsnparse.rulebook.ranks import (
    CLASS_RANK,
    DELIBERATE_STATUS_RANK,
    GENERIC_REPLY_RANK,
    GENERIC_STATUS_RANK,
    SPECIFIC_REPLY_RANK,
    SPECIFIC_STATUS_RANK,
)
from dsnparse.vocabulary import Action, BounceType, Reason

_STATUS_RANKS: Final = {
    "deliberate": DELIBERATE_STATUS_RANK,
    "specific": SPECIFIC_STATUS_RANK,
    "generic": GENERIC_STATUS_RANK,
}
#: Codes whose claims are remembered, in all their combinations: few are in use.
_REMEMBERED: Final = 1024
_REPLY_RANKS: Final = {"specific": SPECIFIC_REPLY_RANK, "generic": GENERIC_REPLY_RANK}


@cache
def _tables() -> tuple[dict[str, tuple[Reason, int]], dict[str, tuple[Reason, int]], dict[Reason, str]]:
    table: dict[str, Any] = load("status_reasons")
    status = {
        key: (Reason(row["reason"]), _STATUS_RANKS[row.get("weight", "specific")])
        for key, row in table["status"].items()
    }
    reply = {
        key: (Reason(row["reason"]), _REPLY_RANKS[row.get("weight", "specific")])
        for key, row in table["reply"].items()
    }
    return status, reply, {Reason(key): value for key, value in table["effective"].items()}


def specific_status(status: str) -> bool:
    """Whether an enhanced code names a reason by itself."""
    known = _of_status(status)
    return known is not None and known[1] > GENERIC_STATUS_RANK


def names(status: str, reason: Reason) -> bool:
    """Whether an enhanced code names a reason by itself, and this one."""
    known = _of_status(status)
    return known is not None and known[0] is reason and known[1] > GENERIC_STATUS_RANK


def _of_status(status: str) -> tuple[Reason, int] | None:
    table = _tables()[0]
    known = table.get(status) or table.get(status[2:])
    if known is None:
        # RFC 3463 section 2: a detail that is not registered is read as "other" of its subject.
        other = f"{status.rsplit('.', 1)[0]}.0"
        known = table.get(other) or table.get(other[2:])
        return (known[0], GENERIC_STATUS_RANK) if known else None
    return known


def code_claims(case: Case, *, meant: Sequence[Claim] = ()) -> tuple[Claim, ...]:
    """What the codes of `case` speak for, without the enhanced one where `meant` says what it means here."""
    is_meant = any(claim.text == case.status for claim in meant)
    return _claims(case.status, case.reply_code, case.digit, case.command, case.has_words, is_meant)


@lru_cache(maxsize=_REMEMBERED)
def _claims(
    status: str | None,
    reply_code: int | None,
    digit: int | None,
    command: str,
    has_words: bool,
    is_meant: bool,
) -> tuple[Claim, ...]:
    claims: list[Claim] = []
    if status is not None and not is_meant:
        known = _of_status(status)
        if known is not None:
            rank = known[1] if known[0] is not Reason.UNDEFINED else CLASS_RANK
            claims.append(Claim(rank, known[0], f"status.{status}", status, Source.CODE))
    if reply_code is not None:
        table = _tables()[1]
        known = table.get(f"{reply_code} {command}") or table.get(str(reply_code))
        if known is not None:
            rank = known[1] if known[0] is not Reason.UNDEFINED else CLASS_RANK
            if rank == SPECIFIC_REPLY_RANK and (
                (has_words and known[0].bounce_type is BounceType.HARD)
                or (status is not None and status[2] not in "025")
            ):
                rank = GENERIC_REPLY_RANK  # "552 5.7.0" is no full mailbox, "552 …" need not be one
            claims.append(Claim(rank, known[0], f"reply.{reply_code}", str(reply_code), Source.CODE))
    if digit is not None and not claims:
        claims.append(
            Claim(CLASS_RANK, Reason.UNDEFINED, f"class.{digit}", status or str(digit), Source.CLASS)
        )
    return tuple(claims)


def provider_claims(rules: RuleSet, reply: Reply, case: Case) -> list[Claim]:
    """What the provider that speaks means by its codes, whatever the words."""
    claims: list[Claim] = []
    padded = f" {reply.sentences} "
    for row in rules.code_rows(case.provider or ""):
        if row.allows(case.status, case.reply_code, case.digit, case.command) and not row.is_silent(padded):
            shown = (case.status if row.status or row.status_prefixes else "") or str(case.reply_code or "")
            claims.append(
                Claim(
                    row.rank, row.reason, row.id, shown, Source.CODE,
                    bounce_type=row.bounce_type, advice=row.advice, provider=row.provider,
                )
            )  # fmt: skip
    return claims


def effective_status(reason: Reason, digit: int | None, action: Action | None) -> str | None:
    """The enhanced code that follows from a reason where the message states none."""
    if digit is None:
        if reason is Reason.UNDEFINED and action is None:
            return None
        digit = 4 if action is Action.DELAYED or reason.bounce_type is BounceType.SOFT else 5
    return f"{digit}.{_tables()[2][reason]}"
