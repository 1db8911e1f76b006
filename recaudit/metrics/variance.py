"""Variance components of a value measured for every unit in every wording, each asked several times.

With n units, W wordings and R repeats, y_uwr = mean + unit_u + wording_w + (unit × wording)_uw + repeat_uwr. The
components come from the mean squares of the balanced two-way layout (Searle, Casella and McCulloch 1992), negative ones
set to 0; for such data they are what REML gives when none is negative. Written as functions of sums over units, so that
one resampling of units serves them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from recaudit.metrics.division import ratio

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from recaudit.records import FloatArray

Source: TypeAlias = Literal["unit", "wording", "repeat"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VarianceShare:
    """The share of the variance that one source has, as a function of summed `variance_contributions`.

    "wording" is what changes with the words, for everybody alike or for each unit differently.

    Attributes:
        source: Of the variance.
        wordings: W.
        repeats: R.
    """

    source: Source
    wordings: int
    repeats: int

    def __call__(self, totals: FloatArray) -> FloatArray:
        """(..., W + 5) totals to (...) shares from 0 to 1; NaN when nothing varies."""
        found = components(totals, wordings=self.wordings, repeats=self.repeats)
        return ratio(found[self.source], found["unit"] + found["wording"] + found["repeat"])


def variance_contributions(values: FloatArray) -> csr_matrix[Any]:
    """(n, W + 5) what each unit adds.

    Args:
        values: (n, W, R), all defined.
    """
    from scipy.sparse import csr_matrix

    cells = values.mean(axis=2)
    means = cells.mean(axis=1, keepdims=True)
    apart = cells - means
    parts = [
        np.ones((len(values), 1)),
        ((values - cells[:, :, None]) ** 2).sum(axis=(1, 2))[:, None],
        (apart**2).sum(axis=1, keepdims=True),
        means,
        means**2,
        apart,
    ]
    return csr_matrix(np.concatenate(parts, axis=1))


def components(totals: FloatArray, *, wordings: int, repeats: int) -> dict[Source, FloatArray]:
    """The variance of each source.

    >>> y = np.array([[[0.0, 2.0], [1.0, 3.0]], [[4.0, 6.0], [7.0, 9.0]]])  # 2 units, 2 wordings, 2 repeats
    >>> made = components(np.asarray(variance_contributions(y).sum(axis=0)).ravel(), wordings=2, repeats=2)
    >>> {source: float(value) for source, value in made.items()}
    {'unit': 12.0, 'wording': 1.5, 'repeat': 2.0}
    """
    n, within, apart, mean, square = (totals[..., part] for part in range(5))
    per_wording = totals[..., 5:]
    error = ratio(within, n * wordings * (repeats - 1))
    shift = ratio(per_wording, n[..., None])
    interaction_square = ratio(repeats * (apart - n * (shift**2).sum(axis=-1)), (n - 1) * (wordings - 1))
    unit_square = ratio(repeats * wordings * (square - ratio(mean**2, n)), n - 1)
    interaction = np.maximum((interaction_square - error) / repeats, 0.0)
    main = np.maximum((shift**2).sum(axis=-1) / (wordings - 1) - ratio(interaction_square, n * repeats), 0.0)
    unit = np.maximum((unit_square - interaction_square) / (wordings * repeats), 0.0)
    return {"unit": unit, "wording": interaction + main, "repeat": error}
