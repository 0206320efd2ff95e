"""The learned guess: it is asked last, is never hard, names what it rests on, and takes a bounded time."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse import BounceType, Reason, classify_reply, parse_dsn
from dsnparse.classify import Objection, Source, engine
from dsnparse.classify.claim import Case, Claim
from dsnparse.classify.hard import may_be_hard
from dsnparse.classify.learned import MAX_FEATURES, MAX_WORDS, NAMED, features, guess, learned_claims, masked
from dsnparse.reply import Reply
from dsnparse.rulebook.ranks import LEARNED_RANK, UNSURE_LEARNED_RANK

#: In words that no rule has.
UNKNOWN = "550 <kim@example.com> such a user cannot be told apart"


@pytest.mark.parametrize("rank", [LEARNED_RANK, UNSURE_LEARNED_RANK])
def test_a_guess_never_passes_the_gate_to_hard(rank: int) -> None:
    claim = Claim(rank, Reason.USER_UNKNOWN, "learned", "no, user", Source.LEARNED)
    assert may_be_hard(claim, Case(digit=5), is_doubtful=False) == (False, Objection.LEARNED_GUESS)


@given(st.text(max_size=300), st.sampled_from(["", "550 ", "554 5.0.0 ", "421 "]))
def test_no_reply_that_a_guess_decides_is_hard(words: str, code: str) -> None:
    verdict = classify_reply(code + words)
    assert verdict.source is not Source.LEARNED or verdict.bounce_type is not BounceType.HARD


def test_words_that_no_rule_has_are_guessed_and_the_n_grams_that_spoke_most_are_named() -> None:
    verdict = classify_reply(UNKNOWN)
    assert (verdict.reason, verdict.bounce_type) == (Reason.USER_UNKNOWN, BounceType.UNDETERMINED)
    assert (verdict.rule, verdict.source) == ("learned", Source.LEARNED)
    known = features(masked(Reply.parse(UNKNOWN)), 550, None)
    named = verdict.matched.split(", ")
    assert 0 < len(named) <= NAMED
    assert known.issuperset(named)


@pytest.mark.parametrize(
    "reply",
    [
        "550 5.1.1 user unknown",
        "552 5.2.2 mailbox full",
        "554 5.7.1 blocked using zen.spamhaus.org",
        "450 4.2.0 Greylisted",
    ],
)
def test_plain_words_are_decided_without_it(reply: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> list[Claim]:
        raise AssertionError("asked")

    if not str(engine.__file__).endswith(".py"):
        pytest.skip("Compiled modules call each other directly: nothing can be put in between.")
    monkeypatch.setattr(engine, "learned_claims", refuse)
    classify_reply(reply)


@pytest.mark.parametrize(
    "reply", ["550", "550 5.1.1", "", "550 <kim@example.com>", "554 qwpf zrtk mlrr", "5.7.1", "550 user user"]
)
def test_a_reply_without_a_known_word_is_not_guessed(reply: str) -> None:
    parsed = Reply.parse(reply)
    assert learned_claims(parsed, Case(parsed.status, parsed.code)) == []


@pytest.mark.parametrize(
    "reply", ["undeliverable to <kim@example.com>", "550 delivery failed", "an error occurred"]
)
def test_words_that_tell_nothing_are_not_guessed(reply: str) -> None:
    assert classify_reply(reply).reason is Reason.UNDEFINED


def test_where_weak_words_and_a_sure_guess_disagree_the_verdict_says_so_and_is_less_sure() -> None:
    verdict = classify_reply("554 your network is on our drop list: access denied")
    assert [conflict.rule for conflict in verdict.conflicts] == ["learned"]
    assert verdict.confidence < classify_reply("554 access denied").confidence


def test_a_code_beside_words_that_look_like_something_else_is_not_hard() -> None:
    verdict = classify_reply("550 5.1.1 a policy of this site forbids delivery")
    assert (verdict.reason, verdict.bounce_type) == (Reason.USER_UNKNOWN, BounceType.UNDETERMINED)
    assert verdict.not_hard is Objection.DOUBTFUL


@pytest.mark.parametrize("case", [Case(is_about_another=True), Case(is_own_account=True)])
def test_it_does_not_say_that_the_address_is_at_fault_where_somebody_else_is_meant(case: Case) -> None:
    reply = Reply.parse(UNKNOWN)
    assert [claim.reason for claim in learned_claims(reply, Case())] == [Reason.USER_UNKNOWN]
    assert learned_claims(reply, case) == []


def test_names_say_nothing_to_it() -> None:
    texts = [
        "554 the name <kim@example.com> at mail.example.com[192.0.2.1] was turned away, id 4F3A21",
        "554 the name <lee@example.org> at mx7.example.org[198.51.100.77] was turned away, id 99ZZ1",
    ]
    assert len({tuple(masked(Reply.parse(text))) for text in texts}) == 1


@pytest.mark.parametrize(
    "text", ["word " * 5000, "x" * 5000, "用户不存在" * 1000, "1 a " * 3000, "a1" * 3000, "@" * 5000]
)
def test_its_time_is_bounded_however_long_the_reply_is(text: str) -> None:
    words = masked(Reply.parse(text))
    assert len(words) <= MAX_WORDS
    assert len(features(words, 550, "5.1.1")) <= 4 * MAX_FEATURES
    guess(Reply.parse(text), 550, "5.1.1")


def test_the_evidence_of_a_notice_has_it_by_name() -> None:
    message = f"""From: MAILER-DAEMON@example.net
Subject: Undelivered Mail
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; example.net

Final-Recipient: rfc822; kim@example.com
Action: failed
Status: 5.0.0
Diagnostic-Code: smtp; {UNKNOWN}

--b--
"""
    (record,) = parse_dsn(message.encode())
    rules = {entry.rule: entry.text for entry in record.evidence}
    assert record.reason is Reason.USER_UNKNOWN
    assert rules["learned"] == classify_reply(UNKNOWN).matched
    assert "not-hard.learned-guess" in rules


def test_the_weights_are_read_when_they_are_first_needed() -> None:
    code = (
        "from dsnparse import classify_reply\nfrom dsnparse.classify.learned import _model\n"
        "classify_reply('550 5.1.1 user unknown')\nassert _model.cache_info().currsize == 0\n"
        f"classify_reply({UNKNOWN!r})\nassert _model.cache_info().currsize == 1\n"
        "import sys\nassert 'sklearn' not in sys.modules and 'numpy' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("reply", ["550 qzxv wvqk kkzq xqwz", "550 1 2 3 4 5 6 7", "550 ?"])
def test_a_reply_without_a_word_that_was_learned_is_not_guessed(reply: str) -> None:
    assert guess(Reply.parse(reply), 550, None) is None
