"""`data/subjects.toml` as patterns, and what the words of a rule say by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Final, NamedTuple

from dsnparse.data import load
from dsnparse.data.uncollected import uncollected
from dsnparse.rulebook.expression import Expression
from dsnparse.rulebook.pattern_finder import PatternFinder
from dsnparse.rulebook.rule import compiled

#: No longer than this is a verb that stands alone ("is no longer valid").
_SHORT: Final = 40
#: Words of rules that are remembered: replies say the same ones again and again.
_REMEMBERED: Final = 1024
#: The lists of patterns that say what may be, or what is so for now.
UNSURE: Final = ("perhaps", "perhaps_within", "perhaps_behind", "by_mistake", "for_now")


class Patterns(NamedTuple):
    """`data/subjects.toml`, compiled for RE2."""

    #: Expression of all: most replies have none, and are done.
    cue: PatternFinder[str]
    named: Expression
    behind: Expression
    missing: Expression
    #: One of these words is in every denial, near the words that it denies: looked for first.
    denying: frozenset[str]
    #: What may stand before a noun for the recipient; these nouns; and what makes a thing of his of one.
    before_a_noun: frozenset[str]
    nouns: frozenset[str]
    things: frozenset[str]
    denied: Expression
    denied_within: Expression
    denied_behind: Expression
    perhaps: Expression
    perhaps_within: Expression
    perhaps_behind: Expression
    by_mistake: Expression
    for_now: Expression
    verb_alone: Expression
    address: Expression
    takes: Expression
    unlimited: Expression
    somebody: Expression


@cache
@uncollected
def patterns() -> Patterns:
    """The patterns, compiled when first asked for."""
    table = load("subjects")
    named, behind, doubt = table["named"], table["behind"], table["doubt"]
    cues = [("named", words) for whom, words in named.items() if whom != "recipient"]
    cues += [("behind", words) for whom, words in behind.items() if whom != "recipient"]
    cues += [("missing", words) for words in table["missing"].values()]
    cues += [(key, doubt[key]) for key in UNSURE]
    return Patterns(
        PatternFinder([(key, word.removeprefix("^")) for key, words in cues for word in words], compiled),
        compiled(_named(named)),
        compiled(f"^.{{0,30}}?(?:{_named(behind)})"),
        compiled(_named(table["missing"])),
        frozenset(doubt["denying"]),
        _each(doubt["before_a_noun"]),
        _each(doubt["nouns"]),
        _each(doubt["things"]),
        *(compiled("|".join(doubt[key])) for key in Patterns._fields[8:]),
    )


def _each(lines: Sequence[str]) -> frozenset[str]:
    """The words of lines of several."""
    return frozenset(" ".join(lines).split())


def _named(table: Mapping[str, Sequence[str]]) -> str:
    """One pattern of all; the group that is found says whom it names."""
    return "|".join(f"(?P<{whom}>{'|'.join(words)})" for whom, words in table.items())


class WordsOfARule(NamedTuple):
    """What the words of a rule say by themselves."""

    text: str
    are_denied: bool
    are_verb_alone: bool
    are_perhaps: bool
    are_of_a_thing: bool
    begin_with_a_noun: bool
    take: bool


@lru_cache(maxsize=_REMEMBERED)
def words_of_a_rule(text: str) -> WordsOfARule:
    """What `text` says by itself, whatever stands around it."""
    known = patterns()
    words = text.split()
    is_a_noun = bool(words) and words[0] in known.nouns
    return WordsOfARule(
        text,
        not known.denying.isdisjoint(words) and is_in(known.denied_within, text),
        len(text) < _SHORT and is_in(known.verb_alone, text),
        is_in(known.perhaps_within, text),
        is_a_noun and len(words) > 1 and words[1] in known.things,
        is_a_noun,
        is_in(known.takes, text) and text[-1:].isalpha(),
    )


def is_in(pattern: Expression, text: str) -> bool:
    """Whether a pattern is in a text; given as bytes, since RE2 works out the places of letters otherwise."""
    return pattern.is_in(text.encode())
