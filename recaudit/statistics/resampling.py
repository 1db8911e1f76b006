"""One multinomial bootstrap over units, shared by all metrics, attributes and corpus statistics.

A resample of n units with replacement is a vector of n counts. Sums over a group in all resamples of a block are
then one matrix product of counts and values, and the same counts serve every claim, which is what makes
intervals simultaneous over claims about different metrics.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from recaudit.records import FloatArray
from recaudit.statistics.draws import FEWEST_FOR_THREADS, fill_counts, seeds_for

if TYPE_CHECKING:
    from collections.abc import Sequence

BLOCK_BYTES = 32_000_000
"""Upper bound on one block of counts; a few arrays of this size live at a time."""

FEWEST_SINGLE = 10_000
"""Units from which on sums are made in single precision: its error is far below that of 1,000 resamples."""

_ROUNDING = {np.dtype(np.float64): 1e-12, np.dtype(np.float32): 4e-6}
"""What rounding may leave of a sum of squares that cancels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupColumns:
    """One group's values of m metrics, ready for products with counts.

    Attributes:
        units: (n_g,) positions of its units among all.
        centre: (m,) means of the defined values.
        rows: (2m + p, n_g) deviations from the centre, their squares, and 1 where a value is defined for each of p
            different patterns of missing values; in single precision for many units.
        pattern: (m,) which pattern a metric has.
    """

    units: NDArray[np.intp]
    centre: FloatArray
    rows: NDArray[np.floating]
    pattern: NDArray[np.intp]


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
) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Yield counts of how often each unit is drawn.

    Args:
        n: Number of units.
        resamples: Number of resamples in total.
        rng: Gives every resample a seed, so the counts do not depend on how resamples are blocked.
        width: The widest row that a caller derives from one resample; it bounds the block with n.

    Yields:
        The resamples of the block as a slice, and their counts, (b, n); each row sums to n. The next block overwrites
        them. Nothing when n is 0.
    """
    if n == 0:
        return
    seeds = seeds_for(resamples, rng)
    block = max(1, min(resamples, BLOCK_BYTES // (8 * max(n, width, 1))))
    room = np.empty((block, n), dtype=np.float32)
    with _one_blas_thread(n * resamples):
        for start in range(0, resamples, block):
            stop = min(start + block, resamples)
            weights = room[: stop - start]
            fill_counts(weights, seeds[start:stop])
            yield slice(start, stop), weights


@contextmanager
def _one_blas_thread(numbers: int) -> Iterator[None]:
    """Keep the matrix products on one thread: they are flat, and threads of BLAS wait for one another by spinning.

    Where something else runs on the machine that takes many times longer than the products themselves.
    """
    if numbers < FEWEST_FOR_THREADS:
        yield
        return
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):
        yield


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
    masks: dict[bytes, int] = {}
    pattern = [masks.setdefault(np.packbits(column).tobytes(), len(masks)) for column in defined.T]
    first = [pattern.index(number) for number in range(len(masks))]
    single = len(units) >= FEWEST_SINGLE
    return GroupColumns(
        units=units,
        centre=centre,
        rows=np.concatenate(
            [centred.T, centred.T**2, defined.T[first]], dtype=np.float32 if single else np.float64
        ),
        pattern=np.array(pattern, dtype=np.intp),
    )


def empty_moments(metrics: int, groups: int, resamples: int) -> Moments:
    """Room for B resamples."""
    shape = (metrics, groups, resamples)
    return Moments(mean=np.empty(shape), se2=np.empty(shape))


def fill_moments(
    moments: Moments, block: slice, weights: NDArray[np.float32], groups: Sequence[GroupColumns]
) -> None:
    """Compute every group's moments in a block of resamples and write them into `moments[..., block]`.

    Args:
        moments: Where to write.
        block: Which resamples.
        weights: (b, n) counts.
        groups: The groups.
    """
    for position, group in enumerate(groups):
        own = weights if len(group.units) == weights.shape[1] else np.take(weights, group.units, axis=1)
        products = (group.rows @ own.T.astype(group.rows.dtype, copy=False)).astype(np.float64)
        first, second, sizes = np.split(products, [len(group.centre), 2 * len(group.centre)])
        size = sizes[group.pattern]
        with np.errstate(divide="ignore", invalid="ignore"):
            shift = first / size
            squares = second - first * shift
            squares[squares < _ROUNDING[group.rows.dtype] * second] = 0.0
            se2 = np.where(size > 1, squares / (size - 1) / size, np.nan)
        moments.mean[:, position, block] = group.centre[:, None] + shift
        moments.se2[:, position, block] = se2


def resampled_moments(values: FloatArray, resamples: int, rng: np.random.Generator) -> Moments:
    """Moments of every column over all units, all from the same resamples.

    Args:
        values: (n, m), NaN where undefined.
        resamples: Number of resamples B.
        rng: Where they come from.

    Returns:
        (m, 1, B) each.
    """
    moments = empty_moments(values.shape[1], 1, resamples)
    everybody = [group_columns(values, np.arange(len(values), dtype=np.intp))]
    for block, weights in weight_blocks(len(values), resamples, rng, width=1):
        fill_moments(moments, block, weights, everybody)
    return moments
