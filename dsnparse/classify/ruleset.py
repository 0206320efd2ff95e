"""All rules at once: every phrase is looked for in a single pass over the text.

Phrases go into one Aho-Corasick automaton, which is ready when built; the few patterns go into one RE2 set,
whose automaton grows with the texts it meets (thousands of phrases in it would slow down the first thousand).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from dsnparse.classify.rules import (
    PROVIDER_RANK,
    USER_RANK,
    Rule,
    RuleError,
    from_row,
    literal,
    make_rule,
    single_word,
    to_row,
)
from dsnparse.classify.text import normalise
from dsnparse.data import load

#: Memory for the automaton's states, which it builds as texts need them. At least RE2's default of 8 MB.
AUTOMATON_MEMORY = 64 << 20

#: A rule whose words are in a text: the rule, where they stand in the prepared text, how long they are.
#: Before `RuleSet.locate` a pattern's place is -1, and its number stands for its length.
Hit = tuple[Rule, int, int]

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")
#: What a single word must not touch: it would be the label of a host name, or the name of a file.
_NAMES = _LETTERS | frozenset("@/-")


class Phrase(NamedTuple):
    """Words of a rule (or of a provider's marks, then without rule), and which of their edges are looked at.

    The edges of words in scripts other than Latin's basic letters are not: not all of them part words.
    """

    rule: Rule | None
    provider: str | None
    left: bool
    right: bool
    single: bool


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules, compiled. Build one with `load_rules`; it is immutable and may be shared by threads."""

    rules: tuple[Rule, ...]
    #: Host suffix → provider, recipient domain → provider.
    hosts: Mapping[str, str]
    domains: Mapping[str, str]
    #: `[[format]]` tables of the user's files, unread: (where it stands, table), for `formats.format_set`.
    formats: tuple[tuple[str, Any], ...] = ()
    #: Finds the phrases, by their number in `_phrases`.
    _phrase_finder: Any = field(default=None, repr=False)
    _phrases: Sequence[Phrase] = field(default=(), repr=False)
    #: Finds the patterns, by their number in `_patterns`; None when there are none.
    _pattern_finder: Any = field(default=None, repr=False)
    #: (rule, regular expression, provider marked).
    _patterns: Sequence[tuple[Rule, str, str | None]] = field(default=(), repr=False)
    #: Provider → its rules without words.
    _code_rows: Mapping[str, Sequence[Rule]] = field(default_factory=dict, repr=False)

    def search(self, low: str) -> tuple[list[Hit], list[str]]:
        """Every rule with words in the prepared text (conditions not yet looked at), and providers marked.

        Patterns are found, but not yet placed: `locate` does that for those that are still of interest.
        """
        hits: dict[str, Hit] = {}
        marked: list[str] = []
        phrases = self._phrases
        for number, start, end in self._phrase_finder.find_matches_as_indexes(low, overlapping=True):
            rule, provider, left, right, single = phrases[number]
            if (left or right) and not stands_alone(low, start, end, left, right, single):
                continue
            if provider is not None and provider not in marked:
                marked.append(provider)
            if rule is not None:
                known = hits.get(rule.id)
                if known is None or end - start > known[2]:
                    hits[rule.id] = (rule, start, end - start)
        found = list(hits.values())
        if self._pattern_finder is not None:
            for number in self._pattern_finder.Match(low) or ():
                owner, _, provider = self._patterns[number]
                if provider is not None and provider not in marked:
                    marked.append(provider)
                found.append((owner, -1, number))
        return found, marked

    def locate(self, hit: Hit, low: str) -> Hit:
        """The hit with its place, where a pattern made it."""
        rule, start, number = hit
        if start >= 0:
            return hit
        match = _pattern(self._patterns[number][1]).search(low)
        if match is None:
            return rule, 0, 0
        start, end = match.span()
        return rule, start, end - start

    def code_rows(self, provider: str) -> Sequence[Rule]:
        """The rules of a provider that look at codes only."""
        return self._code_rows.get(provider, ())


def phrase_of(rule: Rule | None, words: str, provider: str | None) -> Phrase:
    """How literal words are looked for."""
    single = words.isascii() and words.isalnum()
    return Phrase(rule, provider, words[0] in _LETTERS, words[-1] in _LETTERS, single)


def stands_alone(low: str, start: int, end: int, left: bool, right: bool, single: bool) -> bool:
    """Whether the words at `start` are not a piece of longer ones."""
    if left and start:
        before = low[start - 1]
        if before in _LETTERS or (single and (before in _NAMES or before == ".")):
            return False
    if right and end < len(low):
        after = low[end]
        if after in _LETTERS:
            return False
        if single:
            if after == ".":
                return end + 1 == len(low) or low[end + 1] not in _LETTERS
            return after not in _NAMES
    return True


@cache
def _pattern(pattern: str) -> Any:
    import re2

    return re2.compile(pattern)  # bounded by the number of patterns in rule files


def build(
    rules: Iterable[Rule],
    providers: Iterable[Mapping[str, Any]],
    formats: Iterable[tuple[str, Any]] = (),
    where: str = "rules",
) -> RuleSet:
    """Compile rules and provider tables. Raises RuleError for a pattern that RE2 cannot read."""
    from ahocorasick_rs import AhoCorasick, Implementation

    rules = tuple(rules)
    hosts: dict[str, str] = {}
    domains: dict[str, str] = {}
    phrases: list[Phrase] = []
    words_of: list[str] = []
    patterns: list[tuple[Rule, str, str | None]] = []
    for rule in rules:
        marked = rule.provider if rule.mark else None
        for pattern, words in rule.matchers:
            if words is not None and pattern in (literal(words), single_word(words)):
                phrases.append(phrase_of(rule, words, marked))
                words_of.append(words)
            else:
                patterns.append((rule, pattern, marked))
    for table in providers:
        name = table["name"]
        hosts.update(dict.fromkeys(table.get("hosts", ()), name))
        domains.update(dict.fromkeys(table.get("domains", ()), name))
        for mark in map(normalise, table.get("marks", ())):
            phrases.append(phrase_of(None, mark, name))
            words_of.append(mark)
    phrase_finder = AhoCorasick(
        words_of,
        implementation=Implementation.NoncontiguousNFA,
        store_patterns=False,
    )
    pattern_finder = _pattern_set(patterns, where) if patterns else None
    rows: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.provider and not rule.matchers:
            rows.setdefault(rule.provider, []).append(rule)
    return RuleSet(
        rules, hosts, domains, tuple(formats), phrase_finder, phrases, pattern_finder, patterns, rows
    )


def _pattern_set(patterns: Sequence[tuple[Rule, str, str | None]], where: str) -> Any:
    import re2

    options = re2.Options()
    options.max_mem = AUTOMATON_MEMORY
    options.log_errors = False
    automaton = re2.Set.SearchSet(options)
    for owner, pattern, _ in patterns:
        try:
            automaton.Add(pattern)
        except re2.error as error:
            raise RuleError(
                f"{where}: rule {owner.id!r} has a pattern that RE2 cannot read: {pattern!r} ({error}). "
                f"Its syntax: https://github.com/google/re2/wiki/Syntax."
            ) from None
    automaton.Compile()
    return automaton


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
    """The rules without words that add nothing: they contain other words of their rule.

    A longer phrase stays when it takes something away from another rule that the shorter one does not.
    """
    words = [
        (text, pattern, number)
        for number, rule in enumerate(rules)
        for pattern, text in rule.matchers
        if text
    ]

    def finds(pattern: str, other: str, text: str) -> bool:
        return other in text and re.search(pattern, text) is not None

    slim = []
    for number, rule in enumerate(rules):
        kept = []
        own = [(text, pattern) for pattern, text in rule.matchers if text]
        for pattern, text in rule.matchers:
            if text is not None:
                shorter = [other for other, find in own if other != text and finds(find, other, text)]
                others = [
                    (find, other)
                    for other, find, owner in words
                    if owner != number and finds(find, other, text)
                ]
                if any(all(finds(find, other, short) for find, other in others) for short in shorter):
                    continue
            kept.append((pattern, text))
        slim.append(replace(rule, matchers=tuple(kept)))
    return slim


def rules_of(table: Mapping[str, Any], *, prefix: str, rank: int | None, where: str) -> list[Rule]:
    """The rules of one file. Raises RuleError."""
    provider = table.get("provider", {}).get("name")
    defaults = {"reason": table.get("reason"), "provider": provider, "rank": rank}
    rules = [make_rule(row, prefix=prefix, defaults=defaults, where=where) for row in table.get("rule", ())]
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise RuleError(f"{where}: the id {rule.id!r} is used twice. Give each rule its own.")
        seen.add(rule.id)
    return rules


def load_rules(paths: Sequence[Path | str]) -> RuleSet:
    """The package's rules and those of the user's TOML files, which win over ours.

    A file has `[[rule]]` tables, may name a `[provider]` (name, hosts, domains, marks), and may carry
    `[[format]]` tables, which are handed over unread in `RuleSet.formats`. Raises RuleError (a ValueError)
    that names the file, the place and the cure.
    """
    rules: list[Rule] = []
    providers: list[Mapping[str, Any]] = []
    formats: list[tuple[str, Any]] = []
    for path in map(Path, paths):
        table = _read(path)
        rules += rules_of(table, prefix=f"user.{path.stem}.", rank=USER_RANK, where=str(path))
        providers += [table["provider"]] if "provider" in table else []
        formats += [(f"{path}: [[format]] {n}", one) for n, one in enumerate(table.get("format", ()), 1)]
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
