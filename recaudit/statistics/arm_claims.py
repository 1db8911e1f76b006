"""Claims that compare arms within units: excess, change, gap, spread and trend."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from recaudit.records import Estimate, FloatArray, GroupEstimate, Hypothesis
from recaudit.statistics.arms import SIGNED, arm_value
from recaudit.statistics.claims import FEWEST_UNITS, SPARSE, Claim, detectable, sentence, undefined
from recaudit.statistics.group_claims import sparse_note
from recaudit.statistics.group_means import largest_mean_deviation, mean_intervals, own_intervals
from recaudit.statistics.multiplicity import bootstrap_p
from recaudit.statistics.ordinal import rank_biserial
from recaudit.statistics.permutation import ArmStatistic, arm_means, permuted_statistics

if TYPE_CHECKING:
    from recaudit.statistics.arms import ArmSample, ArmTable
    from recaudit.statistics.group_means import GroupMeans

MOST_MISSING = 0.2
"""With a larger share of units missing in a compared pair no interval is given: missing answers are an outcome."""


def arm_claim(
    sample: ArmSample,
    hypothesis: Hypothesis,
    blank: Estimate,
    *,
    permutations: int,
    rng: np.random.Generator,
) -> Claim:
    """The largest loss against the baseline, the largest change from it, the gap or spread of arms, or their trend.

    An extreme over arms is biased upwards, so its interval comes from the simultaneous intervals of all compared
    pairs: when these hold, the largest true difference lies between the largest lower and the largest upper end. The
    spread (SNSV) is the root of the pairs' mean square over arms, and gets its ends from those of the pairs. p and
    what chance alone gives come from permuting arms within units.

    Args:
        sample: The arms.
        hypothesis: What is claimed.
        blank: The estimate with everything that does not depend on the contrast.
        permutations: How many, at most; 0 for no p.
        rng: Where the permutations come from.
    """
    blank, why_not = described(sample, hypothesis, blank)
    blank = replace(blank, groups=_arm_estimates(sample, hypothesis.bounds, blank.confidence))
    pairs = sample.pairs
    if why_not or pairs is None:
        return undefined(blank, why_not)
    decisive = _decisive(pairs, hypothesis)
    p, by_chance = _permutation(sample, hypothesis, permutations, rng) if permutations else (None, None)
    note = missing_note(sample)

    def finish(critical: float, per_sparse: float) -> Estimate:
        widest = float(widest_differences(sample.table, hypothesis).max())
        low, high = mean_intervals(pairs, critical, per_sparse, (-widest, widest))
        error = None if pairs.sparse[decisive] else math.sqrt(pairs.se2[decisive])
        lowest, highest = ends_of(low, high, sample, hypothesis)
        return replace(
            blank,
            low=lowest,
            high=highest,
            standard_error=error,
            p=p,
            by_chance=by_chance,
            detectable=detectable(error, critical),
            effect_size=_effect_size(pairs, decisive),
            rank_effect=_rank_effect(pairs, hypothesis, decisive),
            method=f"paired within units; {blank.method}",
            reason=sentence(SPARSE if pairs.sparse.all() else sparse_note(pairs), note),
        )

    return Claim(
        deviation=largest_mean_deviation(pairs),
        sparse=int(pairs.sparse.sum()),
        components=len(pairs.labels),
        finish=finish,
    )


def described(sample: ArmSample, hypothesis: Hypothesis, blank: Estimate) -> tuple[Estimate, str]:
    """What was seen, before any interval.

    Returns:
        The estimate with its value, its units and what makes the value; and why it can have no interval, "" if it can.
    """
    pairs = sample.pairs
    if pairs is None:
        return blank, _nothing(sample, hypothesis)
    decisive = _decisive(pairs, hypothesis)
    blank = replace(
        blank,
        value=arm_value(pairs.mean, hypothesis.contrast, len(sample.table.labels)),
        n=int(pairs.n[decisive]),
        n_missing=sample.n_asked - int(pairs.n[decisive]),
        versus=""
        if hypothesis.contrast in {"arm spread", "trend"}
        else _versus(sample, hypothesis, decisive),
    )
    if len(sample.compared) < len(sample.table.pairs):
        return blank, _nothing(sample, hypothesis)
    if pairs.n.min() < FEWEST_UNITS:
        return blank, f"fewer than {FEWEST_UNITS} units in {pairs.labels[int(pairs.n.argmin())]}"
    missing = 1 - pairs.n / sample.n_asked
    if missing.max() > MOST_MISSING:
        worst = int(missing.argmax())
        return blank, (
            f"{missing[worst]:.0%} of the units have no value in {pairs.labels[worst]}, more than {MOST_MISSING:.0%}"
        )
    return blank, ""


def widest_differences(table: ArmTable, hypothesis: Hypothesis) -> FloatArray:
    """(c,) the largest absolute value that each component can have, by the bounds of the metric."""
    width = hypothesis.bounds[1] - hypothesis.bounds[0]
    return np.asarray(width * np.abs(table.weights).sum(axis=0) / 2)


def _decisive(pairs: GroupMeans, hypothesis: Hypothesis) -> int:
    return int(np.argmax(pairs.mean if hypothesis.contrast == "excess" else np.abs(pairs.mean)))


def _versus(sample: ArmSample, hypothesis: Hypothesis, decisive: int) -> str:
    assert sample.pairs is not None  # noqa: S101 - the caller has looked
    first, second = (sample.table.labels[arm] for arm in sample.table.pairs[sample.compared[decisive]])
    if hypothesis.contrast not in SIGNED and sample.pairs.mean[decisive] < 0:
        first, second = second, first
    return f"{first} - {second}"


def ends_of(
    low: FloatArray, high: FloatArray, sample: ArmSample, hypothesis: Hypothesis
) -> tuple[float, float]:
    """The bounds of what is claimed, from those of all compared pairs, each (c,)."""
    if hypothesis.contrast in SIGNED:
        return float(low.max()), float(high.max())
    least = np.maximum(np.maximum(low, -high), 0.0)
    most = np.maximum(np.abs(low), np.abs(high))
    arms = len(sample.table.labels)
    return arm_value(least, hypothesis.contrast, arms), arm_value(most, hypothesis.contrast, arms)


def _permutation(
    sample: ArmSample, hypothesis: Hypothesis, permutations: int, rng: np.random.Generator
) -> tuple[float, float | None]:
    statistic = _statistic(sample, hypothesis)
    values = sample.table.values
    drawn = permuted_statistics(values, statistic, permutations=permutations, rng=rng)
    observed = float(statistic(arm_means(values)))
    between = hypothesis.contrast in {"arm gap", "arm spread"}
    return bootstrap_p(observed - 1e-12, drawn), float(drawn.mean()) if between else None


def _statistic(sample: ArmSample, hypothesis: Hypothesis) -> ArmStatistic:
    weights = sample.table.weights
    arms = len(sample.table.labels)

    def statistic(means: FloatArray) -> FloatArray:
        difference = means @ weights
        if hypothesis.contrast == "excess":
            found: FloatArray = difference.max(axis=-1)
        elif hypothesis.contrast == "arm spread":
            found = np.sqrt((difference**2).sum(axis=-1)) / arms
        else:
            found = np.abs(difference).max(axis=-1)
        return found

    return statistic


def _effect_size(pairs: GroupMeans, decisive: int) -> float | None:
    """Mean difference in standard deviations of the differences, corrected for small samples (Hedges).

    None when the differences have no spread.
    """
    n, se2 = int(pairs.n[decisive]), float(pairs.se2[decisive])
    if se2 == 0:
        return None
    return (1 - 3 / (4 * (n - 1) - 1)) * abs(float(pairs.mean[decisive])) / math.sqrt(se2 * n)


def _rank_effect(pairs: GroupMeans, hypothesis: Hypothesis, decisive: int) -> float | None:
    """Rank-biserial correlation of the decisive pair, with the sign of the claim's value."""
    found = rank_biserial(pairs.values[decisive])
    turned = hypothesis.contrast not in SIGNED and pairs.mean[decisive] < 0
    return -found if turned and found is not None else found


def _arm_estimates(
    sample: ArmSample, bounds: tuple[float, float], confidence: float
) -> tuple[GroupEstimate, ...]:
    """Every arm's mean, with intervals that hold jointly over the arms; none for few units."""
    arms = sample.arms
    found: dict[str, GroupEstimate] = {}
    if arms is not None:
        low, high = own_intervals(arms, confidence, bounds)
        for place, label in enumerate(arms.labels):
            enough = arms.n[place] >= FEWEST_UNITS
            note = "" if enough else f"fewer than {FEWEST_UNITS} units"
            found[label] = GroupEstimate(
                group=label,
                n=int(arms.n[place]),
                value=float(arms.mean[place]),
                low=float(low[place]) if enough else None,
                high=float(high[place]) if enough else None,
                note=SPARSE if enough and arms.sparse[place] else note,
            )
    empty = {
        label: GroupEstimate(group=label, n=0, value=None, low=None, high=None, note="no unit has a value")
        for label in sample.table.labels
    }
    return tuple((empty | found).values())


def _nothing(sample: ArmSample, hypothesis: Hypothesis) -> str:
    table = sample.table
    if len(table.labels) < 2:
        return f"there is only one arm, {table.labels[0]}, and nothing to compare it with"
    lacking = [table.labels[arm] for arm in np.flatnonzero(np.isnan(table.values).all(axis=0))]
    if lacking:
        return f"no unit has a value of {hypothesis.metric} in {', '.join(lacking[:3])}"
    return f"no unit has a value of {hypothesis.metric} in both arms of every pair"


def missing_note(sample: ArmSample) -> str:
    """How many units lack a value in a compared pair, "" for none."""
    assert sample.pairs is not None  # noqa: S101 - the caller has looked
    fewest = int(sample.pairs.n.min())
    lost = sample.n_asked - fewest
    noun = "unit" if lost == 1 else "units"
    return f"up to {lost:,} {noun} without a value in one of two compared arms" if lost else ""
