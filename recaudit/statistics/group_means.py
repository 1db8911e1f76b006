"""The means of one metric in the groups of one attribute, observed and resampled."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recaudit.records import FloatArray
from recaudit.statistics.intervals import critical_value, error_budget, largest_deviation, skewed_reach
from recaudit.statistics.sparse import FEWEST_DIFFERING, most_common, sparse_mean_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMeans:
    """What the contrasts of one metric over g groups need.

    Attributes:
        labels: g group names, largest group first.
        n: (g,) units with a value.
        mean: (g,).
        se2: (g,) squared standard errors, variance over n.
        skewness: (g,) of the means: that of the values over √n, 0 where they do not vary.
        mode: (g,) most common value.
        differing: (g,) values that differ from it.
        constant: Whether all values of all groups are the same.
        rate: (g,) whether the mean is a rate, as all values are 0 or 1.
        values: For each group its (n,) values.
        star_mean: (g, B) means in the resamples.
        star_se2: (g, B).
    """

    labels: tuple[str, ...]
    n: NDArray[np.intp]
    mean: FloatArray
    se2: FloatArray
    skewness: FloatArray
    mode: FloatArray
    differing: NDArray[np.intp]
    constant: bool
    rate: NDArray[np.bool_]
    values: tuple[FloatArray, ...]
    star_mean: FloatArray
    star_se2: FloatArray

    @property
    def sparse(self) -> NDArray[np.bool_]:
        """(g,) groups whose interval cannot come from the bootstrap."""
        return self.differing < FEWEST_DIFFERING

    @property
    def regular(self) -> NDArray[np.intp]:
        """Positions of the groups that are not sparse."""
        return np.flatnonzero(~self.sparse)


def group_means(
    labels: Sequence[str], values: Sequence[FloatArray], star_mean: FloatArray, star_se2: FloatArray
) -> GroupMeans:
    """Summarise the defined values of each group.

    Args:
        labels: g group names.
        values: For each group its values, at least one, none NaN.
        star_mean: (g, B) means in the resamples.
        star_se2: (g, B) squared standard errors in the resamples.
    """
    n = np.array([len(own) for own in values], dtype=np.intp)
    common = [most_common(own) for own in values]
    differing = np.array([count for _, count in common], dtype=np.intp)
    mode = np.array([value for value, _ in common])
    same = differing == 0
    mean = np.array([own.mean() for own in values])
    variance = np.array([own.var(ddof=1) if len(own) > 1 else np.nan for own in values])
    return GroupMeans(
        labels=tuple(labels),
        n=n,
        mean=np.where(same, mode, mean),
        se2=np.where(same, 0.0, variance / n),
        skewness=np.array(
            [0.0 if alike else _skewness_of_mean(own) for own, alike in zip(values, same, strict=True)]
        ),
        mode=mode,
        differing=differing,
        constant=bool(same.all() and (mode == mode[0]).all()),
        rate=np.array([bool(((own == 0) | (own == 1)).all()) for own in values]),
        values=tuple(values),
        star_mean=star_mean,
        star_se2=star_se2,
    )


def mean_intervals(
    means: GroupMeans, critical: float, per_sparse: float, bounds: tuple[float, float]
) -> tuple[FloatArray, FloatArray]:
    """An interval for every group mean, within the bounds of the metric.

    A rate p has the interval of the values r with |p - r| ≤ c · √(r(1 - r)/n) (Wilson 1927). Other means have
    m ± c · SE with the ends moved for skewness (`skewed_reach`).

    Args:
        means: The groups.
        critical: Half-width c in standard errors for groups that are not sparse.
        per_sparse: Error probability of each sparse group's interval.
        bounds: Of the metric.

    Returns:
        Lows and highs, each (g,).
    """
    sparse = means.sparse
    if math.isinf(critical):
        low, high = np.full_like(means.mean, -math.inf), np.full_like(means.mean, math.inf)
    else:
        error = np.sqrt(np.where(sparse, 0.0, means.se2))
        below, above = skewed_reach(critical, means.skewness)
        low, high = means.mean - below * error, means.mean + above * error
        centre, half = _wilson(means.mean, means.n, critical)
        low, high = np.where(means.rate, centre - half, low), np.where(means.rate, centre + half, high)
    for group in np.flatnonzero(sparse):
        low[group], high[group] = sparse_mean_interval(
            float(means.mode[group]),
            int(means.differing[group]),
            int(means.n[group]),
            mean=float(means.mean[group]),
            bounds=bounds,
            alpha=per_sparse,
        )
    return np.clip(low, *bounds), np.clip(high, *bounds)


def _skewness_of_mean(values: FloatArray) -> float:
    """Third standardised moment over √n."""
    centred = values - values.mean()
    second = (centred**2).mean()
    return float((centred**3).mean() / second**1.5 / math.sqrt(len(values)))


def _wilson(rate: FloatArray, n: NDArray[np.intp], critical: float) -> tuple[FloatArray, FloatArray]:
    """Centres and half-widths of score intervals."""
    square = critical**2 / n
    variance = np.maximum(rate * (1 - rate), 0.0) / n
    return (rate + square / 2) / (1 + square), critical * np.sqrt(variance + square / n / 4) / (1 + square)


def largest_mean_deviation(means: GroupMeans) -> FloatArray | None:
    """(B,) max-t over the group means that are not sparse; None when all are.

    A resampled rate is set against its standard error under the rate that was resampled, as in its interval.
    """
    regular = means.regular
    if not len(regular):
        return None
    mean, n = means.mean[regular], means.n[regular]
    se2 = np.where(means.rate[regular, None], (mean * (1 - mean) / n)[:, None], means.star_se2[regular])
    return largest_deviation(mean, means.star_mean[regular], se2)


def own_intervals(
    means: GroupMeans, confidence: float, bounds: tuple[float, float]
) -> tuple[FloatArray, FloatArray]:
    """Intervals for the group means that hold jointly over these groups alone."""
    budget = error_budget(confidence, sparse=int(means.sparse.sum()), components=len(means.labels))
    deviation = largest_mean_deviation(means)
    critical = 0.0 if deviation is None else critical_value(deviation, budget.level)
    return mean_intervals(means, critical, budget.per_sparse, bounds)
