"""All rules as one automaton: every phrase is looked for in a single pass over the text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from dsnparse.classify.rules import PROVIDER_RANK, USER_RANK, Rule, RuleError, make_rule
from dsnparse.data import load

#: Memory for the automaton's states, which it builds as texts need them. At least RE2's default of 8 MB.
AUTOMATON_MEMORY = 64 << 20


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule whose words are in a text, and where."""

    rule: Rule
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules, compiled. Build one with `load_rules`; it is immutable and may be shared by threads."""

    rules: tuple[Rule, ...]
    #: Host suffix → provider, recipient domain → provider.
    hosts: Mapping[str, str]
    domains: Mapping[str, str]
    #: `[[format]]` tables of the user's files, as they were read: for the reader of notice formats.
    formats: tuple[Mapping[str, Any], ...] = ()
    _automaton: Any = field(default=None, repr=False)
    #: Pattern number → (rule or None for a mark, regular expression, literal, provider marked).
    _matchers: tuple[tuple[Rule | None, str, str | None, str | None], ...] = field(default=(), repr=False)
    #: Provider → its rules without words.
    _code_rows: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict, repr=False)

    def search(self, low: str) -> tuple[list[Hit], list[str]]:
        """Every rule with words in the prepared text (conditions not yet looked at), and providers marked."""
        hits: dict[str, Hit] = {}
        marked: list[str] = []
        for number in sorted(self._automaton.Match(low) or ()):
            rule, pattern, literal, provider = self._matchers[number]
            if provider is not None and provider not in marked:
                marked.append(provider)
            if rule is None:
                continue
            start, length = _place(low, pattern, literal)
            known = hits.get(rule.id)
            if known is None or length > known.length:
                hits[rule.id] = Hit(rule, start, length)
        return list(hits.values()), marked

    def code_rows(self, provider: str) -> Sequence[Rule]:
        """The rules of a provider that look at codes only."""
        return self._code_rows.get(provider, ())


def _place(low: str, pattern: str, literal: str | None) -> tuple[int, int]:
    if literal is not None:
        return max(low.find(literal), 0), len(literal)
    found = _pattern(pattern).search(low)
    if found is None:
        return 0, 0
    start, end = found.span()
    return start, end - start


@cache
def _pattern(pattern: str) -> Any:
    import re2

    return re2.compile(pattern)  # bounded by the number of patterns in rule files


def build(
    rules: Iterable[Rule],
    providers: Iterable[Mapping[str, Any]],
    formats: Iterable[Mapping[str, Any]] = (),
    where: str = "rules",
) -> RuleSet:
    """Compile rules and provider tables. Raises RuleError for a pattern that RE2 cannot read."""
    import re2

    rules = tuple(rules)
    hosts: dict[str, str] = {}
    domains: dict[str, str] = {}
    matchers: list[tuple[Rule | None, str, str | None, str | None]] = []
    for rule in rules:
        for pattern, literal in rule.matchers:
            matchers.append((rule, pattern, literal, rule.provider if rule.mark else None))
    for table in providers:
        name = table["name"]
        hosts.update(dict.fromkeys(table.get("hosts", ()), name))
        domains.update(dict.fromkeys(table.get("domains", ()), name))
        matchers += [(None, _mark(mark), None, name) for mark in table.get("marks", ())]
    options = re2.Options()
    options.max_mem = AUTOMATON_MEMORY
    options.log_errors = False
    automaton = re2.Set.SearchSet(options)
    for owner, pattern, _, _ in matchers:
        try:
            automaton.Add(pattern)
        except re2.error as error:
            name = f"rule {owner.id!r}" if owner else "a provider's marks"
            raise RuleError(
                f"{where}: {name} has a pattern that RE2 cannot read: {pattern!r} ({error})."
            ) from None
    automaton.Add(r"\x00never\x00")  # an empty set cannot be searched
    automaton.Compile()
    rows: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.provider and not rule.matchers:
            rows.setdefault(rule.provider, []).append(rule)
    return RuleSet(
        rules,
        hosts,
        domains,
        tuple(formats),
        automaton,
        tuple(matchers),
        {name: tuple(found) for name, found in rows.items()},
    )


def _mark(mark: str) -> str:
    from dsnparse.classify.rules import literal

    return literal(mark)


@cache
def builtin() -> RuleSet:
    """The package's own rules."""
    return build(_builtin_rules(), _builtin_providers(), where="dsnparse/data")


def _builtin_rules() -> list[Rule]:
    rules = []
    for name, table in load("rules").items():
        rules += _rules_of(
            table, prefix="phrase.{reason}.", rank=None, where=f"dsnparse/data/rules/{name}.toml"
        )
    for name, table in load("providers").items():
        rules += _rules_of(
            table,
            prefix=f"provider.{name}.",
            rank=PROVIDER_RANK,
            where=f"dsnparse/data/providers/{name}.toml",
        )
    return rules


def _builtin_providers() -> list[Mapping[str, Any]]:
    return [table["provider"] for table in load("providers").values()]


def _rules_of(table: Mapping[str, Any], *, prefix: str, rank: int | None, where: str) -> list[Rule]:
    provider = table.get("provider", {}).get("name")
    defaults = {"reason": table.get("reason"), "provider": provider, "rank": rank}
    rules = [make_rule(row, prefix=prefix, defaults=defaults, where=where) for row in table.get("rule", ())]
    twice = {rule.id for rule in rules if sum(other.id == rule.id for other in rules) > 1}
    if twice:
        raise RuleError(f"{where}: the id {min(twice)!r} is used twice. Give each rule its own.")
    return rules


def load_rules(paths: Sequence[Path | str]) -> RuleSet:
    """The package's rules and those of the user's TOML files, which win over ours.

    A file has `[[rule]]` tables, may name a `[provider]` (name, hosts, domains, marks), and may carry
    `[[format]]` tables, which are handed over unread in `RuleSet.formats`. Raises RuleError (a ValueError)
    that names the file, the place and the cure.
    """
    rules: list[Rule] = []
    providers: list[Mapping[str, Any]] = []
    formats: list[Mapping[str, Any]] = []
    for path in map(Path, paths):
        table = _read(path)
        rules += _rules_of(table, prefix=f"user.{path.stem}.", rank=USER_RANK, where=str(path))
        providers += [table["provider"]] if "provider" in table else []
        formats += table.get("format", ())
    where = ", ".join(map(str, paths))
    return build([*rules, *_builtin_rules()], [*_builtin_providers(), *providers], formats, where=where)


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
    return table
