"""The colours of types can be told apart by everybody who sees colours, in the light and in the dark."""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import combinations

import pytest

from dsnparse.report.facts import TYPES

#: How people see who lack a kind of cone: matrices over linear RGB (Machado, Oliveira and Fernandes 2009).
SEEN_BY = {
    "all cones": (
        (1, 0, 0),
        (0, 1, 0),
        (0, 0, 1),
    ),
    "no red": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "no green": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "no blue": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
_WHITE = (0.95047, 1.0, 1.08883)
#: Of CIE 1976; 2.3 is seen by a good eye beside one another.
LEAST_DIFFERENCE = 15

Three = tuple[float, ...]


def times(matrix: tuple[Three, ...], vector: Three) -> Three:
    return tuple(sum(one * other for one, other in zip(row, vector, strict=True)) for row in matrix)


def lab(colour: str, seen: tuple[Three, ...]) -> Three:
    """A colour ("#0072b2") as it is seen, in CIE L*a*b*."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = tuple(one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    rgb = tuple(min(max(one, 0.0), 1.0) for one in times(seen, linear))
    x, y, z = (
        one ** (1 / 3) if (one := value / white) > 0.008856 else one * 7.787 + 16 / 116
        for value, white in zip(times(_XYZ, rgb), _WHITE, strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("seen", SEEN_BY)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_types_are_told_apart_by_the_colour_blind(scheme: str, seen: str) -> None:
    style = (files("dsnparse.report") / "files/report.css").read_text()
    named = re.findall(rf"--({'|'.join(TYPES)}): (#[0-9a-f]{{6}})", style)
    assert len(named) == 2 * len(TYPES)
    colours = dict(named[: len(TYPES)] if scheme == "light" else named[len(TYPES) :])
    for one, other in combinations(colours, 2):
        places = zip(lab(colours[one], SEEN_BY[seen]), lab(colours[other], SEEN_BY[seen]), strict=True)
        assert sum((a - b) ** 2 for a, b in places) ** 0.5 > LEAST_DIFFERENCE, (one, other)
