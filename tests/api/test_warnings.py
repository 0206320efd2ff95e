"""A warning has a code for programs beside its sentence, and every code stands in one table."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import dsnparse
from dsnparse import Limits, Parser
from dsnparse.wire.warning import WARNINGS

PACKAGE = Path(dsnparse.__file__).parent


def calls() -> Iterator[tuple[str, set[str]]]:
    """The code and the names of the values of every warning that the program gives."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if (
                name in ("warn", "make_warning")
                and isinstance(node.args[0], ast.Constant)
                and path.name != "log.py"
            ):
                yield str(node.args[0].value), {str(value.arg) for value in node.keywords}


def test_every_warning_that_is_given_is_in_the_table_with_the_values_of_its_sentence() -> None:
    given = dict(calls())
    assert sorted(set(given) - set(WARNINGS)) == []
    for code, values in given.items():
        assert values == {name for _, name, _, _ in string.Formatter().parse(WARNINGS[code]) if name}, code


def test_every_code_of_the_table_is_given_somewhere() -> None:
    source = "".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py") if path.name != "warning.py")
    assert [code for code in WARNINGS if f'"{code}"' not in source] == []


def test_every_limit_has_a_code_of_its_name() -> None:
    assert [limit.name for limit in fields(Limits) if f"limit.{limit.name}" not in WARNINGS] == []


def test_a_warning_is_a_code_and_a_sentence() -> None:
    (warning,) = Parser(limits=Limits(message_bytes=20)).parse(b"Subject: a\n\nhello, world\n").warnings
    assert warning.code == "limit.message_bytes"
    assert str(warning) == "Only the first 20 of 25 bytes were read."
    assert warning.to_dict() == {"code": "limit.message_bytes", "text": str(warning)}
    assert {warning: 1}[warning] == 1
