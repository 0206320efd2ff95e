"""Every built-in rule is held by its examples."""

from __future__ import annotations

import pytest

from dsnparse.classify import Rule, classify
from dsnparse.reply import Reply
from dsnparse.rulebook.files import builtin, builtin_sources
from dsnparse.rulebook.ranks import PROVIDER_RANK

RULES = builtin_sources()[0]
ANYBODYS = [rule for rule in RULES if rule.rank < PROVIDER_RANK - 5]


def ids(rules: list[Rule]) -> list[str]:
    return [rule.id for rule in rules]


@pytest.mark.parametrize("rule", RULES, ids=ids(RULES))
def test_each_rule_gives_its_reason_for_each_of_its_examples(rule: Rule) -> None:
    assert rule.examples
    for example in rule.examples:
        verdict = classify(example, provider=rule.provider)
        assert (verdict.reason, example) == (rule.reason, example), verdict
        if rule.has_words:
            assert rule.id in {hit[0].id for hit in builtin().search(Reply.parse(example).low).hits}, example


@pytest.mark.parametrize("rule", RULES, ids=ids(RULES))
def test_each_rule_says_where_it_was_seen(rule: Rule) -> None:
    assert rule.seen


@pytest.mark.parametrize("rule", ANYBODYS, ids=ids(ANYBODYS))
def test_each_phrase_alone_gives_the_reason_of_its_rule(rule: Rule) -> None:
    reply = min(rule.reply, default=(rule.digit or 5) * 100 + 50)
    wrong = {}
    for phrase in rule.phrases:
        verdict = classify(phrase, reply_code=reply)
        if verdict.reason is not rule.reason:
            wrong[phrase] = verdict.rule
    assert wrong == {}
