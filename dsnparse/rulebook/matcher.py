"""All rules at once: every phrase is looked for in a single pass over the text.

Phrases go into one Aho-Corasick automaton, with the words that patterns need; of the few hundred patterns,
those are tried whose words are there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from dsnparse.rulebook.needed_words import prepared
from dsnparse.rulebook.needs import WHOLE, Bits, Match, Needs
from dsnparse.rulebook.pattern_finder import automaton
from dsnparse.rulebook.provider import Provider
from dsnparse.rulebook.rule import LETTERS, Rule, compiled
from dsnparse.rulebook.template import Format

#: A rule whose words are in a text: the rule, where they stand in the prepared text, how long they are.
#: A pattern that has not been tried has the place -1, and its number for a length.
Hit = tuple[Rule, int, int]

#: What a single word must not touch: it would be the label of a host name, or the name of a file.
_NAMES: Final = LETTERS | frozenset("@/-")
_LABELS: Final = _NAMES | {"."}
_NOTHING: frozenset[str] = frozenset()
#: Any number of blanks, in a pattern: `\s+`, ` *`, `[ \t]{1,3}`.
_WIDE_BLANK: Final = re.compile(r"(?:\\[sntrfv]| |\[(?:\\[sntrfv]|\s){1,8}\])[+*{]")


class Phrase(NamedTuple):
    """Words of a rule (or of a provider's marks, then without rule), and what they must not touch.

    What stands beside scripts other than Latin's basic letters is free: not all of them part words.
    """

    rule: Rule | None
    provider: str | None
    before: frozenset[str]
    behind: frozenset[str]
    #: Whether a letter behind a dot behind them would make them the label of a host name.
    is_label: bool


class Found:
    """What `RuleSet.search` finds in a text."""

    __slots__ = ("hits", "marked", "there")

    def __init__(self, hits: list[Hit], marked: list[str], there: Bits) -> None:
        #: Every rule with words in the text, conditions not yet looked at.
        self.hits = hits
        #: The providers whose words are in it.
        self.marked = marked
        #: The bits of the words that are in it.
        self.there = there


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
    #: The words that patterns need and the phrases, each with a number; and what finds them.
    _needs: Needs = field(default_factory=lambda: Needs(()), repr=False)
    _finder: Any = field(default=None, repr=False)
    #: For each of these words its bits, the patterns whose rarest it is, and what it is as a phrase.
    _told: list[tuple[Bits, list[int], tuple[Phrase, ...]]] = field(default_factory=list, repr=False)
    #: The patterns of rules, by their number.
    _patterns: Sequence[tuple[Rule, str]] = field(default=(), repr=False)
    #: Rule → the bits of words in which it does not hold, and whether it asks for codes.
    conditions: Mapping[str, tuple[Bits, bool]] = field(default_factory=dict, repr=False)
    #: Whether a pattern has blanks of which there may be several: its words are found where these are one.
    _has_wide_blanks: bool = field(default=True, repr=False)
    #: Provider → its rules without words.
    _code_rows: Mapping[str, Sequence[Rule]] = field(default_factory=dict, repr=False)

    def search(self, low: str) -> Found:
        """Every rule with words in the prepared text, and providers marked.

        Of a pattern the words that it needs are found; `locate` tries it, where it is still of interest.
        """
        hits: dict[str, Hit] = {}
        marked: list[str] = []
        padded = f" {low} "
        matches: list[Match] = self._finder.find_matches_as_indexes(padded, overlapping=True)
        needs, told = self._needs, self._told
        keys: list[int] = []
        there: Bits = 0
        for number, start, end in matches:
            bits, some, phrases = told[number]
            if bits:
                there |= bits
            if some:
                keys += some
            for rule, provider, before, behind, is_label in phrases:
                if padded[start - 1] in before or padded[end] in behind:
                    continue
                if is_label and padded[end] == "." and padded[end + 1] in LETTERS:
                    continue
                if provider is not None and provider not in marked:
                    marked.append(provider)
                if rule is not None:
                    known = hits.get(rule.id)
                    if known is None or end - start > known[2]:
                        hits[rule.id] = (rule, start - 1, end - start)
        if not low.isascii() or (self._has_wide_blanks and "  " in low):  # their words have single blanks
            padded = prepared(low)
            matches = self._finder.find_matches_as_indexes(padded, overlapping=True)
            keys, there = needs.met(matches)
        likely = needs.likely(keys, there, len(low))
        if there & WHOLE:
            likely = list({*likely, *needs.standing_alone(matches, padded)})
        found = Found(list(hits.values()), marked, there)
        self._add_patterns(sorted(likely), low, hits, found)
        return found

    def _add_patterns(self, likely: Sequence[int], low: str, known: Mapping[str, Hit], found: Found) -> None:
        """Adds the hits of patterns; of one that marks a provider, where it is in the text."""
        patterns = self._patterns
        for number in likely:
            rule = patterns[number][0]
            if rule.id in known:
                continue
            hit: Hit | None = (rule, -1, number)
            if rule.mark:
                hit = self.locate(number, low)
                if hit is not None and rule.provider is not None and rule.provider not in found.marked:
                    found.marked.append(rule.provider)
            if hit is not None:
                found.hits.append(hit)

    def locate(self, number: int, low: str) -> Hit | None:
        """The rule of the pattern `number`, and where this stands in the prepared text, if it does."""
        rule, pattern = self._patterns[number]
        one = compiled(pattern)
        if low.isascii():
            span = one.span(low.encode())
        else:
            found = one.search(low)
            span = None if found is None else found.span()
        return None if span is None else (rule, span[0], span[1] - span[0])

    def code_rows(self, provider: str) -> Sequence[Rule]:
        """The rules of a provider that look at codes only."""
        return self._code_rows.get(provider, ())


def phrase_of(rule: Rule | None, words: str, provider: str | None, *, url: bool = False) -> Phrase:
    """How literal words are looked for: those of a URL may go on to the right."""
    is_single = words.isascii() and words.isalnum() and not url
    before = (_LABELS if is_single else LETTERS) if words[0] in LETTERS else _NOTHING
    behind = (_NAMES if is_single else LETTERS) if words[-1] in LETTERS and not url else _NOTHING
    return Phrase(rule, provider, before, behind, is_single)


def build(rules: Iterable[Rule], providers: Iterable[Provider], formats: Iterable[Format] = ()) -> RuleSet:
    """Compile rules and what is known of providers; `formats` are handed on."""
    rules = tuple(rules)
    hosts: dict[str, str] = {}
    domains: dict[str, str] = {}
    called: dict[str, str] = {}
    phrases: dict[str, tuple[Phrase, ...]] = {}
    patterns: list[tuple[Rule, str]] = []
    for rule in rules:
        marked = rule.provider if rule.mark else None
        for words in rule.phrases:
            phrases[words] = (*phrases.get(words, ()), phrase_of(rule, words, marked))
        for words in rule.urls:
            phrases[words] = (*phrases.get(words, ()), phrase_of(rule, words, marked, url=True))
        patterns += [(rule, pattern) for pattern in rule.patterns]
    for provider in providers:
        hosts.update(dict.fromkeys(provider.hosts, provider.name))
        domains.update(dict.fromkeys(provider.domains, provider.name))
        called.update(provider.called)
        for mark in provider.marks:
            phrases[mark] = (*phrases.get(mark, ()), phrase_of(None, mark, provider.name))
    needs = Needs(
        [pattern for _, pattern in patterns],
        also=phrases,
        told=dict.fromkeys(word for rule in rules for word in rule.unless),
    )
    conditions = {}
    for rule in rules:
        silencing: Bits = 0
        for word in rule.unless:
            silencing |= needs.bit_of[word]
        conditions[rule.id] = silencing, rule.has_codes
    rows: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.provider and not rule.has_words:
            rows.setdefault(rule.provider, []).append(rule)
    return RuleSet(
        rules,
        hosts,
        domains,
        called,
        tuple(formats),
        needs,
        automaton(needs.words),
        [
            (needs.groups_of[number], needs.key_of[number], phrases.get(word, ()))
            for number, word in enumerate(needs.words)
        ],
        patterns,
        conditions,
        any(_WIDE_BLANK.search(pattern) is not None for _, pattern in patterns),
        rows,
    )
