"""Statistics of all lists together, such as Gini and coverage, under resampling of units.

Resampling users repeats lists: about 37 % of the units are absent from a resample, so it shows fewer distinct items
than the data do, coverage shrinks and Gini grows. A percentile interval would sit beside the estimate, sometimes
entirely. The interval is therefore centred: θ ± c·sd(θ*), where θ* are the resampled values, with the deviation
(θ*_b - mean θ*) / sd(θ*) for the max-t. What it covers is the expected value of the statistic for as many
units as were measured, drawn from the same population: coverage and Gini depend on the number of lists, so that audits of
different size do not estimate the same number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recaudit.records import CorpusMeasurement, FloatArray

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusStatistic:
    """A corpus statistic, observed and resampled.

    Attributes:
        n: Units that contribute a row.
        value: Point estimate, NaN when undefined.
        spread: Standard deviation over the resamples; NaN when any of them is undefined.
        deviation: (B,) absolute centred deviations in units of `spread`; None when there is no spread.
    """

    n: int
    value: float
    spread: float
    deviation: FloatArray | None


def fill_corpus(
    resampled: FloatArray,
    block: slice,
    weights: FloatArray,
    corpus: Sequence[CorpusMeasurement],
    positions: Sequence[NDArray[np.intp]],
) -> None:
    """Write each statistic of the weighted totals into `resampled[:, block]`.

    Measurements that share one matrix and one set of units, such as Gini and coverage of the same lists, share the
    totals.

    Args:
        resampled: (s, B), where to write.
        block: Which resamples.
        weights: (b, n) counts of all units.
        corpus: s measurements.
        positions: For each, where its units stand among the n.
    """
    totals: dict[tuple[int, bytes], FloatArray] = {}
    for row, (measurement, own) in enumerate(zip(corpus, positions, strict=True)):
        key = (id(measurement.contributions), own.tobytes())
        if key not in totals:
            totals[key] = np.asarray(weights[:, own] @ measurement.contributions)
        resampled[row, block] = measurement.statistic(totals[key])


def corpus_statistic(measurement: CorpusMeasurement, resampled: FloatArray) -> CorpusStatistic:
    """Summarise one statistic.

    Args:
        measurement: The statistic and what units contribute to it.
        resampled: (B,) its values in the resamples.
    """
    totals = np.asarray(measurement.contributions.sum(axis=0), dtype=np.float64).ravel()
    value = float(measurement.statistic(totals))
    spread = float(resampled.std(ddof=1)) if np.isfinite(resampled).all() else float("nan")
    varies = spread > 1e-12 * max(abs(value), 1.0)
    return CorpusStatistic(
        n=len(measurement.units),
        value=value,
        spread=spread,
        deviation=np.abs(resampled - resampled.mean()) / spread if varies else None,
    )
