"""What a claim compares: the largest gap, the smallest ratio or the worst mean among groups.

The largest observed gap is biased upwards: with equal groups the maximum over pairs is still positive, and its
own bootstrap distribution is shifted further. So no interval is made around the maximum. All pairs get simultaneous
intervals; when these hold, the largest true gap lies between the largest of their lower ends and the largest of
their upper ends, for whichever pair attains it. The coverage is therefore at least that of the family.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recaudit.records import FloatArray
from recaudit.statistics.group_means import GroupMeans, largest_mean_deviation
from recaudit.statistics.intervals import largest_pair_deviation, skewed_reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Extreme:
    """The extreme of several components, with bounds from their simultaneous intervals.

    Attributes:
        value: Point estimate.
        low: Lower end.
        high: Upper end.
        larger: Position of the group with the larger mean, or of the worst group.
        smaller: Position of the group with the smaller mean, or of the worst group.
    """

    value: float
    low: float
    high: float
    larger: int
    smaller: int


def logarithms(means: GroupMeans) -> GroupMeans:
    """The same groups on the log scale, with SE(log m) = SE(m) / m (delta method).

    A resample in which a mean is not positive gets an infinite deviation later on, never a dropped one.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return GroupMeans(
            labels=means.labels,
            n=means.n,
            mean=np.log(means.mean),
            se2=means.se2 / means.mean**2,
            skewness=np.zeros_like(means.skewness),
            mode=means.mode,
            differing=means.differing,
            constant=means.constant,
            rate=np.zeros_like(means.rate),
            values=means.values,
            star_mean=np.log(means.star_mean),
            star_se2=means.star_se2 / means.star_mean**2,
        )


def pair_deviation(means: GroupMeans) -> FloatArray | None:
    """(B,) max-t over the differences of groups that are not sparse; None with fewer than two of them."""
    regular = means.regular
    if len(regular) < 2:
        return None
    return largest_pair_deviation(means.mean[regular], means.star_mean[regular], means.star_se2[regular])


def largest_observed(means: GroupMeans) -> float:
    """The largest |difference| / SE among at least two groups that are not sparse."""
    regular = means.regular
    origin = np.zeros(len(regular))
    return float(largest_pair_deviation(origin, means.mean[regular, None], means.se2[regular, None])[0])


def deviation_for_pairs(means: GroupMeans, pairs: FloatArray | None) -> FloatArray | None:
    """(B,) max-t over everything the interval of the largest gap rests on.

    A pair with a sparse group has no t; its interval comes from the two group means, so that those of the other
    groups must hold as well.

    Args:
        means: The groups.
        pairs: `pair_deviation` of them.
    """
    if not means.sparse.any():
        return pairs
    single = largest_mean_deviation(means)
    return single if pairs is None or single is None else np.maximum(pairs, single)


@dataclass(frozen=True, slots=True, kw_only=True)
class PairIntervals:
    """The differences of all pairs of g groups, each array (g · (g - 1) / 2,).

    Attributes:
        first: Position of one group.
        second: Position of the other.
        difference: Mean of the first less that of the second; NaN where it is undefined.
        low: Lower ends of their simultaneous intervals.
        high: Upper ends.
    """

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    difference: FloatArray
    low: FloatArray
    high: FloatArray


def pair_intervals(
    means: GroupMeans,
    critical: float,
    low: FloatArray,
    high: FloatArray,
    ends: tuple[FloatArray, FloatArray] | None = None,
) -> PairIntervals:
    """Every pairwise difference with its simultaneous interval.

    Args:
        means: At least two groups, on the plain or the log scale; a log mean may be -inf.
        critical: Half-width in standard errors for pairs of groups that are not sparse.
        low: (g,) lower ends of the group means' intervals, used for pairs with a sparse group.
        high: (g,) upper ends.
        ends: Lower and upper ends of every pair, used for pairs with a sparse group instead where they are given.
    """
    first, second = np.triu_indices(len(means.labels), k=1)
    sparse = means.sparse[first] | means.sparse[second]
    with np.errstate(invalid="ignore"):
        difference = means.mean[first] - means.mean[second]
        error = np.sqrt(np.where(sparse, 0.0, means.se2[first] + means.se2[second]))
        reach_down, reach_up = _reaches(means, critical, sparse)
        below, above = (low[first] - high[second], high[first] - low[second]) if ends is None else ends
        return PairIntervals(
            first=first,
            second=second,
            difference=difference,
            low=np.where(sparse, below, difference - reach_down * error),
            high=np.where(sparse, above, difference + reach_up * error),
        )


def _reaches(means: GroupMeans, critical: float, sparse: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    """How far the pairs' intervals reach down and up, in standard errors; the skewness of a difference adds up.

    Formula: (s_a · SE_a³ - s_b · SE_b³) / (SE_a² + SE_b²)^1.5 for means of skewness s. No end comes nearer than it
    would be without skewness: the difference of two groups that are skewed alike is not skewed, and of many pairs the
    search for the largest finds the one whose skewness is overrated.
    """
    first, second = np.triu_indices(len(means.labels), k=1)
    third = means.skewness * means.se2**1.5
    squared = means.se2[first] + means.se2[second]
    varies = (squared > 0) & ~sparse
    skewness = np.divide(third[first] - third[second], squared**1.5, out=np.zeros(len(first)), where=varies)
    down, up = skewed_reach(critical, skewness)
    return np.maximum(down, critical), np.maximum(up, critical)


def largest_gap(
    means: GroupMeans,
    critical: float,
    low: FloatArray,
    high: FloatArray,
    ends: tuple[FloatArray, FloatArray] | None = None,
) -> Extreme:
    """The largest absolute difference of two group means and its bounds.

    Args:
        means: As in `pair_intervals`.
        critical: Likewise.
        low: Likewise.
        high: Likewise.
        ends: Likewise.

    Returns:
        Value NaN when no pair has a defined difference.
    """
    pairs = pair_intervals(means, critical, low, high, ends)
    first, second, difference = pairs.first, pairs.second, pairs.difference
    size = np.abs(difference)
    least = np.maximum(np.maximum(pairs.low, -pairs.high), 0.0)
    most = np.maximum(np.abs(pairs.low), np.abs(pairs.high))
    if np.isnan(size).all():
        return Extreme(value=math.nan, low=float(least.max()), high=float(most.max()), larger=0, smaller=1)
    pair = int(np.nanargmax(size))
    larger, smaller = int(first[pair]), int(second[pair])
    if difference[pair] < 0:
        larger, smaller = smaller, larger
    return Extreme(
        value=float(size[pair]),
        low=float(least.max()),
        high=float(most.max()),
        larger=larger,
        smaller=smaller,
    )


def smallest_ratio(
    logs: GroupMeans,
    critical: float,
    low: FloatArray,
    high: FloatArray,
    ends: tuple[FloatArray, FloatArray] | None = None,
) -> Extreme:
    """The smallest ratio of two group means, in 0..1: exp of minus the largest gap of their logarithms.

    Args:
        logs: The groups on the log scale.
        critical: As in `largest_gap`, on the log scale.
        low: (g,) lower ends of the group means' intervals, not negative, on the plain scale.
        high: (g,) upper ends.
        ends: As in `largest_gap`, on the log scale.
    """
    with np.errstate(divide="ignore"):
        gap = largest_gap(logs, critical, np.log(low), np.log(high), ends)
    return Extreme(
        value=math.exp(-gap.value),
        low=math.exp(-gap.high),
        high=math.exp(-gap.low),
        larger=gap.larger,
        smaller=gap.smaller,
    )


def worst_mean(means: GroupMeans, low: FloatArray, high: FloatArray, *, largest: bool) -> Extreme:
    """The smallest group mean (the largest, if `largest`), with the extreme of the groups' bounds."""
    extreme = np.max if largest else np.min
    group = int(np.argmax(means.mean) if largest else np.argmin(means.mean))
    return Extreme(
        value=float(means.mean[group]),
        low=float(extreme(low)),
        high=float(extreme(high)),
        larger=group,
        smaller=group,
    )


def hedges_g(means: GroupMeans, larger: int, smaller: int) -> float | None:
    """Standardised difference of two groups, corrected for small samples.

    Formula: J · (mean_a - mean_b) / s, with s the pooled standard deviation and J = 1 - 3 / (4·df - 1),
    df = n_a + n_b - 2 (Hedges 1981). None when both groups are constant.
    """
    pair = [larger, smaller]
    n = means.n[pair]
    degrees = int(n.sum()) - 2
    pooled = float((means.se2[pair] * n * (n - 1)).sum()) / degrees
    if pooled == 0:
        return None
    correction = 1 - 3 / (4 * degrees - 1)
    return correction * float(means.mean[larger] - means.mean[smaller]) / math.sqrt(pooled)
