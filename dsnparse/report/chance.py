"""How likely counts differ by chance alone.

Bounces come in bursts, so that counts vary more than those of a Poisson process: their variance is `spread`
times their mean (a negative binomial distribution). Of two such counts, given their sum, the first one has a
beta-binomial distribution, which is exact whatever the rate is; with spread 1 it is the binomial one, and the
test is the classical exact comparison of two Poisson counts (Przyborowski and Wilenski 1940; for counts that
vary more: Robinson and Smyth 2008).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, inf, lgamma, log

#: Below this, counts vary as those of a Poisson process.
_POISSON = 1.001
#: A term that changes the sum by less is the last one.
_LEAST_TERM = 1e-16


def chance(first: int, second: int, exposures: tuple[float, float], spread: float) -> float:
    """The probability that two counts of one rate differ as much as these, or more; two-sided.

    `exposures`: for how long, or among how much, each was counted. `spread`: variance by mean, at least 1.
    """
    total, share = first + second, exposures[0] / (exposures[0] + exposures[1])
    if total == 0 or not 0 < share < 1:
        return 1.0
    # How often the beta-binomial's urn is as large as the counts; see the docstring of this module.
    size = total / (spread - 1) if spread > _POISSON else inf
    more = _at_least(first, total, share, size)
    less = _at_least(second, total, 1 - share, size)
    return min(1.0, 2 * min(more, less))


def _at_least(number: int, total: int, share: float, size: float) -> float:
    """P(X >= number), X of `total`, each with the probability `share`; `size` is infinite for a binomial."""
    if number <= 0:
        return 1.0
    if number < total * share:
        return 1.0  # the other side is the one that matters, and more than half lies here
    a, b = size * share, size * (1 - share)
    term = exp(_log_probability(number, total, share, size))
    found = 0.0
    for x in range(number, total + 1):
        found += term
        if term <= found * _LEAST_TERM:
            break
        odds = share / (1 - share) if size == inf else (x + a) / (total - x - 1 + b)
        term *= (total - x) / (x + 1) * odds
    return min(1.0, found)


def _log_probability(x: int, total: int, share: float, size: float) -> float:
    ways = lgamma(total + 1) - lgamma(x + 1) - lgamma(total - x + 1)
    if size == inf:
        return ways + x * log(share) + (total - x) * log(1 - share)
    a, b = size * share, size * (1 - share)
    return ways + _log_beta(x + a, total - x + b) - _log_beta(a, b)


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def surprise(first: int, second: int, exposures: tuple[float, float]) -> float:
    """The logarithm of how much better two rates fit than one: what finds the window that stands out."""
    total = first + second
    found = 0.0
    for count, exposure in zip((first, second), exposures, strict=True):
        if count:
            found += count * log(count * sum(exposures) / (total * exposure))
    return found


def excess(counts: Sequence[int], exposures: Sequence[float]) -> tuple[float, int]:
    """Pearson's statistic of counts against their exposures, and its degrees of freedom: their quotient is
    the spread."""
    total, whole = sum(counts), sum(exposures)
    if total == 0 or len(counts) < 2 or whole <= 0:
        return 0.0, 0
    expected = [total * exposure / whole for exposure in exposures]
    statistic = sum((count - mean) ** 2 / mean for count, mean in zip(counts, expected, strict=True) if mean)
    return statistic, len(counts) - 1
