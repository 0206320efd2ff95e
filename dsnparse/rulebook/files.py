"""Rule files: the package's own, compiled, and the user's TOML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Any

from dsnparse.data import load
from dsnparse.rulebook.matcher import RuleSet, build, phrase_of, stands_alone
from dsnparse.rulebook.ranks import PROVIDER_RANK, USER_RANK
from dsnparse.rulebook.rule import Rule, RuleError, from_row, make_rule, to_row


@cache
def builtin() -> RuleSet:
    """The package's own rules."""
    return build(*_builtin(), where="dsnparse/data")


def _builtin() -> tuple[list[Rule], list[Mapping[str, Any]]]:
    data = [load("rules"), load("providers")]
    return [from_row(row) for part in data for row in part["rules"]], load("providers")["providers"]


def prepare(name: str, files: Mapping[str, Any]) -> dict[str, Any]:
    """What `dsnparse.data` compiles the TOML of "rules" or "providers" to: checked, pruned, escaped."""
    rules: list[Rule] = []
    for stem, table in files.items():
        where = f"dsnparse/data/{name}/{stem}.toml"
        if name == "rules":
            rules += rules_of(table, prefix="phrase.{reason}.", rank=None, where=where)
        else:
            rules += rules_of(table, prefix=f"provider.{stem}.", rank=PROVIDER_RANK, where=where)
    providers = [table["provider"] for table in files.values() if "provider" in table]
    build(rules, providers, where=f"dsnparse/data/{name}")  # refuses what cannot be compiled
    return {"rules": [to_row(rule) for rule in without_redundant(rules)], "providers": providers}


def without_redundant(rules: Sequence[Rule]) -> list[Rule]:
    """The rules without phrases that add nothing: they contain another phrase of their rule.

    A longer phrase stays when it takes something away from another rule that the shorter one does not.
    """
    words = [(phrase, number) for number, rule in enumerate(rules) for phrase in rule.phrases]
    slim = []
    for number, rule in enumerate(rules):
        kept = []
        for phrase in rule.phrases:
            shorter = [other for other in rule.phrases if other != phrase and stands_in(other, phrase)]
            others = [other for other, owner in words if owner != number and stands_in(other, phrase)]
            if not any(all(stands_in(other, short) for other in others) for short in shorter):
                kept.append(phrase)
        slim.append(replace(rule, phrases=tuple(kept)))
    return slim


def stands_in(words: str, text: str) -> bool:
    """Whether `words` would be found in `text`, as far as its first place there shows."""
    start = text.find(words)
    if start < 0:
        return False
    phrase = phrase_of(None, words, None)
    return stands_alone(text, start, start + len(words), phrase.left, phrase.right, phrase.single)


def rules_of(
    table: Mapping[str, Any], *, prefix: str, rank: int | None, where: str, lines: Sequence[int] = ()
) -> list[Rule]:
    """The rules of one file; `lines` says where each starts. Raises RuleError."""
    provider = table.get("provider", {}).get("name")
    defaults = {"reason": table.get("reason"), "provider": provider, "rank": rank}
    rows = table.get("rule", ())
    places = [f"{where}:{line}" for line in lines] if len(lines) == len(rows) else [where] * len(rows)
    rules = [
        make_rule(row, prefix=prefix, defaults=defaults, where=place)
        for row, place in zip(rows, places, strict=True)
    ]
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise RuleError(f"{where}: the id {rule.id!r} is used twice. Give each rule its own.")
        seen.add(rule.id)
    return rules


def _header_lines(path: Path, header: str) -> list[int]:
    """The lines, counted from 1, on which tables with this header start; tomllib does not tell."""
    lines = path.read_text("utf-8").splitlines()
    return [number for number, line in enumerate(lines, 1) if line.strip().startswith(header)]


def load_rules(paths: Sequence[str | PathLike[str]]) -> RuleSet:
    """The package's rules and those of the user's TOML files, which win over ours.

    A file has `[[rule]]` tables, may name a `[provider]` (name, hosts, domains, marks), and may carry
    `[[format]]` tables, which are handed over unread in `RuleSet.formats`. Raises RuleError (a ValueError)
    that names the file, the place and the cure; TypeError when `paths` is a single path.
    """
    if isinstance(paths, (str, PathLike)):
        raise TypeError("rules is a list of paths: write rules=[path], also for a single file.")
    rules: list[Rule] = []
    providers: list[Mapping[str, Any]] = []
    formats: list[tuple[str, Any]] = []
    for path in map(Path, paths):
        table = _read(path)
        rules += rules_of(
            table,
            prefix=f"user.{path.stem}.",
            rank=USER_RANK,
            where=str(path),
            lines=_header_lines(path, "[[rule]]"),
        )
        providers += [table["provider"]] if "provider" in table else []
        own = table.get("format", [])
        starts = _header_lines(path, "[[format]]")
        places = [f"{path}:{line}" for line in starts] if len(starts) == len(own) else [str(path)] * len(own)
        formats += [
            (f"{place}: [[format]] {number}", one)
            for number, (place, one) in enumerate(zip(places, own, strict=True), 1)
        ]
    own_rules, own_providers = _builtin()
    where = ", ".join(map(str, paths))
    return build([*rules, *own_rules], [*own_providers, *providers], formats, where=where)


def _read(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise RuleError(
            f"{path}: cannot be read ({error.strerror}). Check the path and its permissions."
        ) from None
    except UnicodeDecodeError:
        raise RuleError(f"{path}: is not UTF-8. Save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"{path}: is not valid TOML: {error}.") from None
    unknown = sorted(set(table) - {"reason", "rule", "provider", "format"})
    if unknown:
        raise RuleError(f"{path}: unknown table {unknown[0]!r}. Use [[rule]], [provider] and [[format]].")
    for key in ("rule", "format"):
        if not isinstance(table.get(key, []), list):
            raise RuleError(f"{path}: write [[{key}]] with two brackets, once per {key}.")
    provider = table.get("provider")
    if provider is not None and not (isinstance(provider, dict) and isinstance(provider.get("name"), str)):
        raise RuleError(f'{path}: [provider] needs a name, such as name = "example".')
    for key in ("hosts", "domains", "marks"):
        value = (provider or {}).get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise RuleError(
                f'{path}: {key} of [provider] must be a list of strings, such as ["example.com"].'
            )
    return table
