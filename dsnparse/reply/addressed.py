"""Senders that a text greets, or to whom it gives a message back: nothing is said of them."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final, NamedTuple

from dsnparse.data import load

#: Between a greeting and whom it greets ("Sehr geehrter Herr Absender"), and behind a verb of giving back.
_GREETED: Final = r"[,:]? ?(?:\S{1,20} ){0,2}?"
_GIVEN: Final = r" ?(?:\S{1,20} ){0,4}?(?:l'|all')?"
_ENDING: Final = r"\w{0,8}"


class _Patterns(NamedTuple):
    #: Finds the words of which one is in all of them: asked for each reply, so all at once.
    needed: Any
    #: The sender is its first group, or its second.
    addressed: re.Pattern[str]


def without_addressed(low: str) -> str:
    """`low` with such senders blanked, by as many spaces."""
    patterns = _patterns()
    if patterns.needed.find_matches_as_indexes(low):
        return patterns.addressed.sub(_blank_sender, low)
    return low


@cache
def _patterns() -> _Patterns:
    from ahocorasick_rs import AhoCorasick, Implementation

    data = load("addressed")
    senders, greetings, returned, whole = (
        "|".join(data[key]) for key in ("senders", "greetings", "returned", "whole")
    )
    before = rf"(?<!\w)(?:(?:{greetings}){_GREETED}|(?:{returned}){_GIVEN})"
    return _Patterns(
        AhoCorasick(data["needed"], implementation=Implementation.ContiguousNFA, store_patterns=False),
        re.compile(f"{before}((?:{senders}){_ENDING})|({whole})"),
    )


def _blank_sender(found: re.Match[str]) -> str:
    start, end = found.span(found.lastindex or 0)
    text = found[0]
    return text[: start - found.start()] + " " * (end - start) + text[end - found.start() :]
