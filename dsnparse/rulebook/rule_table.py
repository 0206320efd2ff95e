"""A `[[rule]]` table of TOML, ours or the user's, checked and made a `Rule`.

    [[rule]]
    id = "no_such_user"
    reason = "user_unknown"          # or once for the file, at its top
    phrases = ["no such user here"]  # literal words; "@" stands for an address
    patterns = ['mailbox \\S+ does not exist']  # RE2, on the text in lower case
    urls = ["spamhaus.org"]          # found inside host names and URLs too
    weight = "normal"                # strong, normal, weak, hint or code
    seen = "Postfix, Sendmail, most others"
    examples = ["550 5.1.1 <a@example.com>: no such user here"]
    not = ["no such user agent", " ip "]  # silent when one of these is in the text; " " is a word's edge

Conditions narrow a rule; all that are given must hold: `status` ("5.4.1", "X.4.1", "5.7.5*"), `reply`,
`class` (4 or 5) and `command` ("RCPT", "MAIL", "DATA"). A provider's rule may have conditions only, without
words. `bounce_type` and `advice` override what the reason brings along.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dsnparse.reply.spelling import normalise
from dsnparse.rulebook.errors import instead
from dsnparse.rulebook.ranks import Weight, rank_of
from dsnparse.rulebook.rule import LETTERS, Rule, compiled
from dsnparse.rulebook.source import Table
from dsnparse.vocabulary import Advice, BounceType, Reason

KEYS = frozenset(
    "id reason phrases patterns urls weight seen examples not status reply class command bounce_type advice"
    " provider mark".split()
)
#: What `command` may name → how a failure at hand names it: "CONN" is the greeting, "" that nobody says.
COMMANDS = {name: name for name in "CONN HELO EHLO LHLO STARTTLS AUTH MAIL RCPT DATA BDAT".split()} | {
    "UNKNOWN": ""
}
#: How `not` refers to a named list.
_LIST = re.compile(r"\$[a-z][a-z0-9_]*", re.ASCII)
_STATUS = re.compile(r"[245X]\.\d{1,3}\.(?:\d{1,3}\*?|\*)", re.ASCII)


class Words(NamedTuple):
    """What a rule looks for."""

    phrases: tuple[str, ...]
    urls: tuple[str, ...]
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose rules a file holds, and what holds for a rule that does not say it itself."""

    #: What ids begin with: "provider.google.", "user.mine."; "phrase." for words of anybody, then the reason.
    prefix: str
    #: USER_RANK, PROVIDER_RANK, or None for those of anybody.
    rank: int | None
    provider: str | None = None
    reason: str | None = None


def make_rule(table: Table, owner: Owner, lists: Mapping[str, Sequence[str]]) -> Rule:
    """Check one `[[rule]]` table. Raises RuleError.

    `owner`: whose rule it is. `lists`: what the named lists hold that `not` may refer to.
    """
    name = table.text("id")
    if name is None:
        raise table.error('has no id. Give it one: id = "short_name".')
    table.label = f"rule {name!r}"
    table.only(KEYS if owner.rank is not None else KEYS | {"in_languages"})
    reason = table.member("reason", Reason, owner.reason)
    if reason is None:
        raise table.error(f'has no reason. Give it one: reason = "…". {instead("", Reason)}')
    words = words_in(table)
    status, prefixes = _statuses(table)
    reply = table.numbers("reply", 200, 599)
    provider = table.text("provider") or owner.provider
    if not any(words) and not (table.flag("in_languages") and owner.rank is None):
        _check_codes_only(table, provider, bool(status or prefixes or reply))
    if not table.values.get("examples"):
        raise table.error('has no example. Give a text that it matches: examples = ["550 …"].')
    weight = table.member("weight", Weight, "normal") or Weight.NORMAL
    unless = unless_in(table, lists)
    digit = _digit(table)
    command = _commands(table)
    return Rule(
        id=f"{owner.prefix}{name}" if owner.rank is not None else f"{owner.prefix}{reason.value}.{name}",
        reason=reason,
        rank=rank_of(weight, owner.rank, has_words=any(words), is_range=bool(prefixes)),
        phrases=words.phrases,
        urls=words.urls,
        patterns=words.patterns,
        unless=unless,
        status=frozenset(status),
        status_prefixes=tuple(prefixes),
        reply=frozenset(reply),
        digit=digit,
        command=command,
        bounce_type=table.member("bounce_type", BounceType),
        advice=table.member("advice", Advice),
        provider=provider,
        mark=table.flag("mark"),
        conditional=bool(unless or status or prefixes or reply or digit or command),
        seen=table.text("seen") or "",
        examples=tuple(table.strings("examples")),
        where=table.where(),
    )


def words_in(table: Table) -> Words:
    """What a table looks for: `phrases`, `urls` and `patterns`. Raises RuleError."""
    words = [_spelt(table, word, "phrases") for word in table.strings("phrases")]
    urls = [_spelt(table, word, "urls") for word in table.strings("urls")]
    patterns = table.strings("patterns")
    for pattern in patterns:
        _check_pattern(table, pattern)
    patterns = [_with_addresses(word) for word in words if "@" in word] + patterns
    phrases = (word for word in words if "@" not in word)
    return Words(tuple(dict.fromkeys(phrases)), tuple(dict.fromkeys(urls)), tuple(dict.fromkeys(patterns)))


def _spelt(table: Table, word: str, key: str) -> str:
    text = normalise(word)
    if not text:
        raise table.error(f"{key} has an empty phrase, {word!r}. Take it out.", key)
    return text


def _check_pattern(table: Table, pattern: str) -> None:
    try:
        matches_all = compiled(pattern).search("") is not None
    except ValueError as error:
        raise table.error(
            f"has a pattern that RE2 cannot read: {pattern!r} ({error}). "
            "Its syntax: https://github.com/google/re2/wiki/Syntax.",
            "patterns",
            pattern,
        ) from None
    if matches_all:
        raise table.error(
            f"has a pattern that is found in every text: {pattern!r}. Write words that must be there.",
            "patterns",
            pattern,
        )


def _check_codes_only(table: Table, provider: str | None, has_codes: bool) -> None:
    """Refuses a rule without words, unless it tells what a provider means by a code."""
    if not has_codes:
        raise table.error("has no words to look for. Give it phrases, patterns or urls.")
    if provider is None:
        raise table.error(
            "has no words to look for. Give it phrases, patterns or urls; or say whose codes these are, "
            'with a [provider] table in the file or provider = "…" in the rule.'
        )


def _expanded(table: Table, lists: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The words of `not`, those of named lists in place of their names."""
    for word in table.strings("not"):
        if not _LIST.fullmatch(word):
            yield word
        elif word[1:] in lists:
            yield from lists[word[1:]]
        else:
            raise table.error(
                f"there is no list {word!r}. {instead(word, [f'${one}' for one in lists])}", "not", word
            )


def _with_addresses(words: str) -> str:
    """The regular expression for words with "@", which stands for an address blanked to any length."""
    body = re.escape(words).replace("@", "@+").replace("\\ ", " ")
    return (r"\b" if words[0] in LETTERS else "") + body + (r"\b" if words[-1] in LETTERS else "")


def unless_in(table: Table, lists: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The words of `not`: found anywhere, but a space at an edge stands for the edge of a word."""
    words = (
        " " * word.startswith(" ") + _spelt(table, word, "not") + " " * word.endswith(" ")
        for word in _expanded(table, lists)
    )
    return tuple(dict.fromkeys(words))


def _digit(table: Table) -> int | None:
    digit = table.values.get("class")
    if digit is None or (type(digit) is int and digit in (4, 5)):
        return digit
    raise table.error("class must be 4 or 5, without quotes.", "class")


def _commands(table: Table) -> frozenset[str]:
    given = table.strings("command")
    for word in given:
        if word.upper() not in COMMANDS:
            raise table.error(
                f"there is no command {word!r}. {instead(word.upper(), COMMANDS)}", "command", word
            )
    return frozenset(COMMANDS[word.upper()] for word in given)


def _statuses(table: Table) -> tuple[list[str], list[str]]:
    exact, prefixes = [], []
    for code in table.strings("status"):
        if not _STATUS.fullmatch(code):
            raise table.error(
                f'status {code!r} is no code. Write "5.4.1", "X.4.1" or "5.7.5*".', "status", code
            )
        for one in [f"4{code[1:]}", f"5{code[1:]}"] if code[0] == "X" else [code]:
            if one.endswith("*"):
                prefixes.append(one[:-1])
            else:
                exact.append(one)
    return exact, prefixes
