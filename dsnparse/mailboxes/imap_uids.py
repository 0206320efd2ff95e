"""Sets of UIDs as IMAP writes them (RFC 3501, `sequence-set`): `1:5,9`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_RANGE = re.compile(r"(\d{1,10})(?::(\d{1,10}))?")


def write_uids(chosen: Iterable[int], among: Sequence[int] | None = None) -> str:
    """The set of `chosen`; a range may run over numbers that are not `among` those there are.

    `among`: in ascending order; None: every number counts. UIDs are never given twice, so a range over those
    that are gone names nobody else, and the text stays short.
    """
    wanted = set(chosen)
    runs: list[list[int]] = []
    previous: int | None = None
    for uid in sorted(wanted) if among is None else among:
        if uid in wanted:
            if runs and previous == (uid - 1 if among is None else runs[-1][1]):
                runs[-1][1] = uid
            else:
                runs.append([uid, uid])
        previous = uid
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in runs)


def read_uids(text: str, among: Sequence[int]) -> set[int]:
    """Those of `among` (in ascending order) that the set has. What is no set has none."""
    found: set[int] = set()
    ranges = sorted(
        (int(match[1]), int(match[2] or match[1]))
        for part in text.split(",")
        if (match := _RANGE.fullmatch(part))
    )
    position = 0
    for first, last in ranges:
        while position < len(among) and among[position] < first:
            position += 1
        while position < len(among) and among[position] <= last:
            found.add(among[position])
            position += 1
    return found
