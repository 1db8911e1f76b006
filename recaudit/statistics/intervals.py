"""Simultaneous intervals: max-t within a claim, balanced max-t over the claims of a family.

A claim such as "the gap between any two of seven age groups" has many components, here 21 differences. With t*_bj the
studentised deviation of component j in resample b, M*_b = max_j |t*_bj|, and its (1 - alpha) quantile c makes
all intervals θ_j ± c·SE_j hold at once with probability 1 - alpha. It needs no independence: resamples are shared,
so correlated components cost little.

Over several claims a plain maximum would let the claim with most components set the width of all: a mean next to
a gap over 60 groups would be reported ± 4.5 SE. So each claim's M*_h is first put on one scale by its own
median and (1 - alpha) quantile q_h, N*_h = (M*_h - med_h) / (q_h - med_h); the family takes the (1 - alpha) quantile of
max_h N*_h and each claim gets its own critical value back from it. Coverage over the family is the same 1 - alpha,
spread evenly (the idea of Beran 1988, "Balanced simultaneous confidence sets"; scaled instead of ranked, so
that 2,000 resamples are enough). For a family of one claim it is exactly the max-t interval.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from recaudit.records import FloatArray

Claim = TypeVar("Claim", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBudget:
    """How the error probability alpha of a family is spent.

    Attributes:
        level: Level left for the max-t intervals.
        per_sparse: Error probability of each sparse group's conservative interval.
    """

    level: float
    per_sparse: float


def error_budget(confidence: float, *, sparse: int, components: int) -> ErrorBudget:
    """Divide alpha = 1 - confidence between sparse groups and the rest (Bonferroni).

    Each of the `components` group means stands for alpha / components; what the sparse ones take is not available
    to max-t. Unless all are sparse, they take no more than half together, so that max-t stays within reach of the
    resamples.

    >>> error_budget(0.95, sparse=1, components=5)
    ErrorBudget(level=0.96, per_sparse=0.01)
    >>> error_budget(0.95, sparse=0, components=5).level
    0.95
    """
    alpha = 1 - confidence
    if sparse == 0:
        return ErrorBudget(level=confidence, per_sparse=0.0)
    share = 1.0 if sparse == components else min(sparse / components, 0.5)
    return ErrorBudget(level=round(1 - alpha * (1 - share), 12), per_sparse=round(alpha * share / sparse, 12))


def critical_value(deviations: FloatArray, level: float) -> float:
    """The smallest of B deviations that at least the share `level` of B + 1 do not exceed.

    Args:
        deviations: (B,), may hold infinity.
        level: Such as 0.95.

    Returns:
        The ceil(level · (B + 1))-th smallest, infinity when that is beyond the B-th.

    >>> critical_value(np.arange(1.0, 20.0), 0.95)
    19.0
    >>> critical_value(np.arange(1.0, 20.0), 0.5)
    10.0
    """
    rank = math.ceil(round(level * (len(deviations) + 1), 9))
    if rank > len(deviations):
        return math.inf
    return float(np.partition(deviations, rank - 1)[rank - 1])


def joint_critical_values(maxima: Mapping[Claim, FloatArray], level: float) -> dict[Claim, float]:
    """One critical value per claim, such that all claims' intervals hold at once with probability `level`.

    Args:
        maxima: For each claim its (B,) largest absolute studentised deviation per resample.
        level: Joint level.

    Returns:
        Per claim the half-width in standard errors; infinite where a claim's own quantile is.
    """
    own = {claim: critical_value(maximum, level) for claim, maximum in maxima.items()}
    finite = [claim for claim, critical in own.items() if 0 < critical < math.inf]
    if len(finite) < 2:
        return own
    centre = {claim: critical_value(maxima[claim], 0.5) for claim in finite}
    centre |= {claim: 0.0 for claim in finite if centre[claim] == own[claim]}  # few different resamples
    joint = np.full(len(maxima[finite[0]]), -math.inf)
    for claim in finite:
        np.maximum(joint, (maxima[claim] - centre[claim]) / (own[claim] - centre[claim]), out=joint)
    stretch = critical_value(joint, level)
    return own | {claim: centre[claim] + stretch * (own[claim] - centre[claim]) for claim in finite}


def skewed_reach(critical: float, skewness: FloatArray) -> tuple[FloatArray, FloatArray]:
    """How far an interval of half-width c reaches below and above a skewed estimate, in standard errors.

    A mean of skewed values lies too low just when its standard error is small, which skews t the other way. Hall's
    (1992) transform h(t) = t + s·t²/3 + s²·t³/27 + s/6 takes that out again, and the interval holds the values with
    |h(t)| ≤ c: it reaches further towards the long tail. h⁻¹(z) = 3/s · (∛(1 + s·z - s²/6) - 1).

    Args:
        critical: c.
        skewness: s of each estimate: for a mean of n values their skewness over √n.

    Returns:
        Below h⁻¹(c) and above -h⁻¹(-c), each as `skewness`; both c where s is 0.

    >>> below, above = skewed_reach(2.0, np.array([0.0, 0.3]))
    >>> below.round(3).tolist(), above.round(3).tolist()
    ([2.0, 1.659], [2.0, 2.725])
    """
    slight = np.abs(skewness) < 1e-6
    shape = np.where(slight, 1.0, skewness)

    def ends(z: float) -> FloatArray:
        return np.where(slight, z, 3 / shape * (np.cbrt(1 + shape * z - shape**2 / 6) - 1))

    return ends(critical), -ends(-critical)


def largest_deviation(theta: FloatArray, star: FloatArray, se2: FloatArray) -> FloatArray:
    """The largest |θ*_b - θ| / SE*_b over components, for every resample.

    Args:
        theta: (c,) estimates.
        star: (c, B) their values in the resamples.
        se2: (c, B) squared standard errors in the resamples.

    Returns:
        (B,); infinite where a component is undefined or has no spread in the resample.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        squared = (star - theta[:, None]) ** 2 / se2
    largest: FloatArray = np.sqrt(np.where(np.isnan(squared), math.inf, squared).max(axis=0))
    return largest


def largest_pair_deviation(theta: FloatArray, star: FloatArray, se2: FloatArray) -> FloatArray:
    """The same over all pairwise differences, with SE² the sum of the two.

    >>> theta, star = np.array([0.0, 1.0]), np.array([[0.5], [1.0]])
    >>> largest_pair_deviation(theta, star, np.array([[0.03], [0.0325]]))  # 0.5 / sqrt(0.0625)
    array([2.])
    """
    deviation = star - theta[:, None]
    largest = np.zeros(star.shape[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        for first in range(len(theta) - 1):
            squared = (deviation[first + 1 :] - deviation[first]) ** 2
            squared /= se2[first + 1 :] + se2[first]
            np.maximum(largest, squared.max(axis=0), out=largest)
    return np.sqrt(np.where(np.isnan(largest), math.inf, largest))
