"""`verdict_on`: from a reply and its codes to a reason, in the order of what can be trusted most.

The user's own rules, then what a known provider means by its words and codes, then specific words, specific
enhanced codes, weak words, specific reply codes, generic codes, the class digit (`rulebook/ranks.py`). The
highest rank wins, and those it beats are listed as conflicts when they speak for another reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from dsnparse.classify.by_code import code_claims, provider_claims
from dsnparse.classify.by_words import holding, is_enough, words_claims
from dsnparse.classify.claim import Case, Claim
from dsnparse.classify.decision import decide
from dsnparse.classify.learned import learned_claims, looks_like_another_matter
from dsnparse.classify.objection import Objection
from dsnparse.classify.own_account import is_about_submission, is_own_account
from dsnparse.classify.providers import by_suffix, find_speakers
from dsnparse.classify.source import Source
from dsnparse.classify.subject import ADDRESS_REASONS, Sentences
from dsnparse.classify.verdict import Verdict, is_settled
from dsnparse.reply import Reply
from dsnparse.reply.codes import MAX_TEXT, first_codes
from dsnparse.reply.words import words_of
from dsnparse.rulebook.files import builtin
from dsnparse.rulebook.matcher import RuleSet
from dsnparse.rulebook.ranks import DENIED_RANK, SPECIFIC_STATUS_RANK, WEAK_RANK
from dsnparse.vocabulary import Action, Advice, BounceType, Kind, Reason

#: Members that are asked for with each reply: an enum looks for them each time.
_WORDS, _EVENT = Source.WORDS, Source.EVENT
_ABOUT_ANOTHER, _NO_BOUNCE = Objection.ABOUT_ANOTHER, Objection.NO_BOUNCE
_STATUS: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


def verdict_on(
    reply: Reply,
    *,
    status: str | None = None,
    reply_code: int | None = None,
    action: Action | None = None,
    smtp_command: str | None = None,
    hosts: Sequence[str] = (),
    recipient: str | None = None,
    context: str | Callable[[], str] = "",
    provider: str | None = None,
    claims: Sequence[Claim] = (),
    kind: Kind = Kind.BOUNCE,
    is_second_hand: bool = False,
    is_uncertain: bool = False,
    doubt: Objection | None = None,
    names_another: bool = False,
    rules: RuleSet | None = None,
) -> Verdict:
    """Why a recipient did not get the message whose refusal `reply` is; all else as in `classify`.

    `context` may be what gives the words, where that takes time: it is called only when they are needed.
    """
    if rules is None:
        rules = builtin()
    reply_code = reply_code or reply.code
    status = _best_status(status, reply.status)
    if action is not None and is_settled(action):
        return Verdict(
            Reason.UNDEFINED, BounceType.UNDETERMINED, Advice.NONE, status, status, reply_code, None, 1.0,
            f"action.{action}", "",
        )  # fmt: skip
    if status is not None and status[0] == "2":
        status = None  # success, stated of a failure, says nothing
    if not hosts and reply.host:
        hosts = (reply.host.lower(),)
    found = rules.search(reply.low)
    certain, involved = find_speakers(provider, hosts, recipient, found.marked, rules.hosts, rules.domains)
    command = _command(smtp_command) or reply.command or ""
    case = Case(
        status,
        reply_code,
        _digit(status, reply_code, action),
        action,
        command,
        certain,
        kind,
        doubt or _doubt_of(reply, status),
        is_second_hand,
        is_uncertain,
        has_words=reply.has_words,
        is_own_account=is_own_account(status, reply_code, command),
        names_another=names_another,
        is_event=bool(claims) and any(claim.source is _EVENT for claim in claims),
    )
    held = holding(rules, found, reply, case, involved)
    all_claims = words_claims(held, reply, case, _WORDS)
    is_told = is_enough(held, status) and not _are_only_perhaps(all_claims)
    around = "" if is_told else context if isinstance(context, str) else context()
    if around:
        extra = words_of(around[:MAX_TEXT])
        found = rules.search(extra.low)
        if found.marked and certain is None:
            certain, involved = find_speakers(
                provider, hosts, recipient, found.marked, rules.hosts, rules.domains
            )
            case.provider = certain
        all_claims += words_claims(holding(rules, found, extra, case, involved), extra, case, Source.CONTEXT)
    all_claims = _with_subject(case, all_claims, reply)
    meant = provider_claims(rules, reply, case) if certain is not None else []
    all_claims += _codes(case, meant)
    all_claims += [*meant, *claims]
    if reply.has_words and case.doubt is not _NO_BOUNCE and not _is_named(all_claims):
        all_claims += learned_claims(reply, case)
    verdict = decide(all_claims, case, reply)
    if verdict.provider is not None and hosts:
        # "filter", "hosting" and "sending_service" are tables of several; the host tells which of them.
        name = by_suffix(hosts[0], rules.called)
        if name is not None and by_suffix(hosts[0], rules.hosts) == verdict.provider:
            return replace(verdict, provider=name)
    return verdict


def _codes(case: Case, meant: Sequence[Claim]) -> Sequence[Claim]:
    """What the codes speak for; of the account that logs in none speaks for the recipient's address."""
    claims = code_claims(case, meant=meant)
    if not case.is_own_account:
        return claims
    return [claim for claim in claims if claim.reason not in ADDRESS_REASONS]


def _are_only_perhaps(claims: Sequence[Claim]) -> bool:
    """Whether the words say no more than what may be."""
    return bool(claims) and all(claim.objection is Objection.ONLY_PERHAPS for claim in claims)


def _is_named(claims: Sequence[Claim]) -> bool:
    """Whether words or a code that nobody sends for anything else name the reason."""
    for claim in claims:  # noqa: SIM110  (a loop is twice as fast as any())
        if claim.rank > SPECIFIC_STATUS_RANK:
            return True
    return False


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


def _doubt_of(reply: Reply, status: str | None) -> Objection | None:
    """What in the reply speaks against a failure of the recipient, whatever it says of one.

    It is one of success ("251 User not local; will forward"), or about the host that the sender submits to.
    """
    if is_about_submission(reply.shown):
        return Objection.OWN_ACCOUNT
    if status is None and reply.code is None and reply.shown.startswith("2"):
        return Objection.NO_BOUNCE if first_codes(reply.shown)[0] is not None else None
    return None


def _command(given: str | None) -> str:
    return given.split()[0].upper() if given and not given.isspace() else ""


def _with_subject(case: Case, claims: list[Claim], reply: Reply) -> list[Claim]:
    """The claims that words leave; and into `case`, whether they are about somebody else, or so for now."""
    for claim in claims:
        if claim.objection is _ABOUT_ANOTHER:
            case.is_about_another = True
            return [claim for claim in claims if claim.rank > DENIED_RANK]
    if case.has_words and all(claim.rank <= WEAK_RANK for claim in claims):
        sentences = Sentences(reply.sentences)
        case.is_about_another = sentences.is_about_another
        case.is_for_now = sentences.are_for_now
        if not claims and reply.statuses:
            case.is_unread = sentences.name_nobody or looks_like_another_matter(reply)
    return claims
