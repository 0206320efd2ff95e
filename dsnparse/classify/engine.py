"""`classify`: from a diagnostic and its codes to a reason, in the order of what can be trusted most.

The user's own rules, then what a known provider means by its words and codes, then specific phrases, specific
enhanced codes, weak phrases, specific reply codes, generic codes, the class digit. One rank per step; the
highest wins, and those it beats are listed as conflicts when they speak for another reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from dsnparse.classify.providers import Speakers, find_speakers
from dsnparse.classify.rules import PROVIDER_RANK, USER_RANK, WEIGHTS, Rule
from dsnparse.classify.ruleset import RuleSet, builtin
from dsnparse.classify.text import Text, find_codes, read_text
from dsnparse.classify.verdict import Conflict, Verdict, advise, is_settled, judge
from dsnparse.data import load
from dsnparse.model import Action
from dsnparse.reasons import Advice, BounceType, Reason

SPECIFIC_STATUS_RANK = 60
#: Words elsewhere in the notice: below what the diagnostic and its codes say specifically, above weak phrases.
CONTEXT_RANK = 55
SPECIFIC_REPLY_RANK = 40
CONTEXT_WEAK_RANK = 35
GENERIC_STATUS_RANK = 30
GENERIC_REPLY_RANK = 20
CLASS_RANK = 10

#: How sure a verdict of each rank is. Measured on labelled bounces; a conflict takes some of it away.
_CONFIDENCE = (
    (USER_RANK, 0.99),
    (PROVIDER_RANK, 0.97),
    (WEIGHTS["strong"], 0.96),
    (WEIGHTS["normal"], 0.92),
    (SPECIFIC_STATUS_RANK, 0.85),
    (CONTEXT_RANK, 0.8),
    (WEIGHTS["weak"], 0.65),
    (SPECIFIC_REPLY_RANK, 0.6),
    (GENERIC_STATUS_RANK, 0.4),
    (GENERIC_REPLY_RANK, 0.3),
    (CLASS_RANK, 0.2),
)
#: Between phrases of one weight the cause goes before what followed from it: these only tell the outcome.
_OUTCOMES = {
    Reason.UNDEFINED: 5,
    Reason.EXPIRED: 4,
    Reason.POLICY_VIOLATION: 3,
    Reason.NETWORK_ERROR: 3,
    Reason.PROTOCOL_ERROR: 3,
    Reason.SYSTEM_ERROR: 2,
    Reason.MAILER_ERROR: 2,
    Reason.SENDER_REJECTED: 1,
    Reason.CONTENT_REJECTED: 1,
}
_HOST_IN_TEXT = re.compile(
    r"\b(?:host|server|from|to) <?([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8})[ .]?(?=[\[ (>:])"
)
_COMMAND_IN_TEXT = re.compile(
    r"(?:reply to|after|response to|to) (?:the )?(rcpt to|mail from|end of data|data|helo|ehlo|pipelined \w{4}|initial conn)"
)
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


@dataclass(frozen=True, slots=True)
class _Claim:
    """One thing that speaks for a reason."""

    rank: int
    order: tuple[int, int, int]
    reason: Reason
    rule: str
    text: str
    owner: Rule | None = None


def classify(
    diagnostic: str,
    *,
    status: str | None = None,
    reply_code: int | None = None,
    action: Action | None = None,
    smtp_command: str | None = None,
    hosts: Sequence[str] = (),
    recipient: str | None = None,
    context: str = "",
    provider: str | None = None,
    rules: RuleSet | None = None,
) -> Verdict:
    """Say why a recipient did not get the message.

    `diagnostic`: what the mail system said of this recipient, as text. `status`: the enhanced code (RFC 3463)
    of the Status field. `reply_code`: the SMTP reply code. `action`: RFC 3464's action. `smtp_command`: the
    command that was refused ("RCPT"). `hosts`: names of the refusing host, then the reporting one.
    `recipient`: the failed address. `context`: other words of the notice about this recipient, believed less.
    `provider`: its name when the caller knows it. `rules`: from `load_rules`, else the package's own.

    Raises TypeError when `diagnostic` or `context` is no str. Any text is fine.
    """
    if not isinstance(diagnostic, str) or not isinstance(context, str):
        raise TypeError(
            "classify() reads text: pass diagnostic and context as str, decoded from the message."
        )
    rules = rules or builtin()
    text = read_text(diagnostic)
    status, reply_code = _codes(text, status, reply_code)
    digit = _digit(status, reply_code, action)
    if is_settled(action):
        return Verdict(
            Reason.UNDEFINED, BounceType.UNDETERMINED, Advice.NONE, status, status, reply_code, None, 1.0,
            f"action.{action}", "",
        )  # fmt: skip
    command = _command(smtp_command, text.low)
    hits, marked = rules.search(text.low)
    extra = read_text(context) if context else None
    extra_hits, extra_marked = rules.search(extra.low) if extra else ([], [])
    speakers = _speakers(rules, provider, hosts, recipient, marked or extra_marked, text.low)
    claims = [
        _of_words(hit.rule, text, hit.start, hit.length, hit.rule.rank)
        for hit in hits
        if hit.rule.allows(text.low, status, reply_code, digit, command)
        and (hit.rule.provider is None or hit.rule.provider in speakers.involved)
    ]
    if speakers.certain:
        claims += [
            _Claim(row.rank - 5, (0, 0, 0), row.reason, row.id, _code_text(row, status, reply_code), row)
            for row in rules.code_rows(speakers.certain)
            if row.allows(text.low, status, reply_code, digit, command)
        ]
    claims += _of_codes(status, reply_code, digit)
    if extra is not None:
        claims += [
            _of_words(hit.rule, extra, hit.start, hit.length, _context_rank(hit.rule))
            for hit in extra_hits
            if hit.rule.allows(extra.low, status, reply_code, digit, command)
            and (hit.rule.provider is None or hit.rule.provider in speakers.involved)
        ]
    return _decide(claims, status, reply_code, digit, action, speakers)


def classify_reply(reply: str, provider: str | None = None) -> Verdict:
    """Classify one SMTP reply, of one or several lines, with or without its codes.

    "550 5.1.1 <x@example.com>... User unknown", "smtp; 550 no such user", "mailbox is full". `provider`: who
    said it, when known ("google"). Raises TypeError when `reply` is no str.
    """
    if not isinstance(reply, str):
        raise TypeError(
            f"classify_reply() reads text: pass the SMTP reply as str, not {type(reply).__name__}."
        )
    return classify(reply, provider=provider)


def _codes(text: Text, status: str | None, reply_code: int | None) -> tuple[str | None, int | None]:
    found_reply, found_status = find_codes(text.shown)
    if status is not None and not _STATUS.fullmatch(status):
        found = _STATUS.search(status)
        status = found[0] if found else None
    if status is None or (
        found_status is not None
        and status != found_status
        and _is_generic(status)
        and not _is_generic(found_status)
    ):
        status = found_status or status
    return status, reply_code or found_reply


def _is_generic(status: str) -> bool:
    return status.endswith(".0.0")


def _digit(status: str | None, reply_code: int | None, action: Action | None) -> int | None:
    if reply_code is not None and reply_code >= 400:
        return reply_code // 100
    if status is not None and status[0] in "45":
        return int(status[0])
    return 4 if action is Action.DELAYED else None


def _command(given: str | None, low: str) -> str:
    if given:
        return given.split()[0].upper() if given.split() else ""
    found = _COMMAND_IN_TEXT.search(low)
    if found is None:
        return ""
    word = found[1].split()
    return {"end": "DATA", "initial": "CONN"}.get(
        word[0], word[-1] if word[0] == "pipelined" else word[0]
    ).upper()


def _speakers(
    rules: RuleSet,
    given: str | None,
    hosts: Sequence[str],
    recipient: str | None,
    marked: Sequence[str],
    low: str,
) -> Speakers:
    if not hosts:
        found = _HOST_IN_TEXT.search(low)
        hosts = (found[1],) if found else ()
    return find_speakers(given, hosts, recipient, marked, rules.hosts, rules.domains)


def _of_words(rule: Rule, text: Text, start: int, length: int, rank: int) -> _Claim:
    # A rule that also asks for codes is the more exact one.
    order = (-_OUTCOMES.get(rule.reason, 0), length + (100 if rule.has_codes else 0), -start)
    return _Claim(rank, order, rule.reason, rule.id, text.excerpt(start, length), rule)


def _context_rank(rule: Rule) -> int:
    if rule.rank >= PROVIDER_RANK:
        return rule.rank - 20
    return (
        CONTEXT_WEAK_RANK if rule.rank <= WEIGHTS["weak"] else CONTEXT_RANK + (rule.rank >= WEIGHTS["strong"])
    )


def _code_text(row: Rule, status: str | None, reply_code: int | None) -> str:
    return (status if row.status or row.status_prefixes else None) or str(reply_code or "")


@cache
def _code_reasons() -> dict[str, tuple[Reason, bool]]:
    table: dict[str, Any] = load("status_reasons")
    return {
        key: (Reason(row["reason"]), not row.get("generic", False))
        for part in ("status", "reply")
        for key, row in table[part].items()
    }


@cache
def _effective() -> dict[str, str]:
    return dict(load("status_reasons")["effective"])


def _of_codes(status: str | None, reply_code: int | None, digit: int | None) -> list[_Claim]:
    claims = []
    reasons = _code_reasons()
    none = (0, 0, 0)
    if status is not None:
        known = reasons.get(status) or reasons.get(status[2:])
        if not known:
            # RFC 3463 section 2: a detail that is not registered is read as "other" of its subject.
            other = f"{status.rsplit('.', 1)[0]}.0"
            known = reasons.get(other) or reasons.get(other[2:])
            known = (known[0], False) if known else None
        if known:
            rank = SPECIFIC_STATUS_RANK if known[1] else GENERIC_STATUS_RANK
            claims.append(_Claim(rank, none, known[0], f"status.{status}", status))
    if reply_code is not None:
        known = reasons.get(str(reply_code))
        if known:
            rank = SPECIFIC_REPLY_RANK if known[1] else GENERIC_REPLY_RANK
            claims.append(_Claim(rank, none, known[0], f"reply.{reply_code}", str(reply_code)))
    if digit is not None and not claims:
        claims.append(_Claim(CLASS_RANK, none, Reason.UNDEFINED, f"class.{digit}", status or str(digit)))
    return claims


def _decide(
    claims: list[_Claim],
    status: str | None,
    reply_code: int | None,
    digit: int | None,
    action: Action | None,
    speakers: Speakers,
) -> Verdict:
    if not claims:
        bounce_type = judge(Reason.UNDEFINED, None, action, digit, specific=False)
        return Verdict(
            Reason.UNDEFINED, bounce_type, advise(Reason.UNDEFINED, None, bounce_type), status,
            status or _derive(Reason.UNDEFINED, digit, action), reply_code, None, 0.0, "none", "",
        )  # fmt: skip
    best = max(claims, key=lambda claim: (claim.rank, claim.order, claim.rule))
    specific = best.rank > GENERIC_STATUS_RANK
    owner = best.owner
    bounce_type = judge(best.reason, owner.bounce_type if owner else None, action, digit, specific=specific)
    conflicts = tuple(
        Conflict(claim.rule, claim.reason, claim.text)
        for claim in claims
        if claim.reason is not best.reason and claim.rank > GENERIC_STATUS_RANK
    )
    return Verdict(
        reason=best.reason,
        bounce_type=bounce_type,
        advice=advise(best.reason, owner.advice if owner else None, bounce_type),
        status=status,
        effective_status=status or _derive(best.reason, digit, action),
        reply_code=reply_code,
        provider=(owner.provider if owner and owner.provider else speakers.certain),
        confidence=_confidence(best, claims, conflicts),
        rule=best.rule,
        matched=best.text,
        conflicts=conflicts,
    )


def _confidence(best: _Claim, claims: list[_Claim], conflicts: tuple[Conflict, ...]) -> float:
    sure = next(value for rank, value in _CONFIDENCE if best.rank >= rank)
    others = {conflict.reason for conflict in conflicts}
    for reason in others:
        sure -= 0.1 if reason.bounce_type is not best.reason.bounce_type else 0.04
    if any(claim.reason is best.reason and claim.rule != best.rule for claim in claims):
        sure += (1 - sure) / 3
    return round(min(max(sure, 0.05), 0.99), 2)


def _derive(reason: Reason, digit: int | None, action: Action | None) -> str | None:
    if digit is None:
        if reason is Reason.UNDEFINED and action is None:
            return None
        digit = 4 if action is Action.DELAYED or reason.bounce_type is BounceType.SOFT else 5
    return f"{digit}.{_effective()[reason]}"
