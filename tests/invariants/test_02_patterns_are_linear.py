"""Invariant 2: time is linear. No pattern of `re` can take more, whatever a stranger writes."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from regex_dangers import dangers

import dsnparse

_FUNCTIONS = {"compile", "search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn"}

#: Patterns that look dangerous and are not, each with the reason.
ALLOWED = {
    r"\n[ \t]*(?=[{\[])": "a run of blanks behind one line end is tried once: it has no other line end in it",
    r"[\s,\]]*\[?[\s,]*": "nothing has to follow, so nothing is tried twice",
    r"([2-5]\d\d)[ -]+(?:([245]\.\d{1,3}\.\d{1,3})\b)?": "what follows may be missing: no second try",
}
#: Modules that put patterns together while they run, each with the reason why that is no danger.
COMPUTED = {
    "dsnparse.rulebook.matcher": "rules, on their own examples, when the package's data is compiled",
    "dsnparse.store.address.privacy": "one local part, escaped: no repeat",
    "dsnparse.render.masked": "one local part of an operator's page, escaped: no repeat",
    "dsnparse.web.places": "one word of the evidence, escaped: no repeat",
    "dsnparse.trust.webhooks.sns": "the address of a certificate, as webhook.toml has it, on one URL",
    "dsnparse.reply.addressed": "words of a data file, with at most four others of 20 letters between",
    "dsnparse.wire.header": "the first letters of fields' names; each line of a header is tried once",
    "dsnparse.trust.styles": "forms of return paths, anchored, on 320 letters at most",
}


def modules() -> list[ModuleType]:
    names = [item.name for item in pkgutil.walk_packages(dsnparse.__path__, "dsnparse.")]
    left_out = {"dsnparse.__main__"}
    if importlib.util.find_spec("pyspark") is None:  # it has a virtualenv of its own (`make spark`)
        left_out.add("dsnparse.scale.spark")
    if importlib.util.find_spec("mailman") is None:
        left_out.add("dsnparse.adapters.mailman")
    return [dsnparse, *(importlib.import_module(name) for name in names if name not in left_out)]


def patterns(module: ModuleType) -> Iterator[re.Pattern[Any]]:
    """Every pattern that a module compiles, or hands to `re` as text."""
    for source, flags in sources(module):
        try:
            yield pattern_of(module, source, flags)
        except NameError:
            assert module.__name__ in COMPUTED, f"{module.__name__} computes {ast.unparse(source)}"


def sources(module: ModuleType) -> Iterator[tuple[ast.expr, list[ast.expr]]]:
    """The expressions that a module hands to `re` as a pattern, with the flags given to `re.compile`."""
    for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in _FUNCTIONS
        ):
            yield node.args[0], node.args[1:] if node.func.attr == "compile" else []


def pattern_of(module: ModuleType, source: ast.expr, flags: list[ast.expr]) -> re.Pattern[Any]:
    """The pattern that an expression stands for, reckoned with the names of its module alone."""
    text, *options = [eval(ast.unparse(part), dict(vars(module))) for part in (source, *flags)]
    return re.compile(text, *options)


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.__name__)
def test_no_pattern_takes_more_than_linear_time(module: ModuleType) -> None:
    found = {
        pattern.pattern: dangers(pattern)
        for pattern in patterns(module)
        if dangers(pattern) and _text(pattern) not in ALLOWED
    }
    assert found == {}


def test_each_allowed_pattern_is_still_there() -> None:
    there = {_text(pattern) for module in modules() for pattern in patterns(module)}
    assert ALLOWED.keys() - there == set()
    assert len(ALLOWED) < 10


def _text(pattern: re.Pattern[Any]) -> str:
    return pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (r"(a+)+b", "a repeat in a repeat, with nothing to tell its turns apart"),
        (r"(?:a{1,50}\s?){0,50}b", "a repeat in a repeat, with nothing to tell its turns apart"),
        (r"a*a*b", "two repeats side by side that take the same characters"),
        (r"\w*[a-z]*\d", "two repeats side by side that take the same characters"),
        (r"\s{0,500}\n?\s{0,500}x", "two repeats side by side that take the same characters"),
        (r"<br[^>]*>", "an unbounded repeat that something follows"),
        (r"\s+$", "an unbounded repeat that something follows"),
        (r"(?=a*b)c", "an unbounded repeat that something follows"),
    ],
)
def test_the_search_for_dangers_finds_them(pattern: str, found: str) -> None:
    assert found in dangers(re.compile(pattern))


@pytest.mark.parametrize(
    "pattern",
    [
        r"a+",
        r"x{0,20}y",
        r"[a-z]{1,63}(?:\.[a-z]{1,63}){1,8}",
        r"\d{1,3}\.\d{1,3}",
        r"--b[ \t]*+\n",
        r"(a|b)c*",
    ],
)
def test_what_is_linear_passes(pattern: str) -> None:
    assert dangers(re.compile(pattern)) == []
