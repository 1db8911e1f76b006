"""Claims that compare groups: gap, ratio and worst mean."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from recaudit.records import Estimate, FloatArray, GroupEstimate, Hypothesis
from recaudit.statistics.claims import SPARSE, Claim, detectable, sentence, undefined
from recaudit.statistics.contrasts import (
    deviation_for_pairs,
    hedges_g,
    largest_gap,
    largest_observed,
    logarithms,
    pair_deviation,
    smallest_ratio,
    worst_mean,
)
from recaudit.statistics.group_means import largest_mean_deviation, mean_intervals, own_intervals
from recaudit.statistics.multiplicity import bootstrap_p
from recaudit.statistics.ordinal import cliffs_delta
from recaudit.statistics.power import detectable_difference
from recaudit.statistics.proportions import score_differences, score_log_ratios
from recaudit.statistics.sparse import FEWEST_DIFFERING

if TYPE_CHECKING:
    from recaudit.statistics.group_means import GroupMeans
    from recaudit.statistics.sample import GroupSample

SPARSE_RATES = f"score interval: fewer than {FEWEST_DIFFERING} values differ from the most common one"


def group_claim(sample: GroupSample, hypothesis: Hypothesis, blank: Estimate) -> Claim:
    """A gap, a ratio or a worst mean among the groups of an attribute.

    Standard error and effect size are those of the reported pair or group, the detectable effect that of the smallest
    compared group, with the spread that it would have if it differed so much; for a ratio it is a ratio itself, such as
    0.85. p tests "no difference between any two groups" by max-t over the pairs
    of groups that are not sparse.

    Args:
        sample: The groups.
        hypothesis: What is claimed.
        blank: The estimate with everything that does not depend on the contrast.
    """
    means = sample.means
    blank = replace(
        blank,
        n=0 if means is None else int(means.n.sum()),
        n_missing=sample.n_missing,
        groups=group_estimates(sample, hypothesis.bounds, blank.confidence),
    )
    if means is None or len(means.labels) < 2:
        return undefined(blank, f"fewer than two groups of at least {sample.min_group} units", *sample.notes)
    if hypothesis.contrast == "worst":
        return _worst_claim(means, sample.notes, hypothesis, blank)
    if hypothesis.contrast == "gap":
        return _pair_claim(means, means, sample.notes, hypothesis, blank)
    if hypothesis.bounds[0] < 0:
        return undefined(blank, f"no ratio: {hypothesis.metric} can be negative", *sample.notes)
    return _pair_claim(means, logarithms(means), sample.notes, hypothesis, blank)


def _worst_claim(means: GroupMeans, notes: tuple[str, ...], hypothesis: Hypothesis, blank: Estimate) -> Claim:
    largest = hypothesis.better == "lower"

    def finish(critical: float, per_sparse: float) -> Estimate:
        low, high = mean_intervals(means, critical, per_sparse, hypothesis.bounds)
        worst = worst_mean(means, low, high, largest=largest)
        error = None if means.sparse[worst.larger] else math.sqrt(means.se2[worst.larger])
        return replace(
            blank,
            value=worst.value,
            low=worst.low,
            high=worst.high,
            standard_error=error,
            detectable=detectable(error, critical),
            versus=means.labels[worst.larger],
            reason=sentence(sparse_note(means), *notes),
        )

    return Claim(
        deviation=largest_mean_deviation(means),
        sparse=int(means.sparse.sum()),
        components=len(means.labels),
        finish=finish,
    )


def _pair_claim(
    means: GroupMeans, scale: GroupMeans, notes: tuple[str, ...], hypothesis: Hypothesis, blank: Estimate
) -> Claim:
    """The largest difference on a scale: the plain one for a gap, the logarithm for a ratio."""
    if means.constant:
        equal = 0.0 if hypothesis.contrast == "gap" else 1.0 if means.mode[0] > 0 else None
        return undefined(
            replace(blank, value=equal, standard_error=0.0), "every unit has the same value", *notes
        )
    pairs = pair_deviation(scale)
    rates = hits_of(means, hypothesis)
    p = None if pairs is None else bootstrap_p(largest_observed(scale), pairs)
    # Where no pair has a bootstrap interval, all that the groups stand for is left to the score intervals.
    groups = len(means.labels)
    sparse = groups if rates is not None and pairs is None else int(means.sparse.sum())

    def finish(critical: float, per_sparse: float) -> Estimate:
        low, high = mean_intervals(means, critical, per_sparse, hypothesis.bounds)
        ends = None if rates is None else score_ends(means, rates, sparse * per_sparse, hypothesis)
        if hypothesis.contrast == "gap":
            extreme = largest_gap(means, critical, low, high, ends)
            name, widest = " - ", hypothesis.bounds[1] - hypothesis.bounds[0]
        else:
            extreme = smallest_ratio(scale, critical, low, high, ends)
            name, widest = " / ", 1.0
        larger, smaller = extreme.larger, extreme.smaller
        error = None
        if not means.sparse[[larger, smaller]].any():
            error = math.sqrt(scale.se2[larger] + scale.se2[smaller])
        effect = rank_effect = None
        if hypothesis.contrast == "gap":
            effect = hedges_g(means, larger, smaller)
            rank_effect = cliffs_delta(means.values[larger], means.values[smaller])
        else:
            larger, smaller = smaller, larger
            error = None if error is None else extreme.value * error
        return replace(
            blank,
            value=extreme.value,
            low=extreme.low,
            high=min(extreme.high, widest),
            standard_error=error,
            p=p,
            effect_size=effect,
            rank_effect=rank_effect,
            detectable=_detectable(means, critical, hypothesis),
            versus=f"{means.labels[larger]}{name}{means.labels[smaller]}",
            reason=sentence(sparse_note(means, SPARSE if rates is None else SPARSE_RATES), *notes),
        )

    return Claim(
        deviation=deviation_for_pairs(means, pairs) if rates is None else pairs,
        sparse=sparse,
        components=groups,
        finish=finish,
    )


def _detectable(means: GroupMeans, critical: float, hypothesis: Hypothesis) -> float | None:
    """The difference that is seen if the smallest group is the one that differs, from groups that are alike."""
    if not math.isfinite(critical) or means.sparse.any():
        return None
    small, *_, large = sorted(int(n) for n in means.n)
    pooled = np.concatenate(means.values)
    return detectable_difference(pooled, (small, large), critical, ratio=hypothesis.contrast == "ratio")


def hits_of(means: GroupMeans, hypothesis: Hypothesis) -> FloatArray | None:
    """(g,) how many units have the metric's upper bound where all others have the lower one, as hits and misses do.

    None if any unit has another value, and for a ratio of values whose lower bound is not 0, as it is none of rates.
    """
    low, high = hypothesis.bounds
    if not math.isfinite(high - low) or (hypothesis.contrast == "ratio" and low != 0):
        return None
    if any(((own != low) & (own != high)).any() for own in means.values):
        return None
    return np.array([(own == high).sum() for own in means.values], dtype=np.float64)


def score_ends(
    means: GroupMeans, hits: FloatArray, alpha: float, hypothesis: Hypothesis
) -> tuple[FloatArray, FloatArray]:
    """Score intervals of all pairs, which hold at once for those with a sparse group (Bonferroni).

    Args:
        means: The groups, on the plain scale.
        hits: (g,) of each group.
        alpha: Error probability of all pairs with a sparse group together.
        hypothesis: Whether differences are compared or ratios, which have ends on the log scale.
    """
    first, second = np.triu_indices(len(means.labels), k=1)
    units = means.n.astype(np.float64)
    each = alpha / max(int((means.sparse[first] | means.sparse[second]).sum()), 1)
    counts = (hits[first], units[first], hits[second], units[second])
    if not each:
        nowhere = np.full(len(first), math.inf)
        return -nowhere, nowhere
    if hypothesis.contrast == "ratio":
        return score_log_ratios(*counts, alpha=each)
    low, high = score_differences(*counts, alpha=each)
    width = hypothesis.bounds[1] - hypothesis.bounds[0]
    return width * low, width * high


def group_estimates(
    sample: GroupSample, bounds: tuple[float, float], confidence: float
) -> tuple[GroupEstimate, ...]:
    """Every group's mean, with intervals that hold jointly over these groups; small groups without a value."""
    means = sample.means
    compared: list[GroupEstimate] = []
    if means is not None:
        low, high = own_intervals(means, confidence, bounds)
        compared = [
            GroupEstimate(
                group=label,
                n=int(means.n[group]),
                value=float(means.mean[group]),
                low=float(low[group]),
                high=float(high[group]),
                note=SPARSE if means.sparse[group] else "",
            )
            for group, label in enumerate(means.labels)
        ]
    note = f"fewer than {sample.min_group} units; not compared"
    small = [
        GroupEstimate(group=label, n=n, value=None, low=None, high=None, note=note)
        for label, n in sample.small
    ]
    return (*compared, *small)


def sparse_note(means: GroupMeans, why: str = SPARSE) -> str:
    """Which groups have no bootstrap interval, and what they have instead."""
    names = [label for label, sparse in zip(means.labels, means.sparse, strict=True) if sparse]
    if not names:
        return ""
    listed = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return f"{listed}: {why}"
