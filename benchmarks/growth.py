"""How the time for a byte changes as messages grow, as a table, a chart for the terminal and a picture."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import best
from benchmarks.messages import GROWING, Growing
from benchmarks.tables import Paper
from dsnparse import parse_dsn

_WIDTH, _HEIGHT = 72, 16
_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Point:
    """One measured message."""

    number: int
    size: int
    seconds: float

    @property
    def per_byte(self) -> float:
        """Nanoseconds."""
        return self.seconds / self.size * 1e9


@dataclass(frozen=True, slots=True)
class Curve:
    """One thing that grows."""

    what: Growing
    points: tuple[Point, ...]

    @property
    def exponent(self) -> float:
        """Time grows as the size to this power (1 is linear), from 100 KB to the largest message."""
        large = [point for point in self.points if point.size >= _MB / 10] or self.points[-2:]
        first, last = large[0], large[-1]
        return math.log(last.seconds / first.seconds) / math.log(last.size / first.size)


def measure(largest: int) -> list[Curve]:
    """All curves, without messages of more than `largest` bytes."""
    curves = []
    for what in GROWING:
        points = []
        for number in what.steps:
            message = what.make(number)
            if len(message) <= largest * 1.01:
                points.append(Point(number, len(message), best(parse_dsn, message)))
        curves.append(Curve(what, tuple(points)))
    return curves


def show(curves: Sequence[Curve], paper: Paper, picture: Path) -> None:
    """Table, chart and picture."""
    rows = []
    for letter, curve in zip("ABCDEFGHIJ", curves, strict=False):
        first, last = curve.points[0], curve.points[-1]
        rows.append(
            (
                f"{letter}  {curve.what.name}", f"{first.number:,} to {last.number:,} {curve.what.unit}",
                f"{last.size / _MB:,.1f} MB", f"{last.seconds * 1e3:,.1f} ms", f"{last.per_byte:,.1f} ns",
                f"{curve.exponent:.2f}",
            )
        )  # fmt: skip
    paper.table(("what grows", "from … to", "largest", "takes", "a byte", "exponent"), rows)
    paper.say(
        "The exponent is of 100 KB to the largest: time grows as the size to that power. 1 is linear; less "
        "means that a limit leaves the rest unread."
    )
    paper.picture(chart(curves))
    draw(curves, picture)
    paper.link("time a byte against size", picture.name)


def chart(curves: Sequence[Curve]) -> str:
    """Nanoseconds a byte against size, both logarithmic, each curve a letter."""
    points = [
        (letter, point) for letter, curve in zip("ABCDEFGHIJ", curves, strict=False) for point in curve.points
    ]
    low, high = _bounds(math.log10(point.per_byte) for _, point in points)
    left, right = _bounds(math.log10(point.size) for _, point in points)
    grid = [[" "] * _WIDTH for _ in range(_HEIGHT)]
    for letter, point in points:
        column = round((math.log10(point.size) - left) / (right - left) * (_WIDTH - 1))
        row = round((high - math.log10(point.per_byte)) / (high - low) * (_HEIGHT - 1))
        grid[row][column] = letter if grid[row][column] in (" ", letter) else "*"
    lines = []
    for number, row_of_marks in enumerate(grid):
        value = high - number * (high - low) / (_HEIGHT - 1)
        label = f"{10**value:>9,.3g} ns" if number % 5 == 0 else " " * 12
        lines.append(f"{label} │{''.join(row_of_marks)}".rstrip())
    lines.append(" " * 12 + " └" + "─" * _WIDTH)
    axis = [" "] * (_WIDTH + 8)
    for power in range(left, right + 1):
        column = round((power - left) / (right - left) * (_WIDTH - 1))
        text = {3: "1 KB", 4: "10 KB", 5: "100 KB", 6: "1 MB", 7: "10 MB", 8: "100 MB"}.get(
            power, f"{10**power} B"
        )
        axis[column : column + len(text)] = text
    lines.append(" " * 14 + "".join(axis).rstrip())
    lines.append(" " * 14 + "time a byte (upwards) against the size of the message; * is more than one curve")
    return "\n".join(lines)


def _bounds(values: Iterable[float]) -> tuple[int, int]:
    found = list(values)
    return math.floor(min(found)), max(math.ceil(max(found)), math.floor(min(found)) + 1)


def draw(curves: Sequence[Curve], picture: Path) -> None:
    """The same as an SVG file."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams |= {"svg.hashsalt": "dsnparse", "svg.fonttype": "none"}
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 5), layout="constrained")
    for curve in curves:
        axes.loglog([point.size for point in curve.points], [point.per_byte for point in curve.points],
                    marker=".", label=curve.what.name)  # fmt: skip
    axes.set_xlabel("bytes of the message")
    axes.set_ylabel("nanoseconds a byte")
    axes.set_title("parse_dsn: time a byte as messages grow")
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend(fontsize="small")
    figure.savefig(picture, metadata={"Date": None})
    pyplot.close(figure)
