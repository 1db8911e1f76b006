"""From resampled moments to one claim, and from a critical value to its estimate.

A claim is built before the critical value of its family is known: it gives its largest deviation per resample to
the family, and is finished when the family has decided how wide its intervals are.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from recaudit.records import Estimate, FloatArray, Hypothesis
from recaudit.statistics.group_means import largest_mean_deviation, mean_intervals
from recaudit.statistics.power import detectable_effect
from recaudit.statistics.sparse import FEWEST_DIFFERING

if TYPE_CHECKING:
    from recaudit.statistics.corpus import CorpusStatistic
    from recaudit.statistics.sample import GroupSample

FEWEST_UNITS = 10
"""Below this number of units no interval is given: a bootstrap of eight values is no evidence."""

TOO_FEW = f"fewer than {FEWEST_UNITS} units"
SPARSE = f"conservative bound: fewer than {FEWEST_DIFFERING} values differ from the most common one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One hypothesis on its way to an estimate.

    Attributes:
        deviation: (B,) largest studentised deviation of its components; None when none has a bootstrap interval.
        sparse: Number of group means with a conservative interval.
        components: Number of group means with an interval, sparse ones included.
        finish: Maps the critical value and the error probability of each sparse group to the estimate, whose
            family is still to be named.
    """

    deviation: FloatArray | None = None
    sparse: int = 0
    components: int = 1
    finish: Callable[[float, float], Estimate]


def mean_claim(sample: GroupSample, hypothesis: Hypothesis, blank: Estimate) -> Claim:
    """The mean over all units.

    Args:
        sample: All units as one group.
        hypothesis: What is claimed.
        blank: The estimate with everything that does not depend on the contrast.
    """
    blank = replace(blank, n_missing=sample.n_missing)
    means = sample.means
    if means is None:
        return undefined(blank, f"nothing was measured for {hypothesis.metric}", *sample.notes)
    n, value = int(means.n[0]), float(means.mean[0])
    blank = replace(blank, n=n, value=value)
    if n < FEWEST_UNITS:
        return undefined(blank, TOO_FEW, *sample.notes)

    def finish(critical: float, per_sparse: float) -> Estimate:
        low, high = mean_intervals(means, critical, per_sparse, hypothesis.bounds)
        sparse = bool(means.sparse[0])
        error = None if sparse else math.sqrt(means.se2[0])
        return replace(
            blank,
            low=float(low[0]),
            high=float(high[0]),
            standard_error=error,
            detectable=detectable(error, critical),
            method="Clopper-Pearson bound on the share of values that differ" if sparse else blank.method,
            reason=sentence(SPARSE if sparse else "", *sample.notes),
        )

    return Claim(deviation=largest_mean_deviation(means), sparse=int(means.sparse.sum()), finish=finish)


def corpus_claim(statistic: CorpusStatistic | None, hypothesis: Hypothesis, blank: Estimate) -> Claim:
    """A statistic of all lists together.

    Args:
        statistic: The statistic, None when it was not measured.
        hypothesis: What is claimed.
        blank: The estimate with everything that does not depend on the contrast.
    """
    if statistic is None:
        return undefined(blank, f"nothing was measured for {hypothesis.metric}")
    blank = replace(
        blank,
        n=statistic.n,
        p=statistic.p,
        by_chance=statistic.by_chance,
        method=blank.method.replace("studentised bootstrap", "centred bootstrap and jackknife"),
    )
    if math.isnan(statistic.value):
        return undefined(blank, statistic.undefined or f"{hypothesis.metric} is undefined for these lists")
    blank = replace(blank, value=statistic.value)
    if statistic.n < FEWEST_UNITS:
        return undefined(blank, TOO_FEW)
    if math.isnan(statistic.error):
        return undefined(blank, f"{hypothesis.metric} is undefined in some resamples")
    if statistic.deviation is None:
        return undefined(replace(blank, standard_error=0.0), "every resample gives the same value")

    def finish(critical: float, _per_sparse: float) -> Estimate:
        reach = critical * statistic.error
        return replace(
            blank,
            low=float(np.clip(statistic.value - reach, *hypothesis.bounds)),
            high=float(np.clip(statistic.value + reach, *hypothesis.bounds)),
            standard_error=statistic.error,
            detectable=detectable(statistic.error, critical),
        )

    return Claim(deviation=statistic.deviation, finish=finish)


def undefined(blank: Estimate, *reasons: str) -> Claim:
    """A claim without an interval, and why."""
    settled = replace(blank, reason=sentence(*reasons))
    return Claim(components=0, finish=lambda _critical, _per_sparse: settled)


def sentence(*reasons: str) -> str:
    """Join the reasons that are not empty."""
    return "; ".join(reason for reason in reasons if reason)


def detectable(standard_error: float | None, critical: float) -> float | None:
    """`detectable_effect`, or None without a finite answer."""
    if standard_error is None or not math.isfinite(critical):
        return None
    return detectable_effect(standard_error, critical)
