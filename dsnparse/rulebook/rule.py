"""A rule: the words (and codes) by which a reason is known. Read from TOML, ours and the user's.

    [[rule]]
    id = "no_such_user"
    reason = "user_unknown"          # or once for the file, at its top
    phrases = ["no such user here"]  # literal words; "@" stands for an address
    patterns = ['mailbox \\S+ does not exist']  # RE2, on the text in lower case
    urls = ["spamhaus.org"]          # found inside host names and URLs too
    weight = "normal"                # strong, normal, weak or hint
    seen = "Postfix, Sendmail, most others"
    examples = ["550 5.1.1 <a@example.com>: no such user here"]
    not = ["no such user agent", " ip "]  # silent when one of these is in the text; " " is a word's edge

Conditions narrow a rule; all that are given must hold: `status` ("5.4.1", "X.4.1", "5.7.5*"), `reply`,
`class` (4 or 5) and `command` ("RCPT", "MAIL", "DATA"). A provider's rule may have conditions only, without
words. `bounce_type` and `advice` override what the reason brings along.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dsnparse.errors import DsnparseError
from dsnparse.reply.spelling import normalise
from dsnparse.rulebook.ranks import WEIGHTS, rank_of
from dsnparse.vocabulary import Advice, BounceType, Reason

#: What words are made of, as far as their edges are looked at. Not all other scripts part words.
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")

KEYS = frozenset(
    "id reason phrases patterns urls weight seen examples not status reply class command bounce_type advice"
    " provider mark".split()
)


class RuleError(DsnparseError, ValueError):
    """A rule file that cannot be used: the message names the file, the place and the cure."""


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

    @property
    def has_words(self) -> bool:
        """Whether the rule looks at the text, not at codes only."""
        return bool(self.phrases or self.urls or self.patterns)

    def allows(
        self, padded: str, status: str | None, reply: int | None, digit: int | None, command: str
    ) -> bool:
        """Whether every condition holds besides the words themselves.

        `padded`: the prepared text with a space before and behind it.
        """
        if self.digit is not None and self.digit != digit:
            return False
        if (self.status or self.status_prefixes) and not (
            status is not None and (status in self.status or status.startswith(self.status_prefixes))
        ):
            return False
        if self.reply and reply not in self.reply:
            return False
        if self.command and command not in self.command:
            return False
        for word in self.unless:  # noqa: SIM110  (runs for every hit: a loop is twice as fast as all())
            if word in padded:
                return False
        return True


def make_rule(table: Mapping[str, Any], *, prefix: str, defaults: Mapping[str, Any], where: str) -> Rule:
    """Check one `[[rule]]` table. Raises RuleError, whose text begins with `where`."""
    if not isinstance(table, Mapping):
        raise RuleError(f"{where}: a rule must be a table, headed [[rule]].")
    name = table.get("id")
    if not isinstance(name, str) or not name:
        raise RuleError(f'{where}: a rule has no id. Give it one: id = "short_name".')
    where = f"{where}: rule {name!r}"
    unknown = sorted(set(table) - KEYS)
    if unknown:
        raise RuleError(f"{where} has the unknown key {unknown[0]!r}. Known keys: {', '.join(sorted(KEYS))}.")
    reason = _member(Reason, table.get("reason", defaults.get("reason")), "reason", where)
    if reason is None:
        raise RuleError(f"{where} has no reason. Give one of: {', '.join(Reason)}.")
    weight = table.get("weight", "normal")
    if weight not in WEIGHTS:
        raise RuleError(f"{where} has weight {weight!r}. Use one of: {', '.join(WEIGHTS)}.")
    status, prefixes = _statuses(_strings(table, "status", where), where)
    reply = table.get("reply", ())
    if not isinstance(reply, (list, tuple)) or not all(isinstance(c, int) and 200 <= c <= 599 for c in reply):
        raise RuleError(f"{where}: reply must be a list of numbers such as [550, 554].")
    digit = table.get("class")
    if digit not in (None, 4, 5):
        raise RuleError(f"{where}: class must be 4 or 5.")
    words = [_spelt(word, where) for word in _strings(table, "phrases", where)]
    phrases = [word for word in words if "@" not in word]
    urls = [_spelt(word, where) for word in _strings(table, "urls", where)]
    patterns = [_with_addresses(word) for word in words if "@" in word] + _strings(table, "patterns", where)
    has_words = bool(phrases or urls or patterns)
    provider = table.get("provider", defaults.get("provider"))
    if not has_words and not (provider and (status or prefixes or reply)):
        raise RuleError(f"{where} has no words to look for. Give it phrases, patterns or urls.")
    if not _strings(table, "examples", where):
        raise RuleError(f'{where} has no example. Give a text that it matches: examples = ["550 …"].')
    unless = tuple(_unless(word) for word in _strings(table, "not", where))
    command = frozenset(word.upper() for word in _strings(table, "command", where))
    return Rule(
        id=prefix.format(reason=reason.value) + name,
        reason=reason,
        rank=rank_of(weight, defaults.get("rank"), has_words=has_words),
        phrases=tuple(dict.fromkeys(phrases)),
        urls=tuple(dict.fromkeys(urls)),
        patterns=tuple(dict.fromkeys(patterns)),
        unless=unless,
        status=frozenset(status),
        status_prefixes=tuple(prefixes),
        reply=frozenset(reply),
        digit=digit,
        command=command,
        bounce_type=_member(BounceType, table.get("bounce_type"), "bounce_type", where),
        advice=_member(Advice, table.get("advice"), "advice", where),
        provider=provider,
        mark=bool(table.get("mark", False)),
        conditional=bool(unless or status or prefixes or reply or digit or command),
    )


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


def _spelt(word: str, where: str) -> str:
    text = normalise(word)
    if not text:
        raise RuleError(f"{where} has an empty phrase. Take it out.")
    return text


def _with_addresses(words: str) -> str:
    """The regular expression for words with "@", which stands for an address blanked to any length."""
    body = re.escape(words).replace("@", "@+").replace("\\ ", " ")
    return (r"\b" if words[0] in LETTERS else "") + body + (r"\b" if words[-1] in LETTERS else "")


def _unless(word: str) -> str:
    """A word of `not`: found anywhere, but a space at its edge stands for the edge of a word."""
    return " " * word.startswith(" ") + normalise(word) + " " * (word.endswith(" ") and len(word) > 1)


def _statuses(given: list[str], where: str) -> tuple[list[str], list[str]]:
    exact, prefixes = [], []
    for code in given:
        if not re.fullmatch(r"[245X]\.\d{1,3}\.(?:\d{1,3}\*?|\*)", code):
            raise RuleError(f'{where}: status {code!r} is no code. Write "5.4.1", "X.4.1" or "5.7.5*".')
        for one in [f"4{code[1:]}", f"5{code[1:]}"] if code[0] == "X" else [code]:
            if one.endswith("*"):
                prefixes.append(one[:-1])
            else:
                exact.append(one)
    return exact, prefixes


def _strings(table: Mapping[str, Any], key: str, where: str) -> list[str]:
    value = table.get(key, ())
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
        raise RuleError(f'{where}: {key} must be a list of strings, such as ["one", "two"].')
    return list(value)


def _member(kind: Any, value: Any, key: str, where: str) -> Any:
    if value is None:
        return None
    try:
        return kind(value)
    except ValueError:
        raise RuleError(f"{where} has {key} {value!r}. Use one of: {', '.join(kind)}.") from None
