"""Invariant 12: `hard` comes out of one gate, which says why it lets nothing through."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dsnparse
from dsnparse import Action, BounceType, Kind, Reason
from dsnparse.classify import classify
from dsnparse.classify.claim import Case, Claim
from dsnparse.classify.hard import may_be_hard
from dsnparse.classify.objection import Objection
from dsnparse.classify.source import Source
from dsnparse.rulebook.ranks import (
    EVENT_RANK,
    GENERIC_REPLY_RANK,
    GUESS_RANK,
    LEARNED_RANK,
    SPECIFIC_STATUS_RANK,
    STRONG_RANK,
)

WORDS = Claim(STRONG_RANK, Reason.USER_UNKNOWN, "phrase.user_unknown", "user unknown", Source.WORDS)
CODE = replace(WORDS, source=Source.CODE)
DISABLED = replace(WORDS, reason=Reason.MAILBOX_DISABLED)
FAILED = Case(digit=5, action=Action.FAILED)


@pytest.mark.parametrize(
    ("claim", "case"),
    [
        (WORDS, FAILED),
        (WORDS, Case()),
        (CODE, FAILED),
        # What the words are about is asked of a code alone: words about the address speak for themselves.
        (WORDS, replace(FAILED, is_about_another=True)),
        (WORDS, replace(FAILED, is_for_now=True)),
        (replace(WORDS, rank=GUESS_RANK + 1), FAILED),
        (DISABLED, FAILED),
        (DISABLED, Case(digit=5, action=Action.RELAYED)),
        (DISABLED, Case(action=Action.FAILED)),
        (DISABLED, Case()),
        (replace(DISABLED, bounce_type=BounceType.HARD), Case(action=Action.RELAYED)),
    ],
)
def test_words_and_codes_about_the_address_in_a_bounce_pass(claim: Claim, case: Case) -> None:
    assert may_be_hard(claim, case, is_doubtful=False) == (True, None)


@pytest.mark.parametrize(
    ("claim", "case", "is_doubtful", "objection"),
    [
        (WORDS, replace(FAILED, action=Action.DELAYED), False, Objection.DELAYED),
        (WORDS, replace(FAILED, digit=4), False, Objection.TEMPORARY),
        (WORDS, FAILED, True, Objection.DOUBTFUL),
        (
            replace(CODE, rank=SPECIFIC_STATUS_RANK),
            replace(FAILED, is_unread=True),
            False,
            Objection.UNREAD_WORDS,
        ),
        (WORDS, replace(FAILED, kind=Kind.DELAY), False, Objection.NO_BOUNCE),
        (WORDS, replace(FAILED, kind=Kind.AUTO_REPLY), False, Objection.NO_BOUNCE),
        (WORDS, replace(FAILED, is_second_hand=True), False, Objection.SECOND_HAND),
        (WORDS, replace(FAILED, is_uncertain=True), False, Objection.UNCERTAIN_ADDRESS),
        (WORDS, replace(FAILED, doubt=Objection.NOT_MAILED), False, Objection.NOT_MAILED),
        (WORDS, replace(FAILED, doubt=Objection.SUSPECT), False, Objection.SUSPECT),
        (WORDS, replace(FAILED, is_own_account=True), False, Objection.OWN_ACCOUNT),
        (replace(WORDS, objection=Objection.ABOUT_ANOTHER), FAILED, False, Objection.ABOUT_ANOTHER),
        (replace(WORDS, objection=Objection.ONLY_PERHAPS), FAILED, False, Objection.ONLY_PERHAPS),
        (replace(WORDS, objection=Objection.FOR_NOW), FAILED, False, Objection.FOR_NOW),
        (CODE, replace(FAILED, is_about_another=True), False, Objection.ABOUT_ANOTHER),
        (CODE, replace(FAILED, is_for_now=True), False, Objection.FOR_NOW),
        (WORDS, replace(FAILED, names_another=True), False, Objection.NAMES_ANOTHER),
        (replace(WORDS, rank=GENERIC_REPLY_RANK), FAILED, False, Objection.GENERIC_CODE),
        (replace(WORDS, rank=GUESS_RANK), FAILED, False, Objection.GENERIC_CODE),
        (DISABLED, Case(action=Action.RELAYED), False, Objection.NOT_FINAL),
        (DISABLED, Case(digit=2, action=Action.FAILED), False, Objection.NOT_FINAL),
        (DISABLED, Case(digit=4), False, Objection.NOT_FINAL),
        (replace(WORDS, source=Source.LEARNED, rank=LEARNED_RANK), FAILED, False, Objection.LEARNED_GUESS),
        (replace(WORDS, source=Source.EVENT, rank=EVENT_RANK), Case(action=Action.FAILED), False,
         Objection.EVENT_CLASS_ALONE),
    ],
    ids=lambda value: value.value if isinstance(value, Objection) else "",
)  # fmt: skip
def test_the_gate_says_what_speaks_against_hard(
    claim: Claim, case: Case, is_doubtful: bool, objection: Objection
) -> None:
    assert may_be_hard(claim, case, is_doubtful=is_doubtful) == (False, objection)


def test_every_objection_has_a_case_above() -> None:
    (mark,) = test_the_gate_says_what_speaks_against_hard.pytestmark  # type: ignore[attr-defined]
    assert {case[3] for case in mark.args[1]} == set(Objection)


def test_an_event_is_hard_when_a_permanent_code_stands_beside_its_class() -> None:
    event = Claim(
        EVENT_RANK, Reason.UNDEFINED, "ses.class", "Permanent", Source.EVENT, bounce_type=BounceType.HARD
    )
    assert classify("", claims=[event], action=Action.FAILED).not_hard is Objection.EVENT_CLASS_ALONE
    assert classify("550 no", claims=[event], action=Action.FAILED).bounce_type is BounceType.HARD
    assert classify("450 no", claims=[event], action=Action.FAILED).bounce_type is not BounceType.HARD


@given(
    st.sampled_from(["450", "421 4.2.1", "4.7.1", "452-4.2.2"]),
    st.sampled_from(["user unknown", "no such user here", "mailbox disabled", "domain does not exist", ""]),
    st.sampled_from([None, *Action]),
    st.sampled_from(list(Kind)),
)
def test_a_temporary_reply_is_never_hard(code: str, words: str, action: Action | None, kind: Kind) -> None:
    assert classify(f"{code} {words}", action=action, kind=kind).bounce_type is not BounceType.HARD


@given(st.sampled_from(["550 5.1.1 user unknown", "556", "550 mailbox disabled"]), st.booleans())
def test_nothing_but_a_bounce_at_first_hand_is_hard(reply: str, is_second_hand: bool) -> None:
    for kind in Kind:
        verdict = classify(reply, kind=kind, is_second_hand=is_second_hand)
        if kind is not Kind.BOUNCE or is_second_hand:
            assert verdict.bounce_type is not BounceType.HARD


def test_only_the_decision_asks_the_gate_and_only_it_makes_hard() -> None:
    askers, makers = set(), set()
    root = Path(dsnparse.__file__).parent
    for path in root.rglob("*.py"):
        name = path.relative_to(root).as_posix()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "may_be_hard":
                askers.add(name)
            values = [node.value] if isinstance(node, (ast.Return, ast.Assign)) and node.value else []
            if isinstance(node, ast.keyword) and node.arg == "bounce_type":
                values.append(node.value)
            values += [item for value in values if isinstance(value, ast.Tuple) for item in value.elts]
            if any(ast.unparse(value) in ("BounceType.HARD", "_HARD") for value in values):
                makers.add(name)
    assert askers == {"classify/decision.py"}
    assert makers <= {"classify/decision.py", "vocabulary.py"}
