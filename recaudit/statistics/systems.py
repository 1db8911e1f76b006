"""Systems against each other on the same units.

Every unit was put to every system, so systems are compared like arms: by their difference within units. All pairs of
systems get intervals that hold at once (max-t over the pairs from one bootstrap over units), which is the post-hoc
test; Friedman's test asks first whether any system ranks above another, with Kendall's W as its size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from recaudit.records import FloatArray, Hypothesis, SystemComparison, SystemDifference
from recaudit.statistics.claims import FEWEST_UNITS
from recaudit.statistics.group_means import group_means, own_intervals
from recaudit.statistics.resampling import resampled_moments
from recaudit.statistics.sample import column_values, group_key
from recaudit.statistics.units import sorted_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


def compare_systems(
    claims: Sequence[Hypothesis],
    measured: Mapping[str, pd.DataFrame],
    *,
    confidence: float,
    resamples: int,
    rng: int | np.random.Generator,
) -> tuple[SystemComparison, ...]:
    """Compare the systems in every claim about a mean that at least two of them have.

    Args:
        claims: Claims of any contrast; only means are compared.
        measured: System to its rows of measurements, in the order in which systems are shown.
        confidence: Joint level of the differences of one claim.
        resamples: Number of resamples.
        rng: Seed or generator.

    Returns:
        One comparison per claim, in the order of claims.
    """
    tables = _tables([claim for claim in claims if claim.contrast == "mean"], measured)
    if not tables:
        return ()
    differences = np.concatenate([table.differences for table in tables], axis=1)
    moments = resampled_moments(differences, resamples, np.random.default_rng(rng))
    ends = np.cumsum([0, *(table.differences.shape[1] for table in tables)])
    return tuple(
        _comparison(table, moments.mean[start:end, 0], moments.se2[start:end, 0], confidence)
        for table, start, end in zip(tables, ends[:-1], ends[1:], strict=True)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """One claim with the systems that have it.

    Attributes:
        claim: About a mean.
        systems: Names of the s systems.
        values: (n, s) one value per unit and system, NaN where undefined.
        differences: (n, s·(s - 1)/2) of every pair of systems; float noise is rounded off.
    """

    claim: Hypothesis
    systems: tuple[str, ...]
    values: FloatArray
    differences: FloatArray


def _tables(claims: Sequence[Hypothesis], measured: Mapping[str, pd.DataFrame]) -> list[_Table]:
    """Lay out what at least two systems have, all claims over the same units."""
    columns = list(dict.fromkeys(group_key(claim)[1] for claim in claims))
    if not columns or not measured:
        return []
    metrics = list(dict.fromkeys(metric for metric, _ in columns))
    rows = {system: own[own["metric"].isin(metrics)] for system, own in measured.items()}
    units = sorted_units(*(own["unit"].unique() for own in rows.values()))
    values = {system: column_values(own, columns, units) for system, own in rows.items()}
    tables = []
    for claim in claims:
        column = group_key(claim)[1]
        having = tuple(system for system in values if not np.isnan(values[system][column][0]).all())
        if len(having) > 1:
            own = np.stack([values[system][column][0] for system in having], axis=1)
            pairs = list(combinations(own.T, 2))
            gaps = np.stack([np.round(first - second, 12) + 0.0 for first, second in pairs], axis=1)
            tables.append(_Table(claim=claim, systems=having, values=own, differences=gaps))
    return tables


def _comparison(
    table: _Table, star_mean: FloatArray, star_se2: FloatArray, confidence: float
) -> SystemComparison:
    complete = table.values[~np.isnan(table.values).any(axis=1)]
    p, agreement = _friedman(complete)
    return SystemComparison(
        claim=table.claim.id,
        title=table.claim.title,
        metric=table.claim.metric,
        better=table.claim.better,
        systems=table.systems,
        means=tuple(np.nanmean(table.values, axis=0).tolist()),
        n=len(complete),
        confidence=confidence,
        friedman_p=p,
        kendall_w=agreement,
        differences=_differences(table, star_mean, star_se2, confidence),
    )


def _differences(
    table: _Table, star_mean: FloatArray, star_se2: FloatArray, confidence: float
) -> tuple[SystemDifference, ...]:
    """Every pair, with joint intervals over those that some units share."""
    shared = ~np.isnan(table.differences)
    some = np.flatnonzero(shared.any(axis=0))
    found: dict[int, tuple[float, float, float]] = {}
    if len(some):
        width = table.claim.bounds[1] - table.claim.bounds[0]
        defined = [table.differences[shared[:, pair], pair] for pair in some]
        means = group_means([""] * len(some), defined, star_mean[some], star_se2[some])
        low, high = own_intervals(means, confidence, (-width, width))
        found = {
            int(pair): (float(means.mean[place]), float(low[place]), float(high[place]))
            for place, pair in enumerate(some)
        }
    differences = []
    for pair, (first, second) in enumerate(combinations(table.systems, 2)):
        count = int(shared[:, pair].sum())
        seen: tuple[Any, ...] = (None, None, None)
        if count >= FEWEST_UNITS:
            seen = found.get(pair, seen)
        differences.append(
            SystemDifference(first=first, second=second, value=seen[0], low=seen[1], high=seen[2], n=count)
        )
    return tuple(differences)


def _friedman(complete: FloatArray) -> tuple[float | None, float | None]:
    """Friedman's p and Kendall's W of units × systems; (None, None) with fewer than three systems or no variation."""
    from scipy.stats import friedmanchisquare

    units, systems = complete.shape
    if systems < 3 or units < FEWEST_UNITS:
        return None, None
    rounded = np.round(complete, 12)
    if (rounded == rounded[:, :1]).all():
        return None, None
    found = friedmanchisquare(*rounded.T)
    return float(found.pvalue), float(found.statistic / (units * (systems - 1)))
