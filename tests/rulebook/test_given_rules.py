"""Rules that a program gives as dictionaries: read as files are; mistakes are told at their place."""

from __future__ import annotations

import copy
import pickle
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from dsnparse import Parser, Reason, RuleError, classify_reply, parse_dsn, providers
from dsnparse.classify import load_rules
from dsnparse.rulebook.examples import message_of
from dsnparse.rulebook.files import read_files

REPLY = "554 5.7.1 this mailbox is parked"
RULE: dict[str, Any] = {
    "id": "parked",
    "reason": "mailbox_disabled",
    "phrases": ["this mailbox is parked"],
    "examples": [REPLY],
}
FORMAT: dict[str, Any] = {
    "name": "acme",
    "marks": ["Acme could not deliver"],
    "recipient": [r"^- (\S+)"],
    "example": [{"text": "Acme could not deliver:\n- kim@example.com", "recipients": ["kim@example.com"]}],
}


def test_a_dictionary_holds_what_a_file_holds(tmp_path: Path) -> None:
    text = """
        reason = "spam_content"
        [provider]
        name = "frob"
        hosts = ["frob.example"]
        [lists]
        quiet = ["not really"]
        [[rule]]
        id = "gunk"
        phrases = ["full of gunk"]
        not = ["$quiet"]
        status = ["X.7.1"]
        examples = ["550 5.7.1 full of gunk"]
        [[format]]
        name = "frob"
        marks = ["Frob could not"]
        [[format.example]]
        text = "Frob could not"
    """
    (tmp_path / "one.toml").write_text(text)
    (file,), (given,) = read_files([tmp_path / "one.toml"]), read_files([tomllib.loads(text)])
    assert [rule.id for rule in (*file.rules, *given.rules)] == ["user.one.gunk", "user.gunk"]
    for name in ("rank", "phrases", "unless", "status", "provider", "examples", "reason"):
        assert getattr(given.rules[0], name) == getattr(file.rules[0], name)
    assert (given.provider, given.lists) == (file.provider, file.lists)
    assert given.formats[0].conditions == file.formats[0].conditions


def test_rules_given_so_decide_for_replies_messages_and_providers() -> None:
    rules = [{"rule": [RULE], "provider": {"name": "frob", "domains": ["frob.example"]}, "format": [FORMAT]}]
    parser = Parser(rules=rules)
    verdict = parser.classify_reply(REPLY, "frob")
    assert (verdict.reason, verdict.rule) == (Reason.MAILBOX_DISABLED, "user.parked")
    assert classify_reply(REPLY, "frob", rules=rules) == verdict
    assert classify_reply(REPLY, "frob", rules=load_rules(rules)) == verdict
    assert "frob" in providers(rules=rules)
    message = message_of(FORMAT["example"][0])
    assert (parser.parse(message).format, parse_dsn(message).format) == ("acme", "generic")


def test_paths_and_dictionaries_may_be_mixed_and_tuples_and_read_only_mappings_will_do(
    tmp_path: Path,
) -> None:
    (tmp_path / "own.toml").write_text(
        '[[rule]]\nid = "gunk"\nreason = "spam_content"\nphrases = ["gunk"]\nexamples = ["550 gunk"]\n'
    )
    frozen = MappingProxyType({**RULE, "phrases": ("this mailbox is parked",), "reason": Reason.EXPIRED})
    parser = Parser(rules=[tmp_path / "own.toml", MappingProxyType({"rule": (frozen,)})])
    assert parser.classify_reply("550 gunk").rule == "user.own.gunk"
    assert parser.classify_reply(REPLY).reason is Reason.EXPIRED


@pytest.mark.parametrize(
    "copied",
    [lambda parser: pickle.loads(pickle.dumps(parser)), copy.copy, copy.deepcopy],
    ids=["pickle", "copy", "deepcopy"],
)
def test_a_copy_of_the_parser_has_the_rules_as_they_were_given(copied: Callable[[Parser], Parser]) -> None:
    rule = copy.deepcopy(RULE)
    parser = Parser(rules=[{"rule": [rule]}])
    rule["reason"] = "nonsense"
    rule["phrases"].clear()
    assert copied(parser).classify_reply(REPLY) == parser.classify_reply(REPLY)
    assert copied(copied(parser)).classify_reply(REPLY).rule == "user.parked"


ENDLESS: dict[str, Any] = {}
ENDLESS["rule"] = [ENDLESS]


@pytest.mark.parametrize(
    ("given", "where", "what", "cure"),
    [
        (RULE, "rules[0]['id']: ", "is a single rule", "Write {'rule': [{…}]}"),
        ({"rules": [RULE]}, "rules[0]['rules']: ", "unknown table or key 'rules'", "Did you mean 'rule'"),
        ({"rule": RULE}, "rules[0]['rule']: ", "must be a list of dictionaries", "{'rule': [{…}, {…}]}"),
        ({"provider": "x"}, "rules[0]['provider']: ", "must be a dictionary", "{'provider': {…}}"),
        ({"rule": [{}]}, "rules[0]['rule'][0]: rule 1: ", "has no id", 'id = "short_name"'),
        (
            {"rule": [RULE | {"reason": "spam"}]},
            "rules[0]['rule'][0]['reason']: rule 'parked': ",
            "has reason 'spam'",
            "Did you mean 'spam_content'",
        ),
        (
            {"rule": [RULE | {"phrases": "x"}]},
            "rules[0]['rule'][0]['phrases']: rule 'parked': ",
            "must be a list, also for one entry",
            "phrases = ['x']",
        ),
        (
            {"rule": [RULE | {"patterns": ["fine", "("]}]},
            "rules[0]['rule'][0]['patterns'][1]: rule 'parked': ",
            "RE2 cannot read: '(' (missing )",
            "Its syntax",
        ),
        (
            {"rule": [RULE | {"provider": "gogle"}]},
            "rules[0]['rule'][0]: rule 'user.parked': ",
            "there is no provider 'gogle'",
            "Did you mean 'google'",
        ),
        (
            {"rule": [RULE, RULE]},
            "rules[0]['rule'][1]: ",
            "the id 'user.parked' is used twice",
            "first at rules[0]['rule'][0]",
        ),
        ({"rule": [RULE | {1: 2}]}, "rules[0]['rule'][0]: ", "has the key 1", "Write keys as text"),
        (
            {"rule": [RULE | {"phrases": ["\ud800"]}]},
            "rules[0]['rule'][0]['phrases'][0]: ",
            "has half a character",
            "Take it out",
        ),
        (ENDLESS, "rules[0]: ", "is nested too deeply", "Take brackets out"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_mistake_names_the_place_in_the_dictionary(given: Any, where: str, what: str, cure: str) -> None:
    with pytest.raises(RuleError) as told:
        Parser(rules=[given])
    text = str(told.value)
    assert text.startswith(where)
    assert what in text
    assert cure in text


def test_the_place_counts_from_the_list_that_was_given() -> None:
    with pytest.raises(RuleError, match=r"^rules\[1\]\['rule'\]\[0\]: rule 1: has no id"):
        Parser(rules=[{"rule": [RULE]}, {"rule": [{}]}])


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"rule": [RULE]}, r"rules is a list of dictionaries: write rules=\[\{…\}\]"),
        ("own.toml", r"rules is a list of paths: write rules=\[path\]"),
        ([5], r"rules\[0\] must be a path or a dictionary, not int"),
    ],
)
def test_what_is_no_list_of_rules_is_refused_with_a_sentence(given: Any, sentence: str) -> None:
    for refuse in (lambda: Parser(rules=given), lambda: classify_reply(REPLY, rules=given)):
        with pytest.raises(TypeError, match=sentence):
            refuse()


@pytest.mark.parametrize("blanks", [" +", r"\s+", r"[ \t]{1,40}"])
def test_a_pattern_with_any_number_of_blanks_holds_across_a_host_name(blanks: str) -> None:
    one = {"id": "gone", "reason": "user_unknown", "weight": "strong", "patterns": [f"vanished{blanks}from"]}
    rules = [{"rule": [one | {"examples": ["550 vanished from"]}]}]
    for reply in ("550 vanished from here", "550 id=1 vanished relay=mx1.example.com from here"):
        assert classify_reply(reply, rules=rules).rule == "user.gone", reply
