"""Effect sizes by order alone, which neither outliers nor the scale of a metric can move."""

from __future__ import annotations

import numpy as np

from recaudit.records import FloatArray


def cliffs_delta(first: FloatArray, second: FloatArray) -> float:
    """How often a value of the first group is above one of the second, less how often it is below.

    Formula: P(x > y) - P(x < y) over all pairs of units, in -1..1; 0 when neither group tends to have more (Cliff
    1993). It is the rank-biserial correlation of two independent groups. Float noise is rounded off.

    Args:
        first: At least one value, none NaN.
        second: Likewise.

    Of the four pairs of (1, 3) and (2, 3) one is above, two are below and one is tied:

    >>> cliffs_delta(np.array([1.0, 3.0]), np.array([2.0, 3.0]))
    -0.25
    """
    values, ordered = np.round(first, 12), np.sort(np.round(second, 12))
    below = np.searchsorted(ordered, values, side="left")
    not_above = np.searchsorted(ordered, values, side="right")
    return float((below + not_above).mean() / len(ordered) - 1)


def rank_biserial(differences: FloatArray) -> float | None:
    """Whether the large differences within units go up or down.

    Formula: (R+ - R-) / (R+ + R-), with R+ and R- the sums of the ranks of |d| where d is above and below 0;
    differences of 0 are left out, and tied ones share their mean rank (Kerby 2014, the statistic of Wilcoxon's
    signed-rank test on the scale -1..1).

    Args:
        differences: Differences within units, none NaN.

    Returns:
        None when every difference is 0.

    Ranks of 0.1, 0.2 and 0.3 are 1, 2 and 3, so that (1 + 3 - 2) / 6:

    >>> round(rank_biserial(np.array([0.1, -0.2, 0.3, 0.0])), 4)
    0.3333
    """
    rounded = np.round(differences, 12)
    moved = rounded[rounded != 0]
    if not len(moved):
        return None
    _, place, count = np.unique(np.abs(moved), return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    return float((np.sign(moved) * rank).sum() / rank.sum())
