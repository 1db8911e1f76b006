"""One multinomial bootstrap over units, shared by all metrics, attributes and corpus statistics.

A resample of n units with replacement is a vector of n counts. Sums over a group in all resamples of a block are
then one matrix product of counts and values, and the same counts serve every claim, which is what makes
intervals simultaneous over claims about different metrics.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recaudit.records import FloatArray

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

BLOCK_BYTES = 32_000_000
"""Upper bound on one block of counts; a few arrays of this size live at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Means and squared standard errors of m metrics in g groups, in one or B weightings of the units.

    Attributes:
        mean: (m, g, B); NaN where a group has no value.
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
        The resamples of the block as a slice, and their counts, (b, n); each row sums to n.
    """
    block = max(1, min(resamples, BLOCK_BYTES // (8 * max(n, width, 1))))
    for start in range(0, resamples, block):
        stop = min(start + block, resamples)
        weights = np.empty((stop - start, n))
        for row in weights:
            row[:] = np.bincount(rng.integers(0, n, size=n), minlength=n)
        yield slice(start, stop), weights


def empty_moments(metrics: int, groups: int, resamples: int) -> Moments:
    """Room for B weightings."""
    shape = (metrics, groups, resamples)
    return Moments(mean=np.empty(shape), se2=np.empty(shape))


def fill_moments(
    moments: Moments,
    block: slice,
    weights: FloatArray,
    values: FloatArray,
    members: Sequence[NDArray[np.intp]],
) -> None:
    """Compute weighted moments of every group and write them into `moments[..., block]`.

    Args:
        moments: Where to write.
        block: Which weightings.
        weights: (b, n) counts.
        values: (n, m), NaN where undefined: such a unit weighs nothing for that metric.
        members: For each group, the positions of its units.
    """
    for group, units in enumerate(members):
        own = values[units]
        defined = ~np.isnan(own)
        count = defined.sum(axis=0)
        # Centring keeps the sum of squares from cancelling when the mean is large against the spread.
        centre = np.where(defined, own, 0.0).sum(axis=0) / np.maximum(count, 1)
        centred = np.where(defined, own - centre, 0.0)
        columns = np.concatenate([centred, centred**2, defined], axis=1)
        first, second, size = np.split((weights[:, units] @ columns).T, 3)
        with np.errstate(divide="ignore", invalid="ignore"):
            shift = first / size
            variance = np.maximum(second - first * shift, 0.0) / (size - 1)
            scale = (centred**2).sum(axis=0) / np.maximum(count, 1)
            variance[variance < 1e-12 * scale[:, None]] = 0.0
            se2 = np.where(size > 1, variance / size, np.nan)
        moments.mean[:, group, block] = centre[:, None] + shift
        moments.se2[:, group, block] = se2
