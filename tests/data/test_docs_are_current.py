"""The pages of docs/ that are made are what the data says today."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from dsnparse import Reason
from dsnparse.classify.codes import reply_codes, status_codes
from dsnparse.data import HERE
from dsnparse.rulebook.files import builtin_sources
from dsnparse.scale import table_schema as table_schema_of_rows
from tools.pages import json_schema, policy, table_schema
from tools.write_docs import codes_page, main, reasons_page

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("codes.md", codes_page),
        ("reasons.md", reasons_page),
        ("policy.md", policy.page),
        ("json-schema.md", json_schema.page),
        ("table-schema.md", table_schema.page),
    ],
)
def test_a_page_is_current(name: str, page: Callable[[], str]) -> None:
    assert (DOCS / name).read_text("utf-8") == page(), "Run: make docs"


def test_every_code_has_a_section() -> None:
    lines = codes_page().splitlines()
    for code in [f"X.{code}" for code in status_codes()] + [str(code) for code in reply_codes()]:
        assert sum(line.startswith(f"#### {code}: ") for line in lines) == 1


def test_every_reason_is_in_each_table_and_has_a_section() -> None:
    lines = reasons_page().splitlines()
    for reason in Reason:
        assert sum(line.startswith(f"| [`{reason}`](#{reason}) |") for line in lines) == 2
        assert lines.count(f"### {reason}") == 1
        row = next(line for line in lines if line.startswith(f"| [`{reason}`]") and reason.sisimai in line)
        assert all(
            name in row for name in (reason.kumomta, str(reason.sparkpost), reason.ses, reason.postmark)
        )


def test_the_script_writes_and_checks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check", "--to", str(tmp_path)]) == 1
    assert "Out of date" in capsys.readouterr().out
    assert main(["--to", str(tmp_path)]) == 0
    assert main(["--check", "--to", str(tmp_path)]) == 0
    (tmp_path / "codes.md").write_text("old", "utf-8")
    assert main(["--check", "--to", str(tmp_path)]) == 1


def test_every_setting_of_the_policy_has_a_section() -> None:
    settings = [
        f"{table} = {key}"
        for table, keys in tomllib.loads((HERE / "policy.toml").read_text("utf-8")).items()
        for key in keys
    ]
    found = re.findall(r"^### (\w+): (.*)$", policy.page(), re.MULTILINE)
    assert [f"{table} = {key}" for table, keys in found for key in keys.split(", ")] == settings


def test_a_policy_that_cannot_be_read_is_told() -> None:
    with pytest.raises(ValueError, match=r"policy\.toml: 'nonsense' is no setting"):
        policy.read("[hard]\nnonsense\n")


def test_every_column_of_a_table_has_its_row() -> None:
    lines = table_schema.page().splitlines()
    for name in [*table_schema_of_rows().names, "recipient", "message_id", "rule", "mailed"]:
        assert any(line.startswith(f"| `{name}` |") for line in lines), name


def test_what_is_made_for_the_site_alone_names_every_command_rule_and_format() -> None:
    from dsnparse.cli import COMMANDS
    from tools.pages import commands, formats, rules

    shown = commands.page()
    assert [name for name in COMMANDS if f"## dsnparse {name}\n" not in shown] == []
    shown = rules.page()
    builtin_rules, builtin_formats = builtin_sources()
    assert [rule.id for rule in builtin_rules if f"| `{rule.id}` <br>" not in shown] == []
    shown = formats.page()
    assert [one.name for one in builtin_formats if f"| `{one.name}` |" not in shown] == []
