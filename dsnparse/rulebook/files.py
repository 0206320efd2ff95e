"""Rule files, read whole: the user's TOML, and the package's own, which is compiled beforehand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Any

from dsnparse.data import HERE, load
from dsnparse.data.uncollected import uncollected
from dsnparse.rulebook import provider as providers
from dsnparse.rulebook import rule as rules
from dsnparse.rulebook.errors import RuleError, instead
from dsnparse.rulebook.given import Given
from dsnparse.rulebook.matcher import RuleSet, build
from dsnparse.rulebook.more_words import MoreWords, make_more_words, with_more_words
from dsnparse.rulebook.provider import Provider, make_provider
from dsnparse.rulebook.ranks import PROVIDER_RANK, USER_RANK
from dsnparse.rulebook.rule import Rule
from dsnparse.rulebook.rule_table import Owner, make_rule
from dsnparse.rulebook.source import Table, read_source
from dsnparse.rulebook.template import Format, make_format

Lists = Mapping[str, tuple[str, ...]]
#: Rules as the user gives them: the path of a TOML file, or a dictionary of its shape.
RulesGiven = str | PathLike[str] | Mapping[str, Any]

#: The tables that a rules file may have; `reason` is that of all its rules which name none.
TABLES = ("reason", "lists", "provider", "rule", "format")
#: Those of them that a file may have several times.
_REPEATED = ("rule", "format", "words")
_LIST_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class RuleFile:
    """All that one rules file says, checked."""

    path: str
    rules: tuple[Rule, ...] = ()
    provider: Provider | None = None
    formats: tuple[Format, ...] = ()
    #: Lists of words that `not` of its rules may name.
    lists: Lists | None = None
    #: Words of rules that stand in other files, in the language of this one.
    words: tuple[MoreWords, ...] = ()


@cache
@uncollected
def builtin() -> RuleSet:
    """The package's own rules."""
    return build(*_builtin())


def load_rules(given: Sequence[RulesGiven]) -> RuleSet:
    """The package's rules and those of the user's TOML files or dictionaries, which win over ours.

    A file has `[[rule]]` tables, may name a `[provider]` and `[lists]`, and may carry `[[format]]` tables;
    docs/rules.md explains them. A dictionary has the same under "rule", "provider", "lists" and "format".
    Raises RuleError (a ValueError): the place (`file:line`, `rules[0]['rule'][2]`), what is wrong, and the
    cure; TypeError when `given` is a single path or dictionary, or has something else in it.
    """
    if isinstance(given, (str, PathLike)):
        raise TypeError("rules is a list of paths: write rules=[path], also for a single file.")
    if isinstance(given, Mapping):
        raise TypeError("rules is a list of dictionaries: write rules=[{…}], also for a single one.")
    files = read_files(given)
    own_rules, own_providers = _builtin()
    return build(
        [*(rule for file in files for rule in file.rules), *own_rules],
        [*own_providers, *(file.provider for file in files if file.provider)],
        [form for file in files for form in file.formats],
    )


def read_files(given: Iterable[RulesGiven]) -> list[RuleFile]:
    """The user's TOML files and dictionaries, checked one by one and together. Raises RuleError."""
    files = []
    read: set[Path] = set()
    for number, one in enumerate(given):
        if isinstance(one, Mapping):
            root = Given(f"rules[{number}]", one).root
            _refuse_single_rule(root)
            files.append(_checked(root, f"rules[{number}]", "user.", USER_RANK, _builtin_lists(), TABLES))
            continue
        if not isinstance(one, (str, PathLike)):
            raise TypeError(f"rules[{number}] must be a path or a dictionary, not {type(one).__name__}.")
        path = Path(one)
        if path not in read:
            read.add(path)
            files.append(read_file(path, prefix=f"user.{path.stem}.", rank=USER_RANK, lists=_builtin_lists()))
    _refuse_twins([rule for file in files for rule in file.rules])
    names = {provider.name for provider in _builtin()[1]}
    names |= {file.provider.name for file in files if file.provider}
    for rule in (rule for file in files for rule in file.rules):
        if rule.provider is not None and rule.provider not in names:
            raise RuleError(
                f"{rule.where}: rule {rule.id!r}: there is no provider {rule.provider!r}. "
                f"{instead(rule.provider, sorted(names))} Or add a [provider] table of that name."
            )
    return files


def builtin_sources() -> tuple[list[Rule], list[Format]]:
    """The package's own rules and formats from their TOML, with their examples: slow. Raises RuleError."""
    files = [read_builtin(path) for path in builtin_paths()]
    rules = [rule for file in files for rule in file.rules]
    _refuse_twins(rules)
    rules = with_more_words(rules, [more for file in files for more in file.words])
    return rules, [form for file in files for form in file.formats]


def builtin_paths() -> list[Path]:
    """The package's TOML files with rules and notice formats, in the order in which they count."""
    patterns = (
        "rules/*.toml",
        "rules/languages/*.toml",
        "providers/*/replies.toml",
        "providers/*/notices.toml",
        "formats/*.toml",
    )
    return [path for pattern in patterns for path in sorted(HERE.glob(pattern))]


@cache
def read_builtin(path: Path) -> RuleFile:
    """One of the package's TOML files with its examples. Raises RuleError."""
    folder = path.parent.name
    allowed: tuple[str, ...]
    if path.name == "replies.toml":
        allowed = ("provider", "rule")
        file = read_file(
            path, prefix=f"provider.{folder}.", rank=PROVIDER_RANK, lists=_own_lists(), allowed=allowed
        )
        if file.provider is None:
            raise RuleError(f'{path}:1: names no provider. Add [provider] and below it name = "{folder}".')
    else:
        rules_too = path.name != "notices.toml" and folder != "formats"
        allowed = ("reason", "rule", "words") if rules_too else ("format",)
        file = read_file(path, prefix="phrase.", rank=None, lists=_own_lists(), allowed=allowed)
    return file


def read_file(
    path: Path, *, prefix: str, rank: int | None, lists: Lists, allowed: Sequence[str] = TABLES
) -> RuleFile:
    """Read and check one file. Raises RuleError.

    `prefix`: what the ids of its rules begin with. `rank`: USER_RANK, PROVIDER_RANK, or None for words of
    anybody. `lists`: the lists that it may refer to besides its own. `allowed`: the tables that it may have.
    """
    return _checked(read_source(path).root, str(path), prefix, rank, lists, allowed)


def _checked(
    root: Table, path: str, prefix: str, rank: int | None, lists: Lists, allowed: Sequence[str]
) -> RuleFile:
    for key in root.values:
        if key not in allowed:
            names = [
                name if name == "reason" else root.heading(name, each=name in _REPEATED) for name in allowed
            ]
            raise root.error(f"unknown table or key {key!r}. {instead(key, names)}", key)
    provider = root.table("provider")
    known = make_provider(provider) if provider else None
    own_lists = _lists(root)
    owner = Owner(prefix, rank, known.name if known else None, root.text("reason"))
    lists = {**lists, **own_lists}
    return RuleFile(
        path,
        tuple(make_rule(table, owner, lists) for table in root.tables("rule")),
        known,
        tuple(make_format(table) for table in root.tables("format")),
        own_lists,
        tuple(make_more_words(table, lists) for table in root.tables("words")),
    )


def _refuse_single_rule(root: Table) -> None:
    if "id" in root.values and "rule" not in root.values:
        raise root.error("is a single rule. Write {'rule': [{…}]}, which may have several.", "id")


def _lists(root: Table) -> Lists:
    table = root.table("lists")
    if table is None:
        return {}
    table.label = "[lists]"
    found = {}
    for name in table.values:
        if not _LIST_NAME.fullmatch(name):
            raise table.error(f"{name!r} is no name for a list. Use small letters, digits and _.", name)
        found[name] = tuple(table.strings(name))
        for word in found[name]:
            if word.startswith("$"):
                raise table.error(
                    f"{name} refers to {word!r}: a list cannot. Write its words here.", name, word
                )
    return found


def _refuse_twins(given: Iterable[Rule]) -> None:
    seen: dict[str, Rule] = {}
    for rule in given:
        first = seen.setdefault(rule.id, rule)
        if first is not rule:
            raise RuleError(
                f"{rule.where}: the id {rule.id!r} is used twice, first at {first.where}. "
                "Give each rule its own."
            )


@cache
def _builtin() -> tuple[tuple[Rule, ...], tuple[Provider, ...]]:
    tables = [*load("rules").values(), *load("replies").values()]
    rows = {row["id"]: row for table in tables for row in table["rules"]}
    for more in (more for table in tables for more in table.get("words", ())):
        row = rows[more["of"]] = dict(rows[more["of"]])
        for key in ("phrases", "urls", "patterns", "unless"):
            if key in more:
                row[key] = [*row.get(key, ()), *more[key]]
                row["conditional"] = row.get("conditional", False) or key == "unless"
    return (
        tuple(map(rules.from_row, rows.values())),
        tuple(providers.from_row(table["provider"]) for table in tables if "provider" in table),
    )


def _builtin_lists() -> Lists:
    return {name: tuple(words) for name, words in load("lists")["lists"].items()}


@cache
def _own_lists() -> Lists:
    """The named lists of the package, from their source."""
    path = HERE / "lists.toml"
    return read_file(path, prefix="", rank=None, lists={}, allowed=("lists",)).lists or {}
