"""What a code says by itself: enhanced status codes (RFC 3463) and SMTP reply codes (RFC 5321 section 4.2).

`data/codes.toml` has the registered facts, `status.py` the reason that follows from a code. A
detail that is not registered counts as "other" of its subject, an unknown subject as its class (RFC 3463
section 2); an unknown reply code goes by its first digit (RFC 5321 section 4.2.1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from dsnparse.classify.by_code import code_claims
from dsnparse.classify.claim import Case
from dsnparse.classify.decision import bounce_type_of
from dsnparse.classify.verdict import advise
from dsnparse.data import load
from dsnparse.rulebook.ranks import GENERIC_STATUS_RANK
from dsnparse.vocabulary import Advice, BounceType, Reason

#: RFC 3463 section 2: class 2, 4 or 5; subject and detail 0 to 999, without leading zeros.
STATUS = re.compile(r"([245])\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})", re.ASCII)
#: RFC 5321 section 4.2 has 2 to 5 and then 0 to 5; servers also send 471 and 571, so any second digit passes.
REPLY = re.compile(r"[2-5]\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class StatusCode:
    """A row of the IANA registry of enhanced status codes."""

    #: Without its class: "1.1".
    code: str
    title: str
    #: The reply codes that the registry pairs with it, as it writes them; "" where it names none.
    basic: str
    #: "RFC 3463"
    reference: str
    #: The classes with which the code makes sense: "5", "45", "245", …
    use: str


@dataclass(frozen=True, slots=True)
class ReplyCode:
    """An SMTP reply code that a standard defines or that is in use."""

    code: int
    title: str
    #: "RFC 5321"; "in use" where no standard defines it.
    reference: str


@dataclass(frozen=True, slots=True)
class CodeMeaning:
    """The reason that follows from a code when there is no text, or none that is understood."""

    reason: Reason
    bounce_type: BounceType
    advice: Advice
    #: A catch-all (5.0.0, 5.7.1, 550, every unknown detail): any phrase that is understood outranks it.
    generic: bool


@cache
def status_codes() -> dict[str, StatusCode]:
    """Every registered enhanced code by its subject and detail ("1.1"), in the order of the registry."""
    return {code: StatusCode(code, **row) for code, row in load("codes")["status"].items()}


@cache
def reply_codes() -> dict[int, ReplyCode]:
    """Every known SMTP reply code, in ascending order."""
    return {int(code): ReplyCode(int(code), **row) for code, row in load("codes")["reply"].items()}


def status_meaning(status: str) -> CodeMeaning | None:
    """What an enhanced status code ("5.1.1") says by itself.

    None for success (2.y.z) and for text that is no status code.
    """
    match = STATUS.fullmatch(status)
    if not match or match[1] == "2":
        return None
    return _meaning(status, None, int(match[1]))


def reply_meaning(code: int) -> CodeMeaning | None:
    """What an SMTP reply code (550) says by itself.

    None for success and intermediate replies (2xx, 3xx) and for numbers that are no reply code.
    """
    if not REPLY.fullmatch(str(code)) or code < 400:
        return None
    return _meaning(None, code, code // 100)


def _meaning(status: str | None, reply_code: int | None, digit: int) -> CodeMeaning:
    case = Case(status=status, reply_code=reply_code, digit=digit)
    claim = code_claims(case)[0]
    bounce_type, _ = bounce_type_of(claim, case)
    return CodeMeaning(
        claim.reason, bounce_type, advise(claim.reason, None, bounce_type), claim.rank <= GENERIC_STATUS_RANK
    )
