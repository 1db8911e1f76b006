"""How the values behind the gates lie over units: few numbers, kept in the result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pandas as pd

from recaudit.records import FloatArray, Hypothesis, UnitSpread

MOST_BINS = 20


def spreads_of(rows: pd.DataFrame, claims: Iterable[Hypothesis]) -> tuple[UnitSpread, ...]:
    """Condense the values that some claims rest on, each kind of value once.

    A claim that holds arms against a baseline arm gives two spreads: of the baseline, and of the mean of the others.
    Statistics of all lists together have no value for each unit and give none.

    Args:
        rows: Columns `unit`, `arm`, `metric` and `value`.
        claims: In the order in which their spreads are wanted.
    """
    wanted = dict.fromkeys(part for claim in claims for part in _parts(claim))
    made = (_spread(rows, *part) for part in wanted)
    return tuple(spread for spread in made if spread is not None)


def _parts(claim: Hypothesis) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Metric, what the arms are called, and the arms that count."""
    if claim.baseline:
        yield claim.metric, claim.baseline, (claim.baseline,)
    yield claim.metric, ", ".join(claim.arms) if len(claim.arms) > 1 or claim.baseline else "", claim.arms


def _spread(rows: pd.DataFrame, metric: str, called: str, arms: Sequence[str]) -> UnitSpread | None:
    chosen = rows["metric"] == metric
    if arms:
        chosen &= rows["arm"].isin(arms)
    means = rows[chosen].groupby("unit", sort=False)["value"].mean()
    values = means[np.isfinite(means)].to_numpy(dtype=np.float64)
    if not len(values):
        return None
    smallest, lower, median, upper, largest = (
        float(end) for end in np.quantile(values, (0, 0.25, 0.5, 0.75, 1))
    )
    return UnitSpread(
        metric=metric,
        arms=called,
        n=len(values),
        quartiles=(smallest, lower, median, upper, largest),
        counts=_counts(values),
    )


def _counts(values: FloatArray) -> tuple[int, ...]:
    """One bin for each unit at most, so that few units do not look like many."""
    if values.min() == values.max():
        return (len(values),)
    counts, _ = np.histogram(values, bins=min(MOST_BINS, len(values)))
    return tuple(map(int, counts))
