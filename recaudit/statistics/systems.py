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
import pandas as pd

from recaudit.records import FloatArray, Hypothesis, Measurements, SystemComparison, SystemDifference
from recaudit.statistics.claims import FEWEST_UNITS
from recaudit.statistics.group_means import GroupMeans, own_intervals
from recaudit.statistics.sample import resample
from recaudit.statistics.units import sorted_units, unit_values

if TYPE_CHECKING:
    from collections.abc import Sequence


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
    generator = np.random.default_rng(rng)
    tables = [table for claim in claims if claim.contrast == "mean" for table in _tables(claim, measured)]
    if not tables:
        return ()
    sample = resample(
        [table.claim for table in tables],
        Measurements(rows=pd.concat([table.rows for table in tables], ignore_index=True)),
        pd.DataFrame(),
        resamples=resamples,
        min_group=2,
        rng=generator,
    )
    return tuple(_comparison(table, sample.arms[table.claim.id].pairs, confidence) for table in tables)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """One claim with systems as its arms.

    Attributes:
        claim: About arms that are systems.
        original: The claim about a mean.
        values: (n, s) one value per unit and system, NaN where undefined.
        rows: The same as rows.
    """

    claim: Hypothesis
    original: Hypothesis
    values: FloatArray
    rows: pd.DataFrame


def _tables(claim: Hypothesis, measured: Mapping[str, pd.DataFrame]) -> list[_Table]:
    """The claim's values of the systems that have some; none if fewer than two have."""
    chosen = {}
    for system, rows in measured.items():
        own = rows[rows["metric"] == claim.metric]
        if claim.arms:
            own = own[own["arm"].isin(claim.arms)]
        if own["value"].notna().any():
            chosen[system] = own
    if len(chosen) < 2:
        return []
    units = sorted_units(*(own["unit"].unique() for own in chosen.values()))
    columns = [unit_values(own, [claim.metric], units).values[:, 0] for own in chosen.values()]
    arms = Hypothesis(
        id=claim.id,
        question="",
        probe=claim.probe,
        metric=claim.id,
        contrast="arm gap",
        arms=tuple(chosen),
        better=claim.better,
        bounds=claim.bounds,
    )
    parts = [
        pd.DataFrame({"unit": units, "arm": system, "metric": claim.id, "value": column})
        for system, column in zip(chosen, columns, strict=True)
    ]
    return [
        _Table(
            claim=arms,
            original=claim,
            values=np.stack(columns, axis=1),
            rows=pd.concat(parts, ignore_index=True),
        )
    ]


def _comparison(table: _Table, pairs: GroupMeans | None, confidence: float) -> SystemComparison:
    systems = table.claim.arms
    complete = table.values[~np.isnan(table.values).any(axis=1)]
    p, agreement = _friedman(complete)
    return SystemComparison(
        claim=table.original.id,
        title=table.original.title,
        metric=table.original.metric,
        better=table.original.better,
        systems=systems,
        means=tuple(np.nanmean(table.values, axis=0).tolist()),
        n=len(complete),
        confidence=confidence,
        friedman_p=p,
        kendall_w=agreement,
        differences=_differences(table, pairs, confidence),
    )


def _differences(table: _Table, pairs: GroupMeans | None, confidence: float) -> tuple[SystemDifference, ...]:
    systems = table.claim.arms
    shared = ~np.isnan(table.values)
    found: dict[str, tuple[float, float, float]] = {}
    if pairs is not None:
        width = table.claim.bounds[1] - table.claim.bounds[0]
        low, high = own_intervals(pairs, confidence, (-width, width))
        for place, label in enumerate(pairs.labels):
            found[label] = (float(pairs.mean[place]), float(low[place]), float(high[place]))
    differences = []
    for first, second in combinations(range(len(systems)), 2):
        count = int((shared[:, first] & shared[:, second]).sum())
        seen: tuple[Any, ...] = (None, None, None)
        if count >= FEWEST_UNITS:
            seen = found.get(f"{systems[first]} - {systems[second]}", seen)
        differences.append(
            SystemDifference(
                first=systems[first],
                second=systems[second],
                value=seen[0],
                low=seen[1],
                high=seen[2],
                n=count,
            )
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
