"""One multinomial bootstrap over units, shared by all metrics, attributes and corpus statistics.

A resample of n units with replacement is a vector of n counts. Sums over a group in all resamples of a block are
then one matrix product of counts and values, and the same counts serve every claim, which is what makes
intervals simultaneous over claims about different metrics.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from recaudit.records import FloatArray

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BLOCK_BYTES = 32_000_000
"""Upper bound on one block of counts; a few arrays of this size live at a time."""

COUNTED_TOGETHER = 65_536
"""Draws that are counted at a time: many short resamples at once, and few enough to stay in the processor's cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupColumns:
    """One group's values of m metrics, ready for products with counts.

    Attributes:
        units: (n_g,) positions of its units among all.
        centre: (m,) means of the defined values.
        variance: (m,) their variances, divisor n.
        columns: (n_g, 3m) deviations from the centre, their squares, and 1 where a value is defined.
    """

    units: NDArray[np.intp]
    centre: FloatArray
    variance: FloatArray
    columns: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Means and squared standard errors of m metrics in g groups in every resample.

    Attributes:
        mean: (m, g, B); not finite where a group has no value in the resample.
        se2: (m, g, B), variance (divisor N - 1) over N, N being the resampled count; NaN where N <= 1.
    """

    mean: FloatArray
    se2: FloatArray


def weight_blocks(
    n: int, resamples: int, rng: np.random.Generator, *, width: int
) -> Iterator[tuple[slice, FloatArray]]:
    """Yield counts of how often each unit is drawn.

    Args:
        n: Number of units.
        resamples: Number of resamples in total.
        rng: Draws in one stream, so the counts do not depend on how resamples are blocked.
        width: The widest row that a caller derives from one resample; it bounds the block with n.

    Yields:
        The resamples of the block as a slice, and their counts, (b, n); each row sums to n. Nothing when n is 0.
    """
    if n == 0:
        return
    block = max(1, min(resamples, BLOCK_BYTES // (8 * max(n, width, 1))))
    for start in range(0, resamples, block):
        stop = min(start + block, resamples)
        weights = np.empty((stop - start, n))
        step = max(1, COUNTED_TOGETHER // n)
        for first in range(0, stop - start, step):
            part = weights[first : first + step]
            drawn = rng.integers(0, n, size=part.shape)
            drawn += n * np.arange(len(part))[:, None]
            part[:] = np.bincount(drawn.ravel(), minlength=part.size).reshape(part.shape)
        yield slice(start, stop), weights


def group_columns(values: FloatArray, units: NDArray[np.intp]) -> GroupColumns:
    """Prepare one group.

    Args:
        values: (n, m) of all units, NaN where undefined: such a unit weighs nothing for that metric.
        units: (n_g,) positions of the group's units.
    """
    own = values[units]
    defined = ~np.isnan(own)
    count = np.maximum(defined.sum(axis=0), 1)
    # Centring keeps the sums of squares from cancelling when the mean is large against the spread.
    centre = np.where(defined, own, 0.0).sum(axis=0) / count
    centred = np.where(defined, own - centre, 0.0)
    squares = centred**2
    return GroupColumns(
        units=units,
        centre=centre,
        variance=squares.sum(axis=0) / count,
        columns=np.concatenate([centred, squares, defined], axis=1),
    )


def empty_moments(metrics: int, groups: int, resamples: int) -> Moments:
    """Room for B resamples."""
    shape = (metrics, groups, resamples)
    return Moments(mean=np.empty(shape), se2=np.empty(shape))


def fill_moments(moments: Moments, block: slice, weights: FloatArray, groups: Sequence[GroupColumns]) -> None:
    """Compute every group's moments in a block of resamples and write them into `moments[..., block]`.

    Args:
        moments: Where to write.
        block: Which resamples.
        weights: (b, n) counts.
        groups: The groups.
    """
    for position, group in enumerate(groups):
        own = weights if len(group.units) == weights.shape[1] else np.take(weights, group.units, axis=1)
        first, second, size = np.split((own @ group.columns).T, 3)
        with np.errstate(divide="ignore", invalid="ignore"):
            shift = first / size
            variance = np.maximum(second - first * shift, 0.0) / (size - 1)
            variance[variance < 1e-12 * group.variance[:, None]] = 0.0
            se2 = np.where(size > 1, variance / size, np.nan)
        moments.mean[:, position, block] = group.centre[:, None] + shift
        moments.se2[:, position, block] = se2
