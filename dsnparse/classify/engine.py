"""`classify`: from a reply and its codes to a reason, in the order of what can be trusted most.

The user's own rules, then what a known provider means by its words and codes, then specific words, specific
enhanced codes, weak words, specific reply codes, generic codes, the class digit (`rulebook/ranks.py`). The
highest rank wins, and those it beats are listed as conflicts when they speak for another reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from os import PathLike

from dsnparse.classify.by_code import code_claims, specific_status
from dsnparse.classify.claim import Case, Claim, Source
from dsnparse.classify.decision import OUTCOMES, decide
from dsnparse.classify.objection import Objection
from dsnparse.classify.own_account import is_own_account
from dsnparse.classify.providers import by_suffix, find_speakers, table_of
from dsnparse.classify.subject import ADDRESS_REASONS, Sentences
from dsnparse.classify.verdict import Verdict, is_settled
from dsnparse.reply import Reply
from dsnparse.rulebook.files import builtin, load_rules
from dsnparse.rulebook.matcher import Hit, RuleSet
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
from dsnparse.vocabulary import Action, Advice, BounceType, Kind, Reason

#: A rule that also asks for codes is the more exact one: as if its words were so many characters longer.
_EXACT = 100
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


def classify(
    diagnostic: str | Reply,
    *,
    status: str | None = None,
    reply_code: int | None = None,
    action: Action | None = None,
    smtp_command: str | None = None,
    hosts: Sequence[str] = (),
    recipient: str | None = None,
    context: str = "",
    provider: str | None = None,
    claims: Sequence[Claim] = (),
    kind: Kind = Kind.BOUNCE,
    is_second_hand: bool = False,
    is_uncertain: bool = False,
    names_another: bool = False,
    rules: RuleSet | None = None,
) -> Verdict:
    """Say why a recipient did not get the message.

    `diagnostic`: what the mail system said of this recipient, as text or taken apart. `status`: the enhanced
    code (RFC 3463) of the Status field. `reply_code`: the SMTP reply code, where it is not the text's.
    `action`: RFC 3464's action. `smtp_command`: the command that was refused ("RCPT"). `hosts`: names of the
    refusing host, then the reporting one. `recipient`: the failed address. `context`: other words of the
    notice about this recipient, believed less. `provider`: its name when the caller knows it. `claims`: what
    else speaks for a reason (an event's class). `kind`, `is_second_hand`, `is_uncertain`,
    `names_another`: see `Case`.
    `rules`: from `load_rules`, else the package's own.

    Raises TypeError when `diagnostic` or `context` is no text. Any text is fine.
    """
    if not isinstance(diagnostic, (str, Reply)) or not isinstance(context, str):
        raise TypeError(
            "classify() reads text: pass diagnostic and context as str, decoded from the message."
        )
    if rules is None:
        rules = builtin()
    reply = diagnostic if isinstance(diagnostic, Reply) else Reply.parse(diagnostic)
    reply_code = reply_code or reply.code
    status = _best_status(status, reply.status)
    if is_settled(action):
        return Verdict(
            Reason.UNDEFINED, BounceType.UNDETERMINED, Advice.NONE, status, status, reply_code, None, 1.0,
            f"action.{action}", "",
        )  # fmt: skip
    if status is not None and status[0] == "2":
        status = None  # success, stated of a failure, says nothing
    if not hosts and reply.host:
        hosts = (reply.host.lower(),)
    hits, marked = rules.search(reply.low)
    certain, involved = find_speakers(provider, hosts, recipient, marked, rules.hosts, rules.domains)
    command = _command(smtp_command) or reply.command or ""
    case = Case(
        status,
        reply_code,
        _digit(status, reply_code, action),
        action,
        command,
        certain,
        kind,
        is_second_hand,
        is_uncertain,
        has_words=reply.has_words,
        is_own_account=is_own_account(status, reply_code, command),
        names_another=names_another,
    )
    held = _holding(rules, hits, reply, case, involved)
    all_claims = _words_claims(held, reply, case, Source.WORDS)
    if context and not _is_enough(held, status):
        extra = Reply.parse(context)
        hits, marked = rules.search(extra.low)
        if marked and certain is None:
            certain, involved = find_speakers(provider, hosts, recipient, marked, rules.hosts, rules.domains)
            case = case._replace(provider=certain)
        all_claims += _words_claims(_holding(rules, hits, extra, case, involved), extra, case, Source.CONTEXT)
    case, all_claims = _with_subject(case, all_claims, reply)
    meant = _provider_codes(rules, reply, case) if certain is not None else []
    all_claims += [*(code_claims(case, meant=meant) if meant else code_claims(case)), *meant, *claims]
    verdict = decide(all_claims, case, reply)
    if verdict.provider is not None and hosts:
        # "filter", "hosting" and "sending_service" are tables of several; the host tells which of them.
        name = by_suffix(hosts[0], rules.called)
        if name is not None and by_suffix(hosts[0], rules.hosts) == verdict.provider:
            return replace(verdict, provider=name)
    return verdict


def classify_reply(
    reply: str,
    provider: str | None = None,
    *,
    host: str | None = None,
    action: Action | None = None,
    rules: Sequence[str | PathLike[str]] | RuleSet = (),
) -> Verdict:
    """Says what one SMTP reply means, of one or several lines, with or without its codes.

    `reply`: "550 5.1.1 <x@example.com>... User unknown", "smtp; 550 no such user", "mailbox is full".
    `provider`: who said it, when known: "google", or another of `dsnparse.providers()`.
    `host`: the name of the server that said it, from which the provider follows. `action`: what became of the
    recipient, where that is known: "delayed" is never hard.
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
    hosts = (host,) if host else ()
    action = Action(action) if action is not None else None
    if provider is None:
        return classify(reply, hosts=hosts, action=action, rules=rules)
    table = table_of(provider, rules)
    verdict = classify(reply, hosts=hosts, action=action, provider=table, rules=rules)
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


def _command(given: str | None) -> str:
    return given.split()[0].upper() if given and not given.isspace() else ""


def _with_subject(case: Case, claims: list[Claim], reply: Reply) -> tuple[Case, list[Claim]]:
    """What the words say for the codes beside them: that they are about somebody else, or so for now."""
    if any(claim.objection is Objection.ABOUT_ANOTHER for claim in claims):
        return case._replace(is_about_another=True), [claim for claim in claims if claim.rank > DENIED_RANK]
    if not claims and case.has_words:
        sentences = Sentences(reply.sentences)
        return case._replace(
            is_about_another=sentences.is_about_another, is_for_now=sentences.are_for_now
        ), claims
    return case, claims


def _words_claims(hits: list[Hit], reply: Reply, case: Case, source: Source) -> list[Claim]:
    """What the words of rules in a text speak for: words about an address, when it is the recipient's."""
    claims = []
    sentences: Sentences | None = None
    for hit in hits:
        rule, start, length = hit
        rank = rule.rank if source is Source.WORDS else _context_rank(hit)
        weight = length + _EXACT if rule.status or rule.reply or rule.status_prefixes else length
        claim = Claim(
            rank, rule.reason, rule.id, reply.shown[start : start + length], source, start, weight,
            rule.bounce_type, rule.advice, rule.provider,
        )  # fmt: skip
        if rule.reason in ADDRESS_REASONS and rule.rank < OWN_WORDS_RANK:
            sentences = sentences or Sentences(reply.sentences)
            claim = _about(claim, sentences, length, case)
        claims.append(claim)
    return claims


def _about(claim: Claim, sentences: Sentences, length: int, case: Case) -> Claim:
    """`claim`, whose words would mean the recipient's address, as what they mean in their sentence."""
    reason, objection = sentences.subject_of(
        claim.place, length, claim.reason, is_strong=claim.rank >= STRONG_RANK
    )
    if case.is_own_account:
        reason, objection = Reason.POLICY_VIOLATION, Objection.OWN_ACCOUNT
    if reason is claim.reason:
        return claim if objection is None else claim._replace(objection=objection)
    if reason is None:
        return claim._replace(rank=DENIED_RANK, objection=objection)
    return claim._replace(reason=reason, objection=objection, bounce_type=None, advice=None)


def _context_rank(hit: Hit) -> int:
    rule = hit[0]
    rank = CONTEXT_RANKS.get(rule.rank) or rule.rank - CONTEXT_DROP
    return min(rank, CONTEXT_OUTCOME_RANK) if rule.reason in OUTCOMES else rank


def _provider_codes(rules: RuleSet, reply: Reply, case: Case) -> list[Claim]:
    """What the provider that speaks means by its codes, whatever the words."""
    claims: list[Claim] = []
    padded = f" {reply.sentences} "
    for row in rules.code_rows(case.provider or ""):
        if row.allows(padded, case.status, case.reply_code, case.digit, case.command):
            shown = (case.status if row.status or row.status_prefixes else "") or str(case.reply_code or "")
            claims.append(
                Claim(
                    row.rank, row.reason, row.id, shown, Source.CODE,
                    bounce_type=row.bounce_type, advice=row.advice, provider=row.provider,
                )
            )  # fmt: skip
    return claims


def _is_enough(hits: list[Hit], status: str | None) -> bool:
    """Whether the diagnostic speaks for itself, so that the rest of the notice need not be looked at."""
    best = 0
    for hit in hits:
        if hit[0].rank > best:
            best = hit[0].rank
    return best >= STRONG_RANK or (best >= NORMAL_RANK and (status is None or specific_status(status)))


def _holding(
    rules: RuleSet, hits: list[Hit], reply: Reply, case: Case, involved: frozenset[str]
) -> list[Hit]:
    """The hits whose conditions hold, without those whose words are only a part of another's words.

    "Quota exceeded" means nothing within "sending quota exceeded". A much weaker rule takes nothing away.
    """
    kept: list[Hit] = []
    padded = f" {reply.sentences} "
    for hit in hits:
        rule = hit[0]
        if (rule.provider is None or rule.provider in involved) and (
            not rule.conditional
            or rule.allows(padded, case.status, case.reply_code, case.digit, case.command)
        ):
            if hit[1] < 0:
                if rule.rank <= WEAK_RANK and any(other[0].rank >= NORMAL_RANK for other in kept):
                    continue  # plain words say more, and to find the place of a pattern takes time
                hit = rules.locate(hit, reply.low)
            kept.append(hit)
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
