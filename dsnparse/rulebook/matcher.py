"""All rules at once: every phrase is looked for in a single pass over the text.

Phrases go into one Aho-Corasick automaton; of the few hundred patterns, those are tried whose words are
there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dsnparse.rulebook.pattern_finder import PatternFinder
from dsnparse.rulebook.provider import Provider
from dsnparse.rulebook.rule import LETTERS, Rule, compiled
from dsnparse.rulebook.template import Format

#: A rule whose words are in a text: the rule, where they stand in the prepared text, how long they are.
#: A pattern that has not been tried has the place -1, and its number for a length.
Hit = tuple[Rule, int, int]

#: What a single word must not touch: it would be the label of a host name, or the name of a file.
_NAMES = LETTERS | frozenset("@/-")


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
    #: Host suffix → name to show, for providers that share a table.
    called: Mapping[str, str]
    #: The notice formats of the user's files.
    formats: tuple[Format, ...] = ()
    #: Finds the phrases, by their number in `_phrases`.
    _phrase_finder: Any = field(default=None, repr=False)
    _phrases: Sequence[Phrase] = field(default=(), repr=False)
    #: Finds the patterns of rules, by their number in `_patterns`.
    _pattern_finder: Any = field(default=None, repr=False)
    _patterns: Sequence[tuple[Rule, str]] = field(default=(), repr=False)
    #: Provider → its rules without words.
    _code_rows: Mapping[str, Sequence[Rule]] = field(default_factory=dict, repr=False)

    def search(self, low: str) -> tuple[list[Hit], list[str]]:
        """Every rule with words in the prepared text (conditions not yet looked at), and providers marked.

        Of a pattern the words that it needs are found; `locate` tries it, where it is still of interest.
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
        for number in self._pattern_finder.likely(low):
            rule = self._patterns[number][0]
            if rule.id in hits:
                continue
            hit: Hit | None = (rule, -1, number)
            if rule.mark:
                hit = self.locate(number, low)
                if hit is not None and rule.provider is not None and rule.provider not in marked:
                    marked.append(rule.provider)
            if hit is not None:
                found.append(hit)
        return found, marked

    def locate(self, number: int, low: str) -> Hit | None:
        """The rule of the pattern `number`, and where this stands in the prepared text, if it does."""
        rule, pattern = self._patterns[number]
        found = compiled(pattern).search(low.encode() if low.isascii() else low)
        if found is None:
            return None
        start, end = found.span()
        return rule, start, end - start

    def code_rows(self, provider: str) -> Sequence[Rule]:
        """The rules of a provider that look at codes only."""
        return self._code_rows.get(provider, ())


def phrase_of(rule: Rule | None, words: str, provider: str | None, *, url: bool = False) -> Phrase:
    """How literal words are looked for: those of a URL may go on to the right."""
    single = words.isascii() and words.isalnum() and not url
    return Phrase(rule, provider, words[0] in LETTERS, words[-1] in LETTERS and not url, single)


def stands_alone(low: str, start: int, end: int, left: bool, right: bool, single: bool) -> bool:
    """Whether the words at `start` are not a piece of longer ones."""
    if left and start:
        before = low[start - 1]
        if before in LETTERS or (single and (before in _NAMES or before == ".")):
            return False
    if right and end < len(low):
        after = low[end]
        if after in LETTERS:
            return False
        if single:
            if after == ".":
                return end + 1 == len(low) or low[end + 1] not in LETTERS
            return after not in _NAMES
    return True


def build(rules: Iterable[Rule], providers: Iterable[Provider], formats: Iterable[Format] = ()) -> RuleSet:
    """Compile rules and what is known of providers; `formats` are handed on."""
    from ahocorasick_rs import AhoCorasick, Implementation

    rules = tuple(rules)
    hosts: dict[str, str] = {}
    domains: dict[str, str] = {}
    called: dict[str, str] = {}
    phrases: list[Phrase] = []
    words_of: list[str] = []
    patterns: list[tuple[Rule, str]] = []
    for rule in rules:
        marked = rule.provider if rule.mark else None
        words_of += rule.phrases
        phrases += [phrase_of(rule, words, marked) for words in rule.phrases]
        words_of += rule.urls
        phrases += [phrase_of(rule, words, marked, url=True) for words in rule.urls]
        patterns += [(rule, pattern) for pattern in rule.patterns]
    for provider in providers:
        hosts.update(dict.fromkeys(provider.hosts, provider.name))
        domains.update(dict.fromkeys(provider.domains, provider.name))
        called.update(provider.called)
        for mark in provider.marks:
            phrases.append(phrase_of(None, mark, provider.name))
            words_of.append(mark)
    phrase_finder = AhoCorasick(
        words_of,
        implementation=Implementation.ContiguousNFA,
        store_patterns=False,
    )
    pattern_finder = PatternFinder(patterns, compiled)
    rows: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.provider and not rule.has_words:
            rows.setdefault(rule.provider, []).append(rule)
    return RuleSet(
        rules, hosts, domains, called, tuple(formats), phrase_finder, phrases, pattern_finder, patterns, rows
    )
