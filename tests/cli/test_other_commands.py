"""`dsnparse classify` and `dsnparse rules`, and the group they stand in."""

from __future__ import annotations

import csv
import importlib
import io
import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from dsnparse.cli import COMMANDS, group
from dsnparse.extras import EXTRAS, install_line


def run(*args: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(group, list(args), input=stdin)


REPLIES = "550 5.1.1 <kim@example.com>: no such user here\n\n452 4.2.2 mailbox full\n550 \x1b[31mred\n"


def test_replies_are_classified_in_their_order() -> None:
    result = run("classify", "-", stdin=REPLIES)
    assert result.exit_code == 0
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["reason"] for row in found] == ["user_unknown", "mailbox_full", "undefined"]
    assert [row["reply"] for row in found] == [line for line in REPLIES.splitlines() if line]
    assert run("classify", stdin=REPLIES).stdout == result.stdout
    assert json.loads(run("classify", "452 4.2.2 mailbox full").stdout) == found[1]


def test_replies_as_csv_and_as_a_table_are_safe() -> None:
    rows = list(csv.DictReader(io.StringIO(run("classify", "--format", "csv", "-", stdin=REPLIES).stdout)))
    assert [row["bounce_type"] for row in rows] == ["hard", "soft", "undetermined"]
    table = run("classify", "--format", "table", "-", stdin=REPLIES).stdout
    assert "\x1b" not in table
    assert [line.split()[0] for line in table.splitlines()] == [
        "REASON",
        "user_unknown",
        "mailbox_full",
        "undefined",
    ]


MINE = """
[[rule]]
id = "gremlins"
reason = "system_error"
phrases = ["gremlins in the works"]
seen = "our relay"
examples = ["550 5.0.0 gremlins in the works"]
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(MINE)
    return path


def test_rules_are_listed_with_where_they_were_seen(mine: Path) -> None:
    rows = [json.loads(line) for line in run("rules", "list", str(mine)).stdout.splitlines()]
    assert rows[0] == {
        "id": "user.mine.gremlins",
        "reason": "system_error",
        "examples": 1,
        "seen": "our relay",
    }
    assert len(rows) > 50
    assert "gremlins" in run("rules", "list", str(mine), "--format", "table").stdout


def test_a_rules_examples_are_run(mine: Path) -> None:
    assert "user.mine" not in run("rules", "test", str(mine)).stdout
    mine.write_text(MINE.replace("examples = [", 'examples = ["550 elves", '))
    result = run("rules", "test", str(mine))
    assert result.exit_code == 1
    assert "user.mine.gremlins: does not match its example '550 elves'." in result.stdout


def test_a_rule_without_an_example_is_refused(mine: Path) -> None:
    mine.write_text('[[rule]]\nid = "x"\nreason = "expired"\nphrases = ["xyzzy"]\n')
    result = run("rules", "test", str(mine))
    assert result.exit_code == 2
    assert "rule 'x': has no example" in result.stderr


def test_an_example_that_is_taken_for_something_else_is_named(mine: Path) -> None:
    mine.write_text(
        '[[rule]]\nid = "one"\nreason = "expired"\nphrases = ["xyzzy plugh"]\n'
        'examples = ["550 xyzzy plugh"]\n'
        '[[rule]]\nid = "two"\nreason = "spam_content"\nphrases = ["xyzzy plugh today"]\n'
        'examples = ["550 xyzzy plugh today"]\n'
        '[[rule]]\nid = "three"\nreason = "expired"\nphrases = ["plugh today"]\n'
        'examples = ["550 xyzzy plugh today"]\n'
    )
    result = run("rules", "test", str(mine))
    assert result.exit_code == 1
    assert (
        "three: its example '550 xyzzy plugh today' is taken for spam_content by user.mine.two."
        in result.stdout
    )


def test_a_rule_file_that_cannot_be_read_is_wrong_usage(tmp_path: Path) -> None:
    result = run("rules", "list", str(tmp_path / "none.toml"))
    assert result.exit_code == 2
    assert "none.toml" in result.stderr


def test_help_lists_every_command_without_importing_any() -> None:
    result = run("--help")
    assert result.exit_code == 0
    for name, (_, line) in COMMANDS.items():
        assert f"  {name} " in result.stdout
        assert line.endswith(".")
    assert run("--version").stdout.startswith("dsnparse ")
    assert run("nonsense").exit_code == 2


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_is_there_and_has_help(name: str) -> None:
    module = importlib.import_module(COMMANDS[name][0])
    assert isinstance(getattr(module, name.replace("-", "_")), click.Command)
    result = run(name, "--help")
    assert result.exit_code == 0
    assert all(len(line) <= 100 for line in result.stdout.splitlines())


@pytest.mark.parametrize("package", EXTRAS)
def test_a_missing_package_is_told_with_its_extra(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {package!r}", name=f"{package}.sub")

    monkeypatch.setattr("dsnparse.cli.importlib.import_module", missing)
    result = run("rules", "list")
    assert result.exit_code == 2
    assert install_line(EXTRAS[package]) in result.stderr


def test_any_other_missing_module_is_a_bug_and_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError("No module named 'x'", name="x")

    monkeypatch.setattr("dsnparse.cli.importlib.import_module", missing)
    assert isinstance(run("rules", "list").exception, ModuleNotFoundError)
