"""Invariant 9: a rule cannot be added without an example that it matches; every rule's examples run."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsnparse import Parser
from dsnparse.classify import RuleError
from dsnparse.cli import main

RULE = '[[rule]]\nid = "closed"\nreason = "mailbox_disabled"\nphrases = ["ceased to exist in our city"]\n'


def rule_file(folder: Path, more: str) -> str:
    path = folder / "mine.toml"
    path.write_text(RULE + more, "utf-8")
    return str(path)


@pytest.mark.parametrize("more", ["", "examples = []\n"], ids=["missing", "empty"])
def test_a_rule_without_an_example_is_refused(tmp_path: Path, more: str) -> None:
    with pytest.raises(RuleError, match=r"has no example\. Give a text that it matches"):
        Parser(rules=[rule_file(tmp_path, more)])


def test_a_rule_whose_example_it_does_not_match_fails_its_test(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = rule_file(tmp_path, 'examples = ["550 something else"]\n')
    assert main(["rules", "test", path]) == 1
    assert "does not match its example '550 something else'" in " ".join(capsys.readouterr())


def test_a_rule_whose_example_it_matches_is_taken(tmp_path: Path) -> None:
    path = rule_file(tmp_path, 'examples = ["550 this mailbox ceased to exist in our city"]\n')
    assert main(["rules", "test", path]) == 0
    assert Parser(rules=[path]).rules is not None


def test_the_examples_of_every_builtin_rule_hold(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "test"]) == 0
    assert "examples of" in capsys.readouterr().out
