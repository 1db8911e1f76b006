"""How much every claim about one system changed from one audit to the next, paired by unit.

Both audits asked about the same units, so what is resampled is each unit's difference d = after - before, and what
makes units differ among each other drops out. A mean changes by the mean of d. For the worst group it is asked which
group lost most: the extreme of the groups' means of d, whose simultaneous intervals (max-t) bound it. The other
claims are maxima: the largest gap, or the largest loss over arms, of components j (pairs of groups, arms) with levels
b_j before and b_j + δ_j after, where the change δ_j is a contrast of d. Another component may be the largest one
afterwards, so levels count too: with simultaneous intervals [l_j, u_j] of b_j and [m_j, v_j] of δ_j, and L = max l,
the change of the maximum lies between

    min over i with u_i >= L of max(m_i, max_q(l_q + m_q) - u_i)   and   max over j of min(v_j, u_j + v_j - L),

whichever components are the largest in truth. Sizes, such as a gap, count every component in both directions.

A ratio of group means, a statistic of all lists together and the spread of arms are no contrasts of d.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from recaudit.records import Contrast, Estimate, FloatArray, Hypothesis, Measurements
from recaudit.statistics.arm_claims import MOST_MISSING
from recaudit.statistics.arms import ARM_CONTRASTS
from recaudit.statistics.claims import FEWEST_UNITS, SPARSE, TOO_FEW, Claim, detectable, sentence, undefined
from recaudit.statistics.contrasts import deviation_for_pairs, pair_deviation, pair_intervals
from recaudit.statistics.estimate import finish_family
from recaudit.statistics.group_claims import sparse_note
from recaudit.statistics.group_means import GroupMeans, largest_mean_deviation, mean_intervals
from recaudit.statistics.sample import Sample, group_key, resample

PAIRED_CONTRASTS: frozenset[Contrast] = frozenset(
    {"mean", "gap", "worst", "excess", "change", "arm gap", "trend"}
)
"""Contrasts whose change is a contrast of differences within units."""

SIZES: frozenset[Contrast] = frozenset({"gap", "change", "arm gap"})
"""Contrasts whose value is a size."""

_BEFORE = "\x1fbefore"


def paired_changes(
    hypotheses: Sequence[Hypothesis],
    before: pd.DataFrame,
    after: pd.DataFrame,
    groups: pd.DataFrame,
    *,
    confidence: float,
    resamples: int,
    min_group: int,
    family: str,
    rng: int | np.random.Generator,
) -> dict[str, Estimate]:
    """Estimate the change of every claim, after less before, with intervals that hold jointly.

    Args:
        hypotheses: Claims of `PAIRED_CONTRASTS`.
        before: Of one system, rows with columns `unit`, `arm`, `metric` and `value`, one for a unit, arm and metric.
        after: The same of the later audit.
        groups: One row per unit, its id as index, one column of labels per attribute that a claim compares.
        confidence: Joint level of the two-sided intervals. For one-sided tests of level 0.05 it is 0.9.
        resamples: Number of resamples of units.
        min_group: Groups with fewer pairs of values are not compared.
        family: What the claims are together, in words.
        rng: Seed or generator.

    Returns:
        Claim id to estimate. Its value is in units of the claim, positive where the claim's value went up; for a worst
        group it is the change of the group that lost most, whether it is the worst or not. n counts the units with a
        value both times, n_missing those with one only; with more than 20 % of the latter there is no interval.

    Raises:
        ValueError: If a claim has another contrast.
    """
    for claim in hypotheses:
        if claim.contrast not in PAIRED_CONTRASTS:
            raise ValueError(f"claim '{claim.id}' ({claim.contrast}) has no change within units")
    if not hypotheses:
        return {}
    rows, lost = _paired_rows(before, after)
    pairs = [(_change_of(claim), _before_of(claim)) for claim in hypotheses]
    sample = resample(
        [claim for pair in pairs for claim in pair],
        Measurements(rows=rows),
        groups,
        resamples=resamples,
        min_group=min_group,
        rng=np.random.default_rng(rng),
    )
    blank = Estimate(
        value=None,
        low=None,
        high=None,
        confidence=confidence,
        family=family,
        family_size=len(hypotheses),
        n=0,
        method=f"paired differences within units; studentised bootstrap over units, {resamples:,} resamples, max-t",
    )
    claims = {
        change.id: _claim(
            change, _components(change, sample), _components(level, sample), _lost(change, lost), blank
        )
        for change, level in pairs
    }
    return finish_family(claims, confidence)


def is_size(claim: Hypothesis) -> bool:
    """Whether a claim's change is that of its distance from zero."""
    return claim.contrast in SIZES or (claim.better == "zero" and claim.contrast in {"mean", "trend"})


def _paired_rows(before: pd.DataFrame, after: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of the changes and of the levels before, both only where there is a value both times; and what is lost."""
    keys = ["unit", "arm", "metric"]
    both = before[[*keys, "value"]].merge(
        after[[*keys, "value"]], on=keys, how="outer", suffixes=("_before", "_after")
    )
    change = (both["value_after"] - both["value_before"]).round(12) + 0.0
    changes = both[keys].assign(value=change)
    levels = both[keys].assign(
        value=both["value_before"].where(change.notna()), metric=both["metric"] + _BEFORE
    )
    lost = both.loc[both["value_before"].isna() != both["value_after"].isna(), keys]
    return pd.concat([changes, levels], ignore_index=True), lost


def _change_of(claim: Hypothesis) -> Hypothesis:
    width = claim.bounds[1] - claim.bounds[0]
    return replace(claim, bounds=(-width, width))


def _before_of(claim: Hypothesis) -> Hypothesis:
    return replace(claim, id=claim.id + _BEFORE, metric=claim.metric + _BEFORE)


def _lost(claim: Hypothesis, lost: pd.DataFrame) -> int:
    """Units with a value before or after only."""
    arms = {*claim.arms, claim.baseline} - {""}
    own = lost[lost["metric"] == claim.metric]
    return int((own[own["arm"].isin(arms)] if arms else own)["unit"].nunique())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Components:
    """What a claim is the largest of.

    Attributes:
        means: By component, or by group where the components are the pairs of groups.
        by_pair: Whether they are.
        sign: -1 where the claim is the smallest of its components, as for the worst mean of a benefit.
        both: Whether every component counts in both directions.
        bounds: Of a component, or of a group mean.
    """

    means: GroupMeans
    by_pair: bool
    sign: int
    both: bool
    bounds: tuple[float, float]

    @property
    def levels(self) -> FloatArray:
        """(c,) or (2c,) what the claim is the largest of."""
        if not self.by_pair:
            return self._turned(self.means.mean)
        first, second = np.triu_indices(len(self.means.labels), k=1)
        return self._turned(self.means.mean[first] - self.means.mean[second])

    @property
    def labels(self) -> tuple[str, ...]:
        """A name for each of the levels, "" for a single one."""
        names = self.means.labels
        if self.by_pair:
            pairs = [(names[i], names[j]) for i, j in zip(*np.triu_indices(len(names), k=1), strict=True)]
            return (*(f"{i} - {j}" for i, j in pairs), *(f"{j} - {i}" for i, j in pairs))
        return ("",) * (2 if self.both else 1) if len(names) == 1 else names * (2 if self.both else 1)

    @property
    def deviation(self) -> FloatArray | None:
        """(B,) largest studentised deviation of what the intervals rest on."""
        if self.by_pair:
            return deviation_for_pairs(self.means, pair_deviation(self.means))
        return largest_mean_deviation(self.means)

    def intervals(self, critical: float, per_sparse: float) -> tuple[FloatArray, FloatArray]:
        """Lower and upper ends of the levels."""
        low, high = mean_intervals(self.means, critical, per_sparse, self.bounds)
        if self.by_pair:
            pairs = pair_intervals(self.means, critical, low, high)
            low, high = pairs.low, pairs.high
        if self.sign == -1:
            low, high = high, low
        return self._turned(low, high), self._turned(high, low)

    def error(self, place: int) -> float | None:
        """Standard error of a level, None if any group or component is sparse."""
        if self.means.sparse.any():
            return None
        if not self.by_pair:
            return math.sqrt(self.means.se2[place % len(self.means.labels)])
        first, second = np.triu_indices(len(self.means.labels), k=1)
        pair = place % len(first)
        return math.sqrt(self.means.se2[first[pair]] + self.means.se2[second[pair]])

    def _turned(self, ends: FloatArray, opposite: FloatArray | None = None) -> FloatArray:
        turned: FloatArray = self.sign * ends
        if self.both:
            turned = np.concatenate([turned, -(ends if opposite is None else opposite)])
        return turned


def _components(claim: Hypothesis, sample: Sample) -> _Components | str:
    """What a claim is the largest of, or why there is nothing."""
    means = (
        sample.arms[claim.id].pairs
        if claim.contrast in ARM_CONTRASTS
        else sample.groups[group_key(claim)].means
    )
    if means is None:
        return f"no unit has a value of {claim.metric} both times"
    if claim.contrast in ARM_CONTRASTS and len(means.labels) < len(sample.arms[claim.id].table.pairs):
        return f"no unit has a value of {claim.metric} in some of the arms both times"
    if claim.contrast in {"gap", "worst"} and len(means.labels) < 2:
        return f"fewer than two groups of {claim.attribute} have enough units with a value both times"
    widest = claim.bounds[1] - claim.bounds[0]
    if claim.contrast == "trend":
        widest *= float(np.abs(sample.arms[claim.id].table.weights).sum()) / 2
    return _Components(
        means=means,
        by_pair=claim.contrast == "gap",
        sign=-1 if claim.contrast == "worst" and claim.better == "higher" else 1,
        both=is_size(claim),
        bounds=(-widest, widest) if claim.contrast in ARM_CONTRASTS else claim.bounds,
    )


def _claim(
    claim: Hypothesis,
    change: _Components | str,
    level: _Components | str,
    missing: int,
    blank: Estimate,
) -> Claim:
    if isinstance(change, str) or isinstance(level, str):
        return undefined(blank, change if isinstance(change, str) else str(level))
    means, sign = change.means, change.sign
    n = int(means.n.min() if claim.contrast in ARM_CONTRASTS else means.n.sum())
    before = np.zeros(len(change.levels)) if claim.contrast == "worst" else level.levels
    largest = int((before + change.levels).argmax())
    value = sign * float(before[largest] + change.levels[largest] - before.max()) + 0.0
    blank = replace(blank, value=value, n=n, n_missing=missing, versus=change.labels[largest])
    if means.n.min() < FEWEST_UNITS:
        return undefined(blank, TOO_FEW)
    if missing > MOST_MISSING * (n + missing):
        share = f"{missing / (n + missing):.0%}"
        return undefined(blank, f"{share} of the units have a value only before or only after")
    by_level = len(change.levels) > 1 and claim.contrast != "worst"
    resting = [change, level] if by_level else [change]

    def finish(critical: float, per_sparse: float) -> Estimate:
        low, high = (float(ends.max()) for ends in change.intervals(critical, per_sparse))
        if by_level:
            low, high = _extreme_change(
                level.intervals(critical, per_sparse), change.intervals(critical, per_sparse)
            )
        low, high = sorted((sign * low, sign * high))
        error = change.error(largest)
        return replace(
            blank,
            low=max(low, claim.bounds[0]) + 0.0,
            high=min(high, claim.bounds[1]) + 0.0,
            standard_error=error,
            detectable=detectable(error, critical),
            reason=sentence(
                SPARSE if means.sparse.all() else sparse_note(means),
                f"{missing:,} units have a value only before or only after" if missing else "",
            ),
        )

    deviations = [one.deviation for one in resting if one.deviation is not None]
    return Claim(
        deviation=np.maximum.reduce(deviations) if deviations else None,
        sparse=sum(int(one.means.sparse.sum()) for one in resting),
        components=sum(len(one.means.labels) for one in resting),
        finish=finish,
    )


def _extreme_change(
    level: tuple[FloatArray, FloatArray], change: tuple[FloatArray, FloatArray]
) -> tuple[float, float]:
    """Bounds on max(b + δ) - max b from bounds on every b_j and δ_j; the formula stands at the top.

    >>> _extreme_change((np.array([0.1, 0.0]), np.array([0.2, 0.05])), (np.array([-0.1, 0.3]), np.array([0.0, 0.4])))
    (0.1, 0.35)
    """
    (least, most), (down, up) = level, change
    floor = float(least.max())
    able = most >= floor
    lowest = np.maximum(down[able], float((least + down).max()) - most[able]).min()
    highest = np.minimum(up, most + up - floor).max()
    return round(float(lowest), 12), round(float(highest), 12)
