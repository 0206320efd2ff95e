"""Fit the weights of observations and of signs of a notice, and show them beside those by hand.

    python -m tools.fit_weights [FOLDER …]

FOLDER has labels.jsonl and the messages that it names, or holds such folders; samples/ is always read.
Logistic regression over what was seen; mail of one system is held out together (five parts), so what is told
of precision and recall is about systems that the weights were not fitted to. Nothing is written: a person
reads the table, and changes `read/prose/observations.py` or `notice/sign.py`. Needs scikit-learn:
`pip install --group learn`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from dsnparse.notice.sign import BELIEVE, Sign
from dsnparse.read.prose import candidate
from dsnparse.read.prose.observations import ENOUGH, MESSAGE_ID, OBSERVATIONS
from tools.fit_rows import Labelled, Row, address_rows, is_exact, labelled_mail, sign_rows

_FOLDS = 5
#: How strongly weights are held back from what few messages say.
_STRENGTH = 1.0


class Right(NamedTuple):
    """How many were taken rightly, how many were taken, and how many there are to be taken."""

    right: int
    taken: int
    there: int

    def shown(self) -> str:
        """Precision and recall."""
        precision = 100 * self.right / max(self.taken, 1)
        return f"precision {precision:.1f} %, recall {100 * self.right / max(self.there, 1):.1f} %"


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints both tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="*")
    args = parser.parse_args(arguments)
    mail = labelled_mail(args.folders)
    by_hand = {one.name: one.weight for one in (*OBSERVATIONS, MESSAGE_ID)}
    reasons = {one.name: one.reason for one in (*OBSERVATIONS, MESSAGE_ID)}
    rows = address_rows(mail)
    print(f"# Addresses in free text\n\n{len(rows)} addresses of {len(mail)} messages.\n")
    _show(rows, by_hand, reasons, ENOUGH)
    _show_reader(mail, rows, by_hand)
    points = {sign.name: sign.points for sign in Sign}
    senses = {sign.name: sign.sense for sign in Sign}
    rows = sign_rows(mail)
    print(f"\n# Signs of a notice\n\n{len(rows)} messages.\n")
    _show(rows, points, senses, BELIEVE)
    return 0


def _show(rows: Sequence[Row], by_hand: Mapping[str, int], senses: Mapping[str, str], enough: int) -> None:
    fitted = fit(rows, list(by_hand), enough)
    print("| seen | by hand | fitted | right | wrong | why |\n| --- | --: | --: | --: | --: | --- |")
    for name, weight in by_hand.items():
        seen = [row.is_one for row in rows if name in row.seen]
        counts = f"{sum(seen)} | {len(seen) - sum(seen)}"
        print(f"| {name} | {weight:+d} | {fitted[name]:+d} | {counts} | {senses[name]} |")
    held = Right(0, 0, 0)
    for train, test in folds(rows):
        held = _added(held, measure(test, fit(train, list(by_hand), enough), enough))
    print(f"\n* by hand: {measure(rows, by_hand, enough).shown()}")
    print(f"* fitted, on systems held out: {held.shown()}")


def _show_reader(mail: Sequence[Labelled], rows: Sequence[Row], by_hand: Mapping[str, int]) -> None:
    """How often the whole reader finds exactly who failed, with each set of weights."""
    exact = {"by hand": [0, 0], "fitted, on systems held out": [0, 0]}
    for train, test in folds(rows):
        held = {row.source for row in test}
        weights = {"by hand": by_hand, "fitted, on systems held out": fit(train, list(by_hand), ENOUGH)}
        for name, those in weights.items():
            weighed = tuple([one._replace(weight=those[one.name]) for one in OBSERVATIONS])
            with patch.object(candidate, "OBSERVATIONS", weighed):
                found = [is_exact(one) for one in mail if one.source in held]
            exact[name][0] += sum(one is True for one in found)
            exact[name][1] += sum(one is not None for one in found)
    for name, (right, of) in exact.items():
        print(f"* the whole reader, {name}: exact in {right} of {of} messages where it names anybody")


def folds(rows: Sequence[Row]) -> list[tuple[list[Row], list[Row]]]:
    """The rows in two parts, several times: the sources to fit to, and those that are held out."""
    sizes: dict[str, int] = {}
    for row in rows:
        sizes[row.source] = sizes.get(row.source, 0) + 1
    piles: list[set[str]] = [set() for _ in range(_FOLDS)]
    totals = [0] * _FOLDS
    for source in sorted(sizes, key=lambda name: (-sizes[name], name)):
        least = totals.index(min(totals))
        piles[least].add(source)
        totals[least] += sizes[source]
    return [
        ([row for row in rows if row.source not in pile], [row for row in rows if row.source in pile])
        for pile in piles
    ]


def measure(rows: Sequence[Row], weights: Mapping[str, int], enough: int) -> Right:
    """How right the plain sum of `weights` is."""
    taken = [row.is_one for row in rows if sum(weights.get(name, 0) for name in row.seen) >= enough]
    return Right(sum(taken), len(taken), sum(row.is_one for row in rows))


def _added(one: Right, other: Right) -> Right:
    return Right(*[a + b for a, b in zip(one, other, strict=True)])


def fit(rows: Sequence[Row], names: Sequence[str], enough: int) -> dict[str, int]:
    """Whole weights whose sum reaches `enough` where the regression holds both for equally likely."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=_STRENGTH, max_iter=2000)
    model.fit([[float(name in row.seen) for name in names] for row in rows], [row.is_one for row in rows])
    return whole_weights(
        dict(zip(names, map(float, model.coef_[0]), strict=True)), float(model.intercept_[0]), enough
    )


def whole_weights(weights: Mapping[str, float], intercept: float, enough: int) -> dict[str, int]:
    """`weights` so stretched that their sum is compared with `enough` in place of 0, and rounded."""
    stretch = enough / -intercept if intercept < 0 else 1.0
    return {name: round(weight * stretch) for name, weight in weights.items()}


if __name__ == "__main__":
    sys.exit(main())
