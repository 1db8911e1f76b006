"""Parts of what all lists together show, such as groups of items, compared with one another.

The largest difference and the smallest ratio of several parts are biased away from "no difference", as are a gap among
groups of users and SNSR. So every pair of parts gets an interval, all hold at once (max-t over pairs, with the
standard deviations of the resamples as standard errors), and the bounds of the extreme come from them. A ratio is
taken on the log scale. The mean absolute value of parts gets its bounds from theirs. As such a standard error takes no
account of its own uncertainty, it is widened by √(n / (n - 1)) and the ratio of Student's to the normal quantile.

A part that only a few units gave something has no useful logarithm or spread. If x of n units did, the share of units
that would is at most Clopper and Pearson's bound for x of n, and the part's value at most that share of `most`, if
units have about the same to give.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from recaudit.records import Contrast, Estimate, FloatArray, GroupEstimate, Hypothesis, PartsMeasurement
from recaudit.statistics.claims import FEWEST_UNITS, TOO_FEW, Claim, detectable, sentence, undefined
from recaudit.statistics.intervals import critical_value
from recaudit.statistics.multiplicity import bootstrap_p
from recaudit.statistics.sparse import FEWEST_DIFFERING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

PART_CONTRASTS: frozenset[Contrast] = frozenset({"part gap", "part ratio", "part size"})
MOST_PARTS = 40
"""At most so many parts are compared, those that most units support."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartsSample:
    """The parts that are compared, under one resampling of units.

    Attributes:
        labels: Names of the g compared parts.
        value: (g,) observed.
        star: (g, B) in the resamples.
        support: (g,) units that contribute.
        givers: (g,) see `PartsMeasurement`.
        chances: (g,)
        most: (g,)
        n: Units.
        left_out: In words, "" for nothing.
    """

    labels: tuple[str, ...]
    value: FloatArray
    star: FloatArray
    support: NDArray[np.int64]
    givers: NDArray[np.int64]
    chances: NDArray[np.int64]
    most: FloatArray
    n: int
    left_out: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Components:
    """What gets simultaneous intervals: c differences of parts, or the parts themselves.

    Attributes:
        value: (c,).
        error: (c,) standard errors.
        deviation: (B,) largest studentised deviation; None when no component has a spread.
        first: (c,) position of the first part.
        second: (c,) of the second one; the same as the first without one.
    """

    value: FloatArray
    error: FloatArray
    deviation: FloatArray | None
    first: NDArray[np.intp]
    second: NDArray[np.intp]

    def reach(self, critical: float) -> FloatArray:
        """(c,) half-widths; 0 where nothing varies, even when the resamples are too few for any finite width."""
        found: FloatArray = np.zeros(len(self.error))
        np.multiply(critical, self.error, out=found, where=self.error > 0)
        return found


def parts_sample(measurement: PartsMeasurement, star: FloatArray, *, min_group: int) -> PartsSample:
    """Choose the parts that can be compared.

    Args:
        measurement: The parts.
        star: (g, B) their values in the resamples.
        min_group: Parts that fewer units support are not compared.
    """
    totals = np.asarray(measurement.contributions.sum(axis=0), dtype=np.float64).ravel()
    value = measurement.statistic(totals)
    thin = measurement.support < min_group
    blank = ~thin & ~(np.isfinite(value) & np.isfinite(star).all(axis=1))
    usable = np.flatnonzero(~thin & ~blank)
    ranked = usable[np.argsort(-measurement.support[usable], kind="stable")]
    kept = np.sort(ranked[:MOST_PARTS])
    names = np.array(measurement.parts, dtype=object)
    notes = [
        _named(names[thin].tolist(), "not compared, too few units or items"),
        _named(names[blank].tolist(), "not compared, undefined"),
        _named(names[ranked[MOST_PARTS:]].tolist(), f"not compared, beyond the {MOST_PARTS} largest"),
    ]
    return PartsSample(
        labels=tuple(names[kept]),
        value=value[kept],
        star=star[kept],
        support=measurement.support[kept],
        givers=measurement.givers[kept],
        chances=measurement.chances[kept],
        most=measurement.most[kept],
        n=len(measurement.units),
        left_out=sentence(*notes),
    )


def _named(names: Sequence[object], why: str) -> str:
    if not len(names):
        return ""
    shown = ", ".join(map(str, names[:3])) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return f"{why}: {shown}"


def part_claim(sample: PartsSample | None, hypothesis: Hypothesis, blank: Estimate) -> Claim:
    """The largest difference, the smallest ratio or the mean absolute value of parts.

    Args:
        sample: The parts, None when nothing was measured.
        hypothesis: What is claimed.
        blank: The estimate with everything that does not depend on the contrast.
    """
    if sample is None:
        return undefined(blank, f"nothing was measured for {hypothesis.metric}")
    blank = replace(blank, n=sample.n, method=blank.method.replace("studentised bootstrap", "bootstrap-t"))
    fewest = 1 if hypothesis.contrast == "part size" else 2
    if len(sample.labels) < fewest:
        return undefined(blank, f"fewer than {fewest} parts to compare", sample.left_out)
    if sample.n < FEWEST_UNITS:
        return undefined(blank, TOO_FEW, sample.left_out)
    blank = replace(blank, groups=_part_estimates(sample, blank.confidence))
    if hypothesis.contrast == "part ratio":
        return _ratio_claim(sample, blank)
    if hypothesis.contrast == "part gap":
        return _gap_claim(sample, blank)
    return _size_claim(sample, blank)


def _gap_claim(sample: PartsSample, blank: Estimate) -> Claim:
    pairs = _pairs(sample.value, sample.star, sample.n)
    decisive = int(np.argmax(np.abs(pairs.value)))
    first, second = pairs.first[decisive], pairs.second[decisive]
    if pairs.value[decisive] < 0:
        first, second = second, first
    seen = replace(
        blank,
        value=float(abs(pairs.value[decisive])),
        p=_p(pairs),
        versus=f"{sample.labels[first]} - {sample.labels[second]}",
    )
    if pairs.deviation is None:
        return _constant(seen, sample)

    def finish(critical: float, _per_sparse: float) -> Estimate:
        reach = pairs.reach(critical)
        low, high = pairs.value - reach, pairs.value + reach
        return replace(
            seen,
            low=float(np.maximum(np.maximum(low, -high), 0.0).max()),
            high=float(np.maximum(np.abs(low), np.abs(high)).max()),
            standard_error=float(pairs.error[decisive]),
            detectable=detectable(float(pairs.error[decisive]), critical),
            reason=sample.left_out,
        )

    return Claim(deviation=pairs.deviation, finish=finish)


def _size_claim(sample: PartsSample, blank: Estimate) -> Claim:
    parts = _singles(sample.value, sample.star, sample.n)
    seen = replace(blank, value=float(np.abs(sample.value).mean()), p=_p(parts))
    if parts.deviation is None:
        return _constant(seen, sample)

    def finish(critical: float, _per_sparse: float) -> Estimate:
        reach = parts.reach(critical)
        low, high = parts.value - reach, parts.value + reach
        error = float(np.abs(sample.star).mean(axis=0).std(ddof=1))
        return replace(
            seen,
            low=float(np.maximum(np.maximum(low, -high), 0.0).mean()),
            high=float(np.maximum(np.abs(low), np.abs(high)).mean()),
            standard_error=error,
            detectable=detectable(error, float(reach.mean()) / error) if error else None,
            reason=sample.left_out,
        )

    return Claim(deviation=parts.deviation, finish=finish)


def _ratio_claim(sample: PartsSample, blank: Estimate) -> Claim:
    """The smallest part over the largest one."""
    some = np.flatnonzero((sample.givers >= FEWEST_DIFFERING) & (sample.star > 0).all(axis=1))
    nothing = np.setdiff1d(np.arange(len(sample.labels)), some)
    if not len(some):
        return undefined(blank, "every part got nothing", sample.left_out)
    best = int(np.argmax(sample.value))
    worst = int(np.argmin(sample.value))
    logs, stars = np.log(sample.value[some]), np.log(sample.star[some])
    pairs, singles = _pairs(logs, stars, sample.n), _singles(logs, stars, sample.n)
    seen = replace(
        blank,
        value=float(sample.value[worst] / sample.value[best]),
        p=_p(pairs),
        versus=f"{sample.labels[worst]} / {sample.labels[best]}",
    )
    deviation = pairs.deviation
    if len(nothing) and singles.deviation is not None:
        deviation = singles.deviation if deviation is None else np.maximum(deviation, singles.deviation)
    if deviation is None and not len(nothing):
        return _constant(seen, sample)

    def finish(critical: float, per_sparse: float) -> Estimate:
        reach = pairs.reach(critical)
        low = np.exp(-(np.abs(pairs.value) + reach))
        high = np.exp(-np.maximum(np.abs(pairs.value) - reach, 0.0))
        lowest, highest = float(low.min(initial=1.0)), float(high.min(initial=1.0))
        if len(nothing):
            best_low = float(np.exp((singles.value - singles.reach(critical)).max()))
            share = _at_most(sample.givers[nothing], sample.chances[nothing], per_sparse)
            lowest = 0.0
            if best_low > 0:
                highest = min(highest, float((share * sample.most[nothing]).min()) / best_low)
        error = _error_of(pairs, some, worst, best)
        return replace(
            seen,
            low=lowest,
            high=min(highest, 1.0),
            standard_error=None if error is None else seen.value * error if seen.value else None,
            detectable=None if error is None else math.exp(-(detectable(error, critical) or math.inf)),
            reason=sentence(_got_nothing(sample, nothing), sample.left_out),
        )

    return Claim(deviation=deviation, sparse=len(nothing), components=len(sample.labels), finish=finish)


def _at_most(givers: NDArray[np.int64], chances: NDArray[np.int64], alpha: float) -> FloatArray:
    """Clopper and Pearson's one-sided upper bound for a share."""
    from scipy.special import betaincinv

    others = np.maximum(chances - givers, 1e-9)
    return np.asarray(betaincinv(givers + 1.0, others, 1 - alpha), dtype=np.float64)


def _got_nothing(sample: PartsSample, nothing: NDArray[np.intp]) -> str:
    names = [sample.labels[part] for part in nothing if sample.value[part] == 0]
    rare = [sample.labels[part] for part in nothing if sample.value[part] > 0]
    return sentence(
        _named(names, "got nothing at all"),
        _named(rare, "bound only from above, as few units gave them anything"),
    )


def _error_of(pairs: _Components, some: NDArray[np.intp], worst: int, best: int) -> float | None:
    """Standard error of the log ratio of two parts; None where one of them got nothing."""
    if worst not in some or best not in some or worst == best:
        return None
    ends = {int(np.flatnonzero(some == worst)[0]), int(np.flatnonzero(some == best)[0])}
    for place, (first, second) in enumerate(zip(pairs.first, pairs.second, strict=True)):
        if {int(first), int(second)} == ends:
            return float(pairs.error[place])
    return None


def _pairs(value: FloatArray, star: FloatArray, units: int) -> _Components:
    first, second = np.triu_indices(len(value), k=1)
    return _components(value[first] - value[second], star, first, second, units)


def _singles(value: FloatArray, star: FloatArray, units: int) -> _Components:
    places = np.arange(len(value))
    return _components(value, star, places, places, units)


def _widening(units: int) -> float:
    from scipy.special import ndtri, stdtrit

    return float(math.sqrt(units / (units - 1)) * stdtrit(units - 1, 0.975) / ndtri(0.975))


def _components(
    value: FloatArray,
    star: FloatArray,
    first: NDArray[np.intp],
    second: NDArray[np.intp],
    units: int,
) -> _Components:
    """Studentise one component after the other, as all together would not fit into memory."""
    widening = _widening(units)
    error = np.zeros(len(value))
    largest = np.zeros(star.shape[1])
    spread = False
    for place, (one, other) in enumerate(zip(first, second, strict=True)):
        resampled = star[one] if one == other else star[one] - star[other]
        error[place] = resampled.std(ddof=1) * widening
        if error[place] <= 1e-12 * max(abs(value[place]), 1.0):
            error[place] = 0.0
            continue
        spread = True
        np.maximum(largest, widening * np.abs(resampled - value[place]) / error[place], out=largest)
    return _Components(
        value=value, error=error, deviation=largest if spread else None, first=first, second=second
    )


def _p(components: _Components) -> float | None:
    if components.deviation is None:
        return None
    moving = components.error > 0
    observed = float((np.abs(components.value[moving]) / components.error[moving]).max())
    return bootstrap_p(observed, components.deviation)


def _constant(seen: Estimate, sample: PartsSample) -> Claim:
    return undefined(
        replace(seen, standard_error=0.0), "every resample gives the same value", sample.left_out
    )


def _part_estimates(sample: PartsSample, confidence: float) -> tuple[GroupEstimate, ...]:
    """Every compared part with an interval; these hold jointly over the parts alone."""
    parts = _singles(sample.value, sample.star, sample.n)
    reach = parts.reach(0.0 if parts.deviation is None else critical_value(parts.deviation, confidence))
    return tuple(
        GroupEstimate(
            group=label,
            n=int(sample.support[place]),
            value=float(sample.value[place]),
            low=float(sample.value[place] - reach[place]),
            high=float(sample.value[place] + reach[place]),
        )
        for place, label in enumerate(sample.labels)
    )
