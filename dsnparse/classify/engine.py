"""`classify`: from a diagnostic and its codes to a reason, in the order of what can be trusted most.

The user's own rules, then what a known provider means by its words and codes, then specific phrases, specific
enhanced codes, weak phrases, specific reply codes, generic codes, the class digit. One rank per step; the
highest wins, and those it beats are listed as conflicts when they speak for another reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from os import PathLike

from dsnparse.classify.by_code import code_claims, specific_status
from dsnparse.classify.decision import OUTCOMES, Claim, decide, words_claim
from dsnparse.classify.providers import by_suffix, find_speakers, table_of
from dsnparse.classify.verdict import Verdict, is_settled
from dsnparse.model import Action
from dsnparse.reply.spelling import find_codes, read_text
from dsnparse.rulebook.files import builtin, load_rules
from dsnparse.rulebook.matcher import Hit, RuleSet
from dsnparse.rulebook.rule import USER_RANK, WEIGHTS
from dsnparse.vocabulary import Advice, BounceType, Reason

#: Words elsewhere in the notice: below what the diagnostic and its codes say specifically, above weak words.
CONTEXT_RANKS = {
    USER_RANK: 98,
    WEIGHTS["strong"]: 58,
    WEIGHTS["normal"]: 55,
    WEIGHTS["weak"]: 28,
    WEIGHTS["hint"]: 5,
}
CONTEXT_PROVIDER_DROP = 20
#: "The following recipients could not be reached" is in many a notice, whatever the cause.
CONTEXT_OUTCOME_RANK = 45
#: A phrase takes away another that is a part of it unless that one ranks higher by more than this.
SAME_STRENGTH = 10
_STRONG, _NORMAL = WEIGHTS["strong"], WEIGHTS["normal"]
_HOST_IN_TEXT = re.compile(
    r"\b(?:host|server|from|to) <?([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8})[ .]?(?=[\[ (>:])"
)
_COMMAND_IN_TEXT = re.compile(
    r"(?:reply to|after|response to|to) (?:the )?"
    r"(rcpt to|mail from|end of data|data|helo|ehlo|pipelined \w{4}|initial conn)"
)
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


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
    if rules is None:
        rules = builtin()
    text = read_text(diagnostic)
    found_reply, found_status = find_codes(text.shown)
    reply_code = reply_code or found_reply
    status = _best_status(status, found_status)
    if is_settled(action):
        return Verdict(
            Reason.UNDEFINED, BounceType.UNDETERMINED, Advice.NONE, status, status, reply_code, None, 1.0,
            f"action.{action}", "",
        )  # fmt: skip
    digit = _digit(status, reply_code, action)
    command = _command(smtp_command, text.low)
    hits, marked = rules.search(text.low)
    if not hosts:
        found = _HOST_IN_TEXT.search(text.low)
        hosts = (found[1],) if found else ()
    certain, involved = find_speakers(provider, hosts, recipient, marked, rules.hosts, rules.domains)
    case = (status, reply_code, digit, command)
    held = _holding(rules, hits, text.low, case, involved)
    claims: list[Claim] = code_claims(status, reply_code, digit, command)
    for rule, start, length in held:
        claims.append(words_claim(rule, text, start, length, rule.rank))
    if context and not _is_enough(held, status):
        extra = read_text(context)
        hits, marked = rules.search(extra.low)
        if marked and certain is None:
            certain, involved = find_speakers(provider, hosts, recipient, marked, rules.hosts, rules.domains)
        for rule, start, length in _holding(rules, hits, extra.low, case, involved):
            rank = CONTEXT_RANKS.get(rule.rank) or rule.rank - CONTEXT_PROVIDER_DROP
            if rule.reason in OUTCOMES:
                rank = min(rank, CONTEXT_OUTCOME_RANK)
            claims.append(words_claim(rule, extra, start, length, rank))
    if certain is not None:
        for row in rules.code_rows(certain):
            if row.allows(f" {text.low} ", *case):
                shown = (status if row.status or row.status_prefixes else "") or str(reply_code or "")
                claims.append((row.rank, 0, 0, 0, row.reason, row.id, shown, row))
    verdict = decide(claims, status, reply_code, digit, action, certain)
    if verdict.provider is not None and hosts:
        # "filter", "hosting" and "sending_service" are tables of several; the host tells which of them.
        name = by_suffix(hosts[0], rules.called)
        if name is not None and by_suffix(hosts[0], rules.hosts) == verdict.provider:
            return replace(verdict, provider=name)
    return verdict


def classify_reply(
    reply: str, provider: str | None = None, *, rules: Sequence[str | PathLike[str]] | RuleSet = ()
) -> Verdict:
    """Says what one SMTP reply means, of one or several lines, with or without its codes.

    `reply`: "550 5.1.1 <x@example.com>... User unknown", "smtp; 550 no such user", "mailbox is full".
    `provider`: who said it, when known: "google", or another of `dsnparse.providers()`.
    `rules`: paths of TOML files with rules of your own, which win over the built-in ones. They are read at
    each call: for many replies, use `Parser(rules=…).classify_reply`, or pass what `load_rules` gave.

    Raises TypeError when `reply` is no str, ValueError for a provider that no rule knows, and RuleError (a
    ValueError) for a file of rules that cannot be used.
    """
    if not isinstance(reply, str):
        raise TypeError(
            f"classify_reply() reads text: pass the SMTP reply as str, not {type(reply).__name__}."
        )
    if not isinstance(rules, RuleSet):
        rules = load_rules(rules) if rules else builtin()
    if provider is None:
        return classify(reply, rules=rules)
    table = table_of(provider, rules)
    verdict = classify(reply, provider=table, rules=rules)
    return replace(verdict, provider=provider) if verdict.provider == table else verdict


def _best_status(given: str | None, found: str | None) -> str | None:
    """The code of the Status field, unless it is X.0.0 and the text states one that says more."""
    if given is None:
        return found
    if not _STATUS.fullmatch(given):
        match = _STATUS.search(given)
        given = match[0] if match else None
    if given is None or (found is not None and given.endswith(".0.0") and not found.endswith(".0.0")):
        return found or given
    return given


def _digit(status: str | None, reply_code: int | None, action: Action | None) -> int | None:
    """4 or 5: from the reply code, else the status, else the action.

    A queue that gives up with a bare 4.0.0 says nothing about the last attempt.
    """
    if reply_code is not None and reply_code >= 400:
        return reply_code // 100
    if status is not None and status[0] in "45" and not (status == "4.0.0" and action is Action.FAILED):
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


def _is_enough(hits: list[Hit], status: str | None) -> bool:
    """Whether the diagnostic speaks for itself, so that the rest of the notice need not be looked at."""
    best = 0
    for hit in hits:
        if hit[0].rank > best:
            best = hit[0].rank
    return best >= _STRONG or (best >= _NORMAL and (status is None or specific_status(status)))


def _holding(
    rules: RuleSet,
    hits: list[Hit],
    low: str,
    case: tuple[str | None, int | None, int | None, str],
    involved: frozenset[str],
) -> list[Hit]:
    """The hits whose conditions hold, without those whose words are only a part of another's words.

    "Quota exceeded" means nothing within "sending quota exceeded". A much weaker rule takes nothing away.
    """
    kept = []
    padded = f" {low} "
    for hit in hits:
        rule = hit[0]
        if (rule.provider is None or rule.provider in involved) and (
            not rule.conditional or rule.allows(padded, *case)
        ):
            kept.append(hit if hit[1] >= 0 else rules.locate(hit, low))
    if len(kept) < 2:
        return kept
    return [hit for hit in kept if not any(_covers(other, hit) for other in kept)]


def _covers(outer: Hit, inner: Hit) -> bool:
    rule, start, length = inner
    return (
        outer[2] > length
        and outer[1] <= start
        and outer[1] + outer[2] >= start + length
        and outer[0].rank >= rule.rank - SAME_STRENGTH
    )
