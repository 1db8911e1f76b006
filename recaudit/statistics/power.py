"""How much data a claim needs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from recaudit.records import Estimate, FloatArray, Limit
from recaudit.statistics.sparse import FEWEST_DIFFERING, most_common

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_VALUES = 500
"""More values are averaged in as many parts, in order of size."""

STEEPEST = 60.0
"""Largest λ in units of 1 / (largest - smallest value): beyond it only the extreme values count."""

STEPS = 241


def detectable_effect(standard_error: float, critical: float, *, power: float = 0.8) -> float:
    """Smallest true effect that an interval of half-width `critical * standard_error` excludes from 0.

    Formula: (c + z_power) · SE, where z_power is the normal quantile (0.8416 for 80 %). The chance that the
    estimate falls on the wrong side altogether is neglected, as it is below 0.1 % for c >= 1.96.

    Args:
        standard_error: Of the estimate, in units of the metric; it shrinks with the square root of the units.
        critical: Half-width of the interval in standard errors, such as 1.96.
        power: Wanted chance of seeing the effect.

    Returns:
        The effect in units of the metric; NaN when the standard error is NaN.

    >>> round(detectable_effect(0.01, 1.96), 4)
    0.028
    """
    from scipy.special import ndtri

    return float((critical + ndtri(power)) * standard_error)


def detectable_difference(
    values: FloatArray, sizes: tuple[int, int], critical: float, *, ratio: bool, power: float = 0.8
) -> float | None:
    """Smallest true difference of two groups that their interval excludes from "none" with a given power.

    A group with other values has another spread, too: of 0 and 1, one with more hits scatters more. So all values make
    the population of the larger group, and those of the smaller one are weighted with exp(λx), λ being the first at
    which

        mean(λ) - mean = (c + z_power) · √(variance/n + variance(λ)/n_small)

    with larger means or, if the values do not reach so far, smaller ones. For a ratio means get smaller, and are
    replaced by their logarithms and variances by those over squared means.

    Args:
        values: (N,) of all groups.
        sizes: Units of the smaller and of the larger group.
        critical: Half-width of the interval in standard errors.
        ratio: Whether the ratio of means is looked for, in 0..1; of values that are not negative.
        power: Wanted chance of seeing it.

    Returns:
        The difference or the ratio; None if the values do not reach so far, or if they are no rates and too few in the
        smaller group would differ from the most common value for such an interval.

    With a rate of 10 % in one group of 1,000, 14.1 % in another are 1.96 + 0.84 standard errors (of 0.0145) away:

    >>> rates = np.repeat([0.0, 1.0], [900, 100])
    >>> round(detectable_difference(rates, (1000, 1000), 1.96, ratio=False), 3)
    0.041
    """
    from scipy.special import ndtri

    small, large = sizes
    reach = critical + float(ndtri(power))
    parts = np.linspace(0, len(values), min(MOST_VALUES, len(values)), endpoint=False).astype(np.intp)
    shown = np.add.reduceat(np.sort(values), parts) / np.diff(np.append(parts, len(values)))
    width = float(shown[-1] - shown[0])
    if width == 0:
        return None
    steps = np.linspace(0.0, STEEPEST / width, STEPS)
    rare = shown != most_common(shown)[0]
    enough = 0.0 if ((values == 0) | (values == 1)).all() else 1.5 * FEWEST_DIFFERING
    for direction in (-1.0,) if ratio else (1.0, -1.0):
        mean, variance, differing = _tilted(shown, direction * steps, rare)
        with np.errstate(divide="ignore", invalid="ignore"):
            if ratio:
                effect = np.abs(np.log(mean / mean[0]))
                error = np.sqrt(variance[0] / mean[0] ** 2 / large + variance / mean**2 / small)
            else:
                effect = np.abs(mean - mean[0])
                error = np.sqrt(variance[0] / large + variance / small)
            beyond = effect - reach * error
        first = int(np.argmax(beyond > 0))
        if first and small * differing[first] >= enough:
            before, after = beyond[first - 1 : first + 1]
            found = float(np.interp(0.0, [before, after], effect[first - 1 : first + 1]))
            return math.exp(-found) if ratio else found
    return None


def _tilted(
    values: FloatArray, steepness: FloatArray, rare: NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(s,) means and variances of values weighted with exp(λx), and the weight of the rare ones."""
    exponent = np.outer(steepness, values - values.mean())
    weight = np.exp(exponent - exponent.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    mean = weight @ values
    return mean, weight @ values**2 - mean**2, weight @ rare


def units_to_settle(estimate: Estimate, limit: Limit) -> int | None:
    """About how many units would bring the interval to one side of the limit, if the value stays as it is.

    Formula: n' = n · (h / d)², where d is the distance from the value to the limit and h the part of the
    interval that reaches from the value towards it: an interval shrinks with the square root of the units.
    Where both sides of the limit are straddled, the larger n' counts. For the largest gap among groups it is a
    rough guide, as the largest observed gap shrinks itself when the truth is smaller.

    Returns:
        A whole number larger than `estimate.n`; None when no end of the limit lies inside the interval, when the
        value lies exactly on it (no number of units is known to settle that), or when there is no finite
        interval.

    >>> wide = Estimate(value=0.10, low=0.06, high=0.14, confidence=0.95, family="", family_size=1, n=100, method="")
    >>> units_to_settle(wide, Limit(low=0.08))
    400
    >>> units_to_settle(wide, Limit(low=0.05)) is None
    True
    """
    value, low, high = estimate.value, estimate.low, estimate.high
    if value is None or low is None or high is None or not math.isfinite(low) or not math.isfinite(high):
        return None
    needed = []
    for edge in (limit.low, limit.high):
        if edge is None or not low < edge < high:
            continue
        distance = abs(value - edge)
        if distance == 0:
            return None
        reach = value - low if edge < value else high - value
        needed.append(math.ceil(round(estimate.n * (reach / distance) ** 2, 6)))
    return max(needed, default=None)
