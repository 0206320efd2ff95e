"""Addresses that are listed in a sentence: "a@b, c@d and e@f"."""

from __future__ import annotations

import re
from typing import Final

from dsnparse.wire.address_spans import Span

#: What stands between them.
_BETWEEN: Final = re.compile(
    r"[>\])\"']{0,3}\s{0,3}(?:[,;]|[,;]?\s(?:and|or|und|oder|et|ou|y|e|en|i|och|og|и|&)\s)\s{0,3}[<\[(\"']{0,3}",
    re.IGNORECASE,
)
_LONGEST_BETWEEN: Final = 16


def lists_in(line: str, spans: list[Span]) -> list[tuple[int, int]]:
    """Where the list begins and ends that each address of a line stands in: by itself, where in none."""
    if len(spans) < 2:
        return [(span.start, span.end) for span in spans]
    places: list[tuple[int, int]] = []
    first = 0
    for index, span in enumerate(spans):
        after = spans[index + 1].start if index + 1 < len(spans) else -1
        gap = after - span.end
        if 0 < gap <= _LONGEST_BETWEEN and _BETWEEN.fullmatch(line, span.end, after) is not None:
            continue
        places += [(spans[first].start, span.end)] * (index + 1 - first)
        first = index + 1
    return places
