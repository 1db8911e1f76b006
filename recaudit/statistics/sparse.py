"""Groups in which almost every unit has the same value.

A group that gets no hit at all has a bootstrap standard error of 0, and one with three hits a wildly skewed t. Its
mean gets an interval from the exact binomial bound instead, so that it can neither look certain nor hide a gap.
"""

from __future__ import annotations

import math

import numpy as np

from recaudit.records import FloatArray

FEWEST_DIFFERING = 10
"""Below this number of values that differ from the most common one, a group is sparse."""


def most_common(values: FloatArray) -> tuple[float, int]:
    """The most common value (the smallest of several) and how many values differ from it.

    Values are compared after rounding to 12 digits, as float noise is no variation.

    >>> most_common(np.array([0.0, 0.0, 0.0, 1.0, 0.5]))
    (0.0, 2)
    """
    distinct, counts = np.unique(np.round(values, 12), return_counts=True)
    top = int(np.argmax(counts))
    return float(distinct[top]), int(len(values) - counts[top])


def sparse_mean_interval(
    mode: float, differing: int, n: int, *, mean: float, bounds: tuple[float, float], alpha: float
) -> tuple[float, float]:
    """Conservative interval for a mean, of level at least 1 - alpha.

    Formula: with q the one-sided Clopper-Pearson upper bound on the share of units whose value differs from
    `mode`, the mean lies in [mode - q·(mode - lowest), mode + q·(highest - mode)]: at worst, every differing unit
    sits on a bound of the metric.

    If the mode is one bound and all differing values sit on the other, as hits and misses do, the mean is at least as
    far from the mode as the share of such values takes it, and Clopper and Pearson's two-sided interval for this
    share holds for the mean.

    Args:
        mode: The most common value.
        differing: How many of the n values differ from it.
        n: Number of values.
        mean: Of the values.
        bounds: Smallest and largest possible value of the metric, may be infinite.
        alpha: Error probability.

    Returns:
        Low and high; infinite where the metric has no bound.

    With no hit among 50 units the bound is 1 - alpha**(1/50), here 0.0582; with 4 both ends are given:

    >>> low, high = sparse_mean_interval(0.0, 0, 50, mean=0.0, bounds=(0.0, 1.0), alpha=0.05)
    >>> low, round(high, 4)
    (0.0, 0.0582)
    >>> low, high = sparse_mean_interval(0.0, 4, 50, mean=0.08, bounds=(0.0, 1.0), alpha=0.05)
    >>> round(low, 4), round(high, 4)
    (0.0222, 0.1923)
    """
    from statsmodels.stats.proportion import proportion_confint

    lowest, highest = bounds
    opposite = highest if mode == lowest else lowest if mode == highest else math.nan
    if differing and _same(mean, mode + differing / n * (opposite - mode)):
        share = proportion_confint(differing, n, alpha=alpha, method="beta")
        ends = sorted(mode + float(end) * (opposite - mode) for end in share)
        return ends[0], ends[1]
    # Only the upper end is used, so a two-sided interval at 2·alpha is a one-sided one at alpha.
    most = (
        1.0 if differing == n else float(proportion_confint(differing, n, alpha=2 * alpha, method="beta")[1])
    )
    below = 0.0 if mode == lowest else most * (mode - lowest)
    above = 0.0 if mode == highest else most * (highest - mode)
    return mode - below, mode + above


def _same(one: float, other: float) -> bool:
    return math.isfinite(other) and abs(one - other) <= 1e-9 * max(1.0, abs(other))
