"""What is looked at for changes: which counts, and which stretches of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dsnparse.report.tally import Key

#: Counts below this, both periods together, are not looked at.
FEWEST = 8
#: So many of the largest receivers are looked at.
_MOST_RECEIVERS = 150
#: Stretches of a long period are looked at in these lengths only, besides those that last until its end.
_LENGTHS = (1, 2, 3, 4, 5, 6, 7, 10, 14, 21, 30)
_ALL_LENGTHS_TO = 14


@dataclass(frozen=True, slots=True)
class Candidate:
    """A count. `receiver` None: of all of them; `reason` None: of all reasons of `type`."""

    receiver: str | None
    type: str
    reason: str | None
    keys: tuple[Key, ...]


def candidates(series: dict[Key, list[int]]) -> Iterator[Candidate]:
    """What is looked at: receivers by type, receivers by reason, and reasons."""
    sums: dict[str, int] = {}
    for (receiver, _, _), counts in series.items():
        sums[receiver] = sums.get(receiver, 0) + sum(counts)
    largest = set(sorted(sums, key=lambda name: (-sums[name], name))[:_MOST_RECEIVERS])
    found: dict[tuple[str | None, str, str | None], list[Key]] = {}
    for key in sorted(series):
        receiver, type_, reason = key
        if receiver in largest:
            found.setdefault((receiver, type_, None), []).append(key)
            found.setdefault((receiver, type_, reason), []).append(key)
        found.setdefault((None, type_, reason), []).append(key)
    for names, keys in found.items():
        if sum(sum(series[key]) for key in keys) >= FEWEST:
            yield Candidate(*names, tuple(keys))


def stretches(begins: int, ends: int) -> Iterator[tuple[int, int, int]]:
    """The stretches that are looked at: the piece before which all is compared with them, their first piece,
    and the one behind their last."""
    for start in range(begins, ends):
        for end in range(start + 1, ends + 1):
            if ends - begins <= _ALL_LENGTHS_TO or end == ends or end - start in _LENGTHS:
                yield begins, start, end
    # What began in the time before, and goes on, is compared with what was before that.
    for start in range(begins - begins // 2, begins):
        yield start, start, ends
