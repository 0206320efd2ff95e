"""`[[words]]` tables: what a rule of another file looks for in one language.

[[words]]
of = "phrase.mailbox_full.full"  # the id of the rule, which keeps its reason, weight and conditions
phrases = ["postfach voll"]      # or patterns, urls; `not` adds to that of the rule
examples = ["552 Postfach voll"]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dsnparse.rulebook.errors import RuleError, instead
from dsnparse.rulebook.rule import Rule
from dsnparse.rulebook.rule_table import Words, unless_in, words_in
from dsnparse.rulebook.source import Table


@dataclass(frozen=True, slots=True)
class MoreWords:
    """A `[[words]]` table: the words that a rule of another file has in one language."""

    #: The id of the rule, as evidence shows it.
    of: str
    words: Words
    unless: tuple[str, ...]
    examples: tuple[str, ...]
    where: str


def make_more_words(table: Table, lists: Mapping[str, Sequence[str]]) -> MoreWords:
    """Check one `[[words]]` table. Raises RuleError."""
    of = table.text("of")
    if of is None:
        raise table.error('does not say whose words these are: of = "phrase.mailbox_full.full".')
    table.label = f"words of {of!r}"
    table.only(("of", "phrases", "urls", "patterns", "not", "examples"))
    words = words_in(table)
    if not any(words):
        raise table.error("has no words to look for. Give it phrases, patterns or urls.")
    return MoreWords(of, words, unless_in(table, lists), tuple(table.strings("examples")), table.where())


def to_row(more: MoreWords) -> dict[str, Any]:
    """A `[[words]]` table as plain JSON types, defaults left out."""
    row: dict[str, Any] = {"of": more.of}
    row |= {key: list(words) for key, words in more.words._asdict().items() if words}
    return row | ({"unless": sorted(more.unless)} if more.unless else {})


def with_more_words(given: Sequence[Rule], more: Sequence[MoreWords]) -> list[Rule]:
    """The rules with the words that stand in other files. Raises RuleError when there is no such rule."""
    rules = {rule.id: rule for rule in given}
    for one in more:
        if one.of not in rules:
            raise RuleError(f"{one.where}: there is no rule {one.of!r}. {instead(one.of, rules)}")
        rule = rules[one.of]
        rules[one.of] = replace(
            rule,
            phrases=(*rule.phrases, *one.words.phrases),
            urls=(*rule.urls, *one.words.urls),
            patterns=(*rule.patterns, *one.words.patterns),
            unless=(*rule.unless, *one.unless),
            conditional=rule.conditional or bool(one.unless),
            examples=(*rule.examples, *one.examples),
        )
    return list(rules.values())
