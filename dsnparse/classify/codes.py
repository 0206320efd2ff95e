"""What a code says by itself: enhanced status codes (RFC 3463) and SMTP reply codes (RFC 5321 section 4.2).

The rows are in `data/codes.toml`. A detail that is not registered counts as "other" of its subject, an
unknown subject as its class (RFC 3463 section 2); an unknown reply code goes by its first two digits
(RFC 5321 section 4.2.1).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from dsnparse.data import load
from dsnparse.reasons import Advice, BounceType, Reason

#: RFC 3463 section 2: class 2, 4 or 5; subject and detail 0 to 999, without leading zeros.
STATUS = re.compile(r"([245])\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})")
#: RFC 5321 section 4.2: first digit 2 to 5, second digit 0 to 5.
REPLY = re.compile(r"[2-5][0-5]\d")

#: What the second digit of an unknown reply code means (RFC 5321 section 4.2.1).
_BY_SECOND_DIGIT = {0: Reason.PROTOCOL_ERROR, 2: Reason.NETWORK_ERROR}


@dataclass(frozen=True, slots=True)
class CodeMeaning:
    """The reason that follows from a code when there is no text, or none that is understood."""

    #: The row that answered: "5.1.1"; "5.2" where only the subject is known; "5" for the class; "550"; "55".
    row: str
    reason: Reason
    bounce_type: BounceType
    advice: Advice
    #: A catch-all (5.0.0, 5.7.1, 550, every unknown detail): any phrase that is understood outranks it.
    generic: bool


@cache
def status_meaning(status: str) -> CodeMeaning | None:
    """What an enhanced status code ("5.1.1") says by itself.

    None for success (2.y.z) and for text that is no status code.
    """
    match = STATUS.fullmatch(status)
    if not match or match[1] == "2":
        return None
    class_, subject, detail = match.groups()
    column = "transient" if class_ == "4" else "permanent"
    codes: dict[str, Any] = load("codes")
    known = codes["status"].get(f"{subject}.{detail}")
    if known:
        return _meaning(status, Reason(known[column]), class_ == "4", generic=known.get("generic", False))
    group = codes["subject"].get(subject)
    if group:
        return _meaning(f"{class_}.{subject}", Reason(group[column]), class_ == "4", generic=True)
    return _meaning(class_, Reason(codes["class"][class_]["reason"]), class_ == "4", generic=True)


@cache
def reply_meaning(code: int) -> CodeMeaning | None:
    """What an SMTP reply code (550) says by itself.

    None for success and intermediate replies (2xx, 3xx) and for numbers that are no reply code.
    """
    if not REPLY.fullmatch(str(code)) or code < 400:
        return None
    known = load("codes")["reply"].get(str(code))
    if known:
        return _meaning(str(code), Reason(known["reason"]), code < 500, generic=known.get("generic", False))
    second = code // 10 % 10
    reason = _BY_SECOND_DIGIT.get(second, Reason.UNDEFINED)
    return _meaning(str(code // 10), reason, code < 500, generic=True)


@cache
def status_of_reply(code: int) -> str | None:
    """The enhanced code that follows from a reply code that states none (550 → "5.0.0", 421 → "4.3.0").

    None for 3xx, and for numbers that are no reply code. It is a derived code: never show it as a stated one.
    """
    if not REPLY.fullmatch(str(code)) or code // 100 == 3:
        return None
    known = load("codes")["reply"].get(str(code), {})
    status: str = known.get("status", f"{code // 100}.0.0")
    return status


def judge(reason: Reason, *, transient: bool) -> tuple[BounceType, Advice]:
    """The bounce type and advice for a reason, when its code is transient (4yz, 4.y.z) or permanent.

    A temporary answer never condemns an address: a "hard" reason becomes soft while the sender may try again.
    """
    if transient and reason.bounce_type in (BounceType.HARD, BounceType.UNDETERMINED):
        return BounceType.SOFT, Advice.RETRY
    return reason.bounce_type, reason.advice


def _meaning(row: str, reason: Reason, transient: bool, *, generic: bool) -> CodeMeaning:
    bounce_type, advice = judge(reason, transient=transient)
    return CodeMeaning(row, reason, bounce_type, advice, generic)
