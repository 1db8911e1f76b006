"""Permuting arms within units: the test that the design of the experiment itself justifies.

If arms are labels without meaning, every unit's values could as well have come in any other order over its arms. So
the statistic is computed again with each unit's values in random order; which arms a unit lacks stays as it is. The
test is exact for any statistic and any distribution; p is (1 + as extreme ones) / (B + 1), never 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from recaudit.records import FloatArray
from recaudit.statistics.draws import seeds_for, signed_sums

MOST_PERMUTATIONS = 1999
BLOCK_VALUES = 4_000_000
"""Values permuted at a time."""

ArmStatistic: TypeAlias = Callable[[FloatArray], FloatArray]
"""Maps (..., a) arm means to (...) values, large for what speaks against the null."""


def permuted_statistics(
    values: FloatArray, statistic: ArmStatistic, *, permutations: int, rng: np.random.Generator
) -> FloatArray:
    """The statistic of the arms' means under B random orders within each unit.

    Args:
        values: (n, a) one value per unit and arm, NaN where undefined.
        statistic: Of the arms' means.
        permutations: Number of orders B, at most `MOST_PERMUTATIONS` are drawn.
        rng: Where the orders come from.

    Returns:
        (B,) statistics.

    With two arms every unit's difference keeps or flips its sign:

    >>> values = np.array([[1.0, 0.0], [1.0, 0.0]])
    >>> drawn = permuted_statistics(values, lambda m: m[..., 0] - m[..., 1], permutations=99,
    ...                             rng=np.random.default_rng(0))
    >>> sorted(set(drawn.tolist()))
    [-1.0, 0.0, 1.0]
    """
    count = min(permutations, MOST_PERMUTATIONS)
    defined = ~np.isnan(values)
    present = np.maximum(defined.sum(axis=0), 1)
    packed = np.packbits(defined, axis=1)
    _, example, member = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    totals = np.zeros((count, values.shape[1]))
    for number, unit in enumerate(example):
        arms = np.flatnonzero(defined[unit])
        if len(arms):
            own = values[member.ravel() == number][:, arms]
            totals[:, arms] += _permuted_totals(own, count, rng)
    return statistic(totals / present)


def _permuted_totals(values: FloatArray, count: int, rng: np.random.Generator) -> FloatArray:
    """(B, a) sums over units, each unit's values in random order."""
    units, arms = values.shape
    if arms == 2:
        return _flipped_totals(values, count, rng)
    totals = np.empty((count, arms))
    block = max(1, BLOCK_VALUES // values.size)
    for start in range(0, count, block):
        size = min(block, count - start)
        repeated = np.broadcast_to(values, (size, units, arms)).reshape(-1, arms)
        totals[start : start + size] = rng.permuted(repeated, axis=1).reshape(size, units, arms).sum(axis=1)
    return totals


def _flipped_totals(values: FloatArray, count: int, rng: np.random.Generator) -> FloatArray:
    middle = values.sum() / 2
    shift = signed_sums((values[:, 0] - values[:, 1]) / 2, seeds_for(count, rng))
    return np.stack([middle + shift, middle - shift], axis=1)


def arm_means(values: FloatArray) -> FloatArray:
    """(a,) mean of each arm over the units that have it, NaN without any."""
    defined = ~np.isnan(values)
    total = np.where(defined, values, 0.0).sum(axis=0)
    means: FloatArray = np.full(values.shape[1], np.nan)
    np.divide(total, defined.sum(axis=0), out=means, where=defined.any(axis=0))
    return means
