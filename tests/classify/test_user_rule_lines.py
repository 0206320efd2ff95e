"""Errors in a user's rule file name the file, the line and the cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsnparse import Parser

RULE = (
    '[[rule]]\nid = "{id}"\nreason = "{reason}"\nphrases = ["x y"]\nseen = "here"\nexamples = ["550 x y"]\n\n'
)


def test_an_error_names_the_line_on_which_its_rule_starts(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    good, bad = RULE.format(id="one", reason="mailbox_full"), RULE.format(id="two", reason="mailbox_fool")
    file.write_text(f"# Ours.\n{good}{bad}", "utf-8")
    with pytest.raises(ValueError, match=r"mine\.toml:9: rule 'two' has reason 'mailbox_fool'\. Use one of"):
        Parser(rules=[file])
