"""One exception stands above all that dsnparse raises for reasons of its own."""

from __future__ import annotations

import ast
import importlib
import pickle
from pathlib import Path

import pytest

import dsnparse
from dsnparse import DsnparseError

PACKAGE = Path(dsnparse.__file__).parent
#: What raises them catches them, too: they lead out of a loop and reach nobody.
INNER = {"_Race", "_WokenError"}
#: Answers of the web framework, which are its own kind of exception.
ANSWERS = {"UnsupportedMediaType"}


def own_exceptions() -> list[tuple[str, str]]:
    """(module, class) of everything in the package that is an exception of Python's, by its bases' names."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and node.name not in INNER | ANSWERS:
                bases = [ast.unparse(base) for base in node.bases]
                if any(base.endswith(("Error", "Exception")) and base[0].isupper() for base in bases):
                    found.append((module, node.name))
    return found


@pytest.mark.parametrize(("module", "name"), own_exceptions())
def test_every_exception_of_our_own_is_a_dsnparse_error_and_pickles(module: str, name: str) -> None:
    kind = getattr(importlib.import_module(module), name)
    if kind is DsnparseError:
        return
    assert issubclass(kind, DsnparseError)
    error = kind("It is so.")
    assert str(error) == "It is so."
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), copy.args) == (kind, error.args)


@pytest.mark.parametrize(
    ("name", "also"),
    [
        ("dsnparse.rulebook.errors.RuleError", ValueError),
        ("dsnparse.mailboxes.sources.MailboxAway", OSError),
        ("dsnparse.mailboxes.sources.MailboxRefused", OSError),
        ("dsnparse.mailboxes.archive.DamagedError", OSError),
    ],
)
def test_an_exception_stays_what_it_also_was(name: str, also: type[Exception]) -> None:
    module, _, kind = name.rpartition(".")
    assert issubclass(getattr(importlib.import_module(module), kind), (also, DsnparseError))
    assert issubclass(getattr(importlib.import_module(module), kind), also)


def test_a_rule_file_that_cannot_be_used_is_caught_by_the_base(tmp_path: Path) -> None:
    with pytest.raises(DsnparseError, match="cannot be read"):
        dsnparse.Parser(rules=[tmp_path / "absent.toml"])
    assert issubclass(dsnparse.RuleError, DsnparseError)
