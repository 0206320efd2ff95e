"""Every built-in rule is held by its examples; the compiled data is what the TOML says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dsnparse import Reason
from dsnparse.classify import classify
from dsnparse.data import COMPILED, compiled, names, read_toml
from dsnparse.reply import Reply
from dsnparse.rulebook.files import builtin


def _rules() -> Iterator[tuple[str, str | None, dict[str, Any], str]]:
    for folder in ("rules", "providers"):
        for stem, table in read_toml(folder).items():
            provider = table.get("provider", {}).get("name")
            for rule in table.get("rule", ()):
                reason = rule.get("reason", table.get("reason"))
                prefix = f"phrase.{reason}." if folder == "rules" else f"provider.{stem}."
                yield prefix + rule["id"], provider, rule, reason


RULES = [pytest.param(*row, id=row[0]) for row in _rules()]


@pytest.mark.parametrize(("name", "provider", "rule", "reason"), RULES)
def test_each_rule_gives_its_reason_for_each_of_its_examples(
    name: str, provider: str | None, rule: dict[str, Any], reason: str
) -> None:
    assert rule["examples"]
    for example in rule["examples"]:
        verdict = classify(example, provider=provider)
        assert (verdict.reason, example) == (Reason(reason), example), verdict
        if any(rule.get(key) for key in ("phrases", "patterns", "urls")):
            assert name in {hit[0].id for hit in builtin().search(Reply.parse(example).low)[0]}, example


@pytest.mark.parametrize(("name", "provider", "rule", "reason"), RULES)
def test_each_rule_says_where_it_was_seen(
    name: str, provider: str | None, rule: dict[str, Any], reason: str
) -> None:
    assert rule.get("seen"), name


@pytest.mark.parametrize(
    ("name", "provider", "rule", "reason"), [row for row in RULES if str(row.id).startswith("phrase.")]
)
def test_each_phrase_alone_gives_the_reason_of_its_rule(
    name: str, provider: str | None, rule: dict[str, Any], reason: str
) -> None:
    reply = rule.get("reply", [None])[0]
    digit = rule.get("class", 5)
    wrong = {}
    for phrase in rule.get("phrases", ()):
        said = phrase.replace("@", "kim@example.com")
        verdict = classify(said, reply_code=reply or digit * 100 + 50)
        if verdict.reason != reason:
            wrong[phrase] = verdict.rule
    assert wrong == {}


@pytest.mark.parametrize("name", ["rules", "providers", "status_reasons"])
def test_the_compiled_data_is_what_the_toml_says(name: str) -> None:
    assert (COMPILED / f"{name}.json").read_text("utf-8") == compiled(name)


def test_every_name_is_compiled() -> None:
    assert {path.stem for path in COMPILED.glob("*.json")} >= set(names())
