"""How often a verdict of each confidence is right: for any file of labelled replies, one JSON object a line.

A line has "text", "reason" (a list of what is right, the plainest first), and may have "provider". Lines
without a reason are passed over.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from dsnparse import classify_reply

#: From here on a verdict is called sure; the share of these that is right is told apart.
SURE = 0.9


class Judged(NamedTuple):
    """A verdict, and whether it is right."""

    confidence: float
    is_right: bool
    #: What it rests on: "words", "code", "learned", …; "nothing".
    source: str


def judged(lines: Iterable[str], *, tell_provider: bool = False) -> Iterator[Judged]:
    """Classify each labelled reply. Raises ValueError for a line that is no JSON object with "text"."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            row = json.loads(line)
            if not isinstance(row, dict) or not isinstance(row.get("text"), str):
                raise ValueError(f'line {number}: wants an object with "text", a string.')
            if row.get("reason"):
                verdict = classify_reply(row["text"], row.get("provider") if tell_provider else None)
                yield Judged(
                    verdict.confidence, verdict.reason in row["reason"], str(verdict.source or "nothing")
                )


def table(rows: Iterable[Judged]) -> Iterator[str]:
    """The share that is right by tenths of confidence, by what decided, and of those that are sure."""
    rows = list(rows)
    yield "| confidence | replies | mean | right |"
    yield "|---|--:|--:|--:|"
    for tenth in range(10):
        within = [row for row in rows if tenth == min(int(row.confidence * 10 + 1e-9), 9)]
        if within:
            mean = sum(row.confidence for row in within) / len(within)
            name = f"{tenth / 10:.1f} – {(tenth + 1) / 10:.1f}"
            yield f"| {name} | {len(within)} | {mean:.2f} | {_share(within)} |"
    yield f"| from {SURE} on | {len(_sure(rows))} | | {_share(_sure(rows))} |"
    for source, _ in sorted(Counter(row.source for row in rows).items()):
        within = [row for row in rows if row.source == source]
        mean = sum(row.confidence for row in within) / len(within)
        yield f"| decided by {source} | {len(within)} | {mean:.2f} | {_share(within)} |"


def _sure(rows: list[Judged]) -> list[Judged]:
    return [row for row in rows if row.confidence >= SURE]


def _share(rows: list[Judged]) -> str:
    return f"{100 * sum(row.is_right for row in rows) / len(rows):.1f} %" if rows else "–"


def main(arguments: list[str] | None = None) -> int:
    """Print the table. Exit status: 2 for a file that cannot be read."""
    options = argparse.ArgumentParser(prog="python -m tools.reliability", description=__doc__)
    options.add_argument("file", type=Path)
    options.add_argument("--provider", action="store_true", help="tell the provider where a line names one")
    given = options.parse_args(arguments)
    try:
        lines = given.file.read_text("utf-8").splitlines()
        rows = list(judged(lines, tell_provider=given.provider))
    except (OSError, ValueError) as error:
        print(f"{given.file}: {error}")
        return 2
    print("\n".join(table(rows)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
