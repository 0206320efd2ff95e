"""Colours of words that tables show: one meaning, one colour."""

from __future__ import annotations

_TYPES = {"hard": "red", "soft": "yellow", "block": "magenta", "undetermined": "cyan"}
_ANSWERS = {"mail": "green", "wait": "yellow", "don't": "red", "no address": "magenta"}
_STATES = {"suppressed": "red", "paused": "yellow", "review": "magenta", "active": "green"}


def type_style(word: str) -> str | None:
    """The colour of a bounce type."""
    return _TYPES.get(word)


def answer_style(word: str) -> str | None:
    """The colour of an answer of `check`."""
    return _ANSWERS.get(word)


def state_style(word: str) -> str | None:
    """The colour of an address's state."""
    return _STATES.get(word)


def happened_style(words: str) -> str | None:
    """The colour of what happened to an address: "bounce hard", "-> paused until 2026-12-03"."""
    first, _, rest = words.partition(" ")
    if first == "->":
        return state_style(rest.partition(" ")[0])
    return type_style(rest) if first == "bounce" else "red" if first == "complaint" else "dim"


def dim(_word: str) -> str:
    """What explains, and is not the answer."""
    return "dim"


def number_style(word: str) -> str | None:
    """What is nothing steps back."""
    return "dim" if word in ("0", "0.0%") else None
