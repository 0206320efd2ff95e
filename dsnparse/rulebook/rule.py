"""A rule: the words (and codes) by which a reason is known. `rule_table.py` reads it from TOML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from dsnparse.rulebook.expression import Expression
from dsnparse.vocabulary import Advice, BounceType, Reason

#: What words are made of, as far as their edges are looked at. Not all other scripts part words.
LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, checked and ready. Codes are compared with those of the failure at hand."""

    id: str
    reason: Reason
    rank: int
    #: Literal words, in the spelling of a prepared text: whole words only.
    phrases: tuple[str, ...] = ()
    #: Literal words that may go on to the right ("spamhaus.org/query").
    urls: tuple[str, ...] = ()
    #: RE2 expressions.
    patterns: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    status: frozenset[str] = frozenset()
    status_prefixes: tuple[str, ...] = ()
    reply: frozenset[int] = frozenset()
    digit: int | None = None
    command: frozenset[str] = frozenset()
    bounce_type: BounceType | None = None
    advice: Advice | None = None
    provider: str | None = None
    #: The words also identify the provider.
    mark: bool = False
    #: Whether anything besides the words must hold.
    conditional: bool = False
    #: For its readers, in rules read from TOML only: where its words were seen, texts that it matches, and
    #: `file:line`.
    seen: str = ""
    examples: tuple[str, ...] = ()
    where: str = ""

    @property
    def has_words(self) -> bool:
        """Whether the rule looks at the text, not at codes only."""
        return bool(self.phrases or self.urls or self.patterns)

    @property
    def has_codes(self) -> bool:
        """Whether the rule asks for codes or a command."""
        return bool(self.status or self.status_prefixes or self.reply or self.digit or self.command)

    def is_silent(self, padded: str) -> bool:
        """Whether a text has words in which the rule does not hold.

        `padded`: the sentences of the text with a space before and behind them.
        """
        for word in self.unless:  # noqa: SIM110  (a loop is twice as fast as any())
            if word in padded:
                return True
        return False

    def allows(self, status: str | None, reply: int | None, digit: int | None, command: str) -> bool:
        """Whether codes and command are those that the rule asks for."""
        if self.digit is not None and self.digit != digit:
            return False
        if (self.status or self.status_prefixes) and not (
            status is not None and (status in self.status or status.startswith(self.status_prefixes))
        ):
            return False
        if self.reply and reply not in self.reply:
            return False
        return not self.command or command in self.command


def to_row(rule: Rule) -> dict[str, Any]:
    """A rule as plain JSON types, defaults left out."""
    row: dict[str, Any] = {"id": rule.id, "reason": rule.reason.value, "rank": rule.rank}
    for key in ("phrases", "urls", "patterns"):
        if words := getattr(rule, key):
            row[key] = list(words)
    for key in ("unless", "status", "status_prefixes", "reply", "command"):
        if value := getattr(rule, key):
            row[key] = sorted(value)
    for key in ("digit", "bounce_type", "advice", "provider", "mark", "conditional"):
        if value := getattr(rule, key):
            row[key] = value
    return row


def from_row(row: Mapping[str, Any]) -> Rule:
    """The rule that `to_row` wrote."""
    get = row.get
    bounce_type, advice = get("bounce_type"), get("advice")
    return Rule(
        row["id"],
        Reason(row["reason"]),
        row["rank"],
        tuple(get("phrases", ())),
        tuple(get("urls", ())),
        tuple(get("patterns", ())),
        tuple(get("unless", ())),
        frozenset(get("status", ())),
        tuple(get("status_prefixes", ())),
        frozenset(get("reply", ())),
        get("digit"),
        frozenset(get("command", ())),
        BounceType(bounce_type) if bounce_type else None,
        Advice(advice) if advice else None,
        get("provider"),
        get("mark", False),
        get("conditional", False),
    )


@cache
def compiled(pattern: str) -> Expression:
    """The expression of a pattern. Raises ValueError when RE2 cannot read it."""
    return Expression(pattern)
