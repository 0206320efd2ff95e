"""Where words and codes speak for several reasons, what the reply looks like chooses among them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsnparse import Parser, classify_reply
from dsnparse.classify import arbiter
from dsnparse.classify.claim import Case, Claim
from dsnparse.classify.source import Source
from dsnparse.reply import Reply
from dsnparse.rulebook.ranks import DISPUTED_WITHIN, NORMAL_RANK, STRONG_RANK, USER_RANK, WEAK_RANK
from dsnparse.vocabulary import BounceType, Reason

PTR = "450 4.7.1 <kim@example.org>... Relaying temporarily denied. Cannot resolve PTR record for 192.0.2.8"
RELAY = "550 5.7.1 <kim@example.org>... Relaying denied. IP name possibly forged [192.0.2.8]"
RANKS = st.sampled_from([WEAK_RANK, NORMAL_RANK, STRONG_RANK])
SOURCES = st.sampled_from([Source.WORDS, Source.CODE, Source.CONTEXT])
CLAIMS = st.builds(Claim, RANKS, st.sampled_from(list(Reason)), st.just("a.rule"), st.just("text"), SOURCES)


@pytest.mark.parametrize(("reply", "reason"), [(PTR, Reason.MISSING_PTR), (RELAY, Reason.RELAY_DENIED)])
def test_of_two_causes_in_one_reply_the_one_it_looks_like_is_taken(reply: str, reason: Reason) -> None:
    verdict = classify_reply(reply)
    assert verdict.reason is reason
    assert {one.reason for one in verdict.conflicts} >= {Reason.MISSING_PTR, Reason.RELAY_DENIED} - {reason}


def test_evidence_says_that_the_guess_chose_and_by_which_words() -> None:
    (record,) = Parser().parse(_notice(RELAY)).records
    chosen = [entry.text for entry in record.evidence if entry.rule == "learned.chosen"]
    assert chosen == [classify_reply(RELAY).looks_like]
    assert "relay" in chosen[0]


def test_where_nothing_disputes_nothing_is_chosen() -> None:
    assert classify_reply("550 5.1.1 user unknown").looks_like is None


def test_a_rule_of_the_users_own_is_not_disputed() -> None:
    rule = {"id": "mine", "reason": "policy_violation", "phrases": ["relaying denied"], "examples": [RELAY]}
    verdict = Parser(rules=[{"rule": [rule]}]).classify_reply(RELAY)
    assert (verdict.reason, verdict.looks_like) == (Reason.POLICY_VIOLATION, None)


@settings(max_examples=300)
@given(st.lists(CLAIMS, min_size=1, max_size=6), st.sampled_from([PTR, RELAY, "550 no such user here, kim"]))
def test_it_takes_one_of_the_claims_and_never_one_for_hard_against_one_that_is_not(
    claims: list[Claim], text: str
) -> None:
    best = max(claims, key=lambda claim: claim.rank)
    reply = Reply.parse(text)
    taken, words = arbiter.chosen(best, claims, _case(reply), reply)
    assert any(taken is claim for claim in claims)
    assert (words is None) == (taken is best)
    assert taken.rank >= best.rank - DISPUTED_WITHIN
    if taken is not best and taken.reason.bounce_type is BounceType.HARD:
        assert best.reason.bounce_type is BounceType.HARD
    if best.rank == STRONG_RANK and best.reason.bounce_type is BounceType.HARD:
        assert taken.reason.bounce_type is BounceType.HARD


def test_whoever_outranks_strong_words_is_believed() -> None:
    reply = Reply.parse(RELAY)
    best = Claim(USER_RANK, Reason.SPAM_CONTENT, "user.mine", "denied", Source.WORDS)
    other = Claim(STRONG_RANK, Reason.RELAY_DENIED, "a.rule", "relaying denied", Source.WORDS)
    assert arbiter.chosen(best, [best, other], _case(reply), reply) == (best, None)


def _case(reply: Reply) -> Case:
    return Case(reply.status, reply.code, 5)


def _notice(reply: str) -> bytes:
    return (
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\nTo: me@example.net\nSubject: Undelivered Mail\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nNot delivered.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
        "Final-Recipient: rfc822; kim@example.org\nAction: failed\nStatus: 5.7.1\n"
        f"Diagnostic-Code: smtp; {reply}\n\n--b--\n"
    ).encode()
