"""Durations as an operator writes them: "30d", "12h", "2w", "never"."""

from __future__ import annotations

from datetime import timedelta

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "y": 31_536_000}
#: Far more than any policy needs, and still safe to add to a date of this century.
_LONGEST = 1_000 * _SECONDS["y"]


def parse_duration(text: str) -> timedelta:
    """A duration from a whole number and one of s, m, h, d, w, y (365 days).

    Raise ValueError, with a sentence, for anything else.
    """
    number, unit = text.strip()[:-1].strip(), text.strip()[-1:].lower()
    if unit not in _SECONDS or not (number.isascii() and number.isdigit()) or len(number) > 12:
        raise ValueError(f"{text!r} is not a duration; write a number and s, m, h, d, w or y, as in 30d")
    seconds = int(number) * _SECONDS[unit]
    if seconds > _LONGEST:
        raise ValueError(f"{text!r} is longer than a thousand years")
    return timedelta(seconds=seconds)
