"""Claims while units still come in: intervals that hold at every look at once.

Each component of a claim (one mean, one compared pair of arms, one group) has a confidence sequence of its own. A
gated claim gets an equal share of the error probability of its family and divides it evenly over its components, so
that all bounds of all gated claims hold at every number of units at once (union bound), and it makes no difference
when, or why, one stops. Extremes over components are bounded as for fixed sizes: when all bounds hold, the largest
true difference lies between the largest lower and the largest upper one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recaudit.records import Estimate, FloatArray, GroupEstimate
from recaudit.statistics.arm_claims import described, ends_of, missing_note, widest_differences
from recaudit.statistics.arms import ARM_CONTRASTS, arm_sample, arm_tables
from recaudit.statistics.claims import sentence
from recaudit.statistics.confidence_sequence import mean_bounds
from recaudit.statistics.sample import check_bounds, column_values, group_key
from recaudit.statistics.units import partition

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from recaudit.records import Contrast, Hypothesis, Measurements, UserId
    from recaudit.statistics.arms import ArmTable

METHOD = "betting confidence sequence over units in random order, valid whenever one stops; union bound"
DRIFT = "no single mean fits all values at this level: they drifted while units were asked, or it is the rare chance"
_OF_GROUPS: frozenset[Contrast] = frozenset({"gap", "ratio", "worst"})


def why_not_sequential(claim: Hypothesis) -> str:
    """Why a claim has no interval that holds at every look; "" if it has one."""
    if claim.contrast not in {"mean", *_OF_GROUPS, *ARM_CONTRASTS}:
        return "it is a statistic of all lists together, not a mean over units"
    if not all(map(math.isfinite, claim.bounds)):
        return f"{claim.metric} has no finite bounds"
    if claim.contrast == "ratio" and claim.bounds[0] < 0:
        return f"{claim.metric} can be negative, so that a ratio means nothing"
    return ""


def estimate_so_far(
    hypotheses: Sequence[Hypothesis],
    measurements: Measurements,
    groups: pd.DataFrame,
    *,
    order: Sequence[UserId],
    gated: Collection[str],
    confidence: float,
    min_group: int,
) -> dict[str, Estimate]:
    """Estimate every claim about one system from the units that were asked so far.

    Args:
        hypotheses: The claims.
        measurements: Rows (unit, metric, value) of the units so far.
        groups: As for `estimate`.
        order: All units that may be asked, in the order of asking, which must be random and settled beforehand.
        gated: Ids of the claims that a limit will decide; they form one family, every other claim is its own.
        confidence: Level of a family, over all looks.
        min_group: Groups with fewer units in `order` are not compared.

    Returns:
        Claim id to estimate, in the order of `hypotheses`; there is no p, as none would hold at every look.

    Raises:
        InputError: If an attribute is unknown, or a value is infinite or outside the bounds of its metric.
    """
    chosen = [claim for claim in hypotheses if not why_not_sequential(claim)]
    units: pd.Index[Any] = pd.Index(order)
    tables = arm_tables(chosen, measurements.rows, units)
    columns = [group_key(claim)[1] for claim in chosen if claim.id not in tables]
    values = column_values(measurements.rows, list(dict.fromkeys(columns)), units)
    check_bounds(chosen, values, tables)
    noun = "gated claim" if len(gated) == 1 else "gated claims"
    estimates = {}
    for claim in hypotheses:
        own = claim.id not in gated
        size = 1 if own else len(gated)
        blank = Estimate(
            value=None,
            low=None,
            high=None,
            confidence=confidence,
            family="this claim alone" if own else f"{size} {noun} about this system",
            family_size=size,
            n=0,
            method=METHOD,
        )
        alpha = (1 - confidence) / size
        why_not = why_not_sequential(claim)
        if why_not:
            estimates[claim.id] = replace(blank, reason=f"not estimated in a sequential run: {why_not}")
        elif claim.id in tables:
            estimates[claim.id] = _of_arms(claim, tables[claim.id], blank, alpha)
        else:
            value, asked = values[group_key(claim)[1]]
            of_units = _mean if claim.contrast == "mean" else _of_groups
            estimates[claim.id] = of_units(
                _Column(claim=claim, value=value, asked=asked, groups=groups, units=units, fewest=min_group),
                blank,
                alpha,
            )
    return estimates


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """The values of one claim, NaN for units without one, in the order of asking."""

    claim: Hypothesis
    value: FloatArray
    asked: NDArray[np.bool_]
    groups: pd.DataFrame
    units: pd.Index[Any]
    fewest: int

    def note(self, without_group: int = 0) -> str:
        undefined = int((self.asked & np.isnan(self.value)).sum())
        return sentence(
            f"{undefined:,} unit(s) without a defined value" if undefined else "",
            f"{without_group:,} unit(s) without {self.claim.attribute}" if without_group else "",
        )


def _mean(column: _Column, blank: Estimate, alpha: float) -> Estimate:
    defined = column.value[~np.isnan(column.value)]
    missing = int(column.asked.sum()) - len(defined)
    if not len(defined):
        return replace(
            blank, n_missing=missing, reason=f"nothing was measured for {column.claim.metric} so far"
        )
    low, high = mean_bounds(defined, bounds=column.claim.bounds, alpha=alpha)
    seen = replace(blank, value=float(defined.mean()), n=len(defined), n_missing=missing)
    return _bounded(seen, low, high, column.note())


def _of_arms(claim: Hypothesis, table: ArmTable, blank: Estimate, alpha: float) -> Estimate:
    nothing = np.empty((len(table.pairs) + len(table.labels), 0))
    sample = arm_sample(table, nothing, nothing)
    arms = _singly(table.labels, table.values.T, claim.bounds, 1 - blank.confidence)
    seen, why_not = described(sample, claim, replace(blank, groups=arms))
    if why_not:
        return replace(seen, reason=why_not)
    widest = widest_differences(table, claim)
    low, high = _bounds(table.differences.T, -widest, widest, alpha)
    if (low > high).any():
        return replace(seen, reason=DRIFT)
    return _bounded(seen, *ends_of(low, high, sample, claim), missing_note(sample))


def _of_groups(column: _Column, blank: Estimate, alpha: float) -> Estimate:
    claim = column.claim
    part = partition(column.groups, str(claim.attribute), column.units)
    members = {
        label: own for label, own in zip(part.labels, part.members, strict=True) if len(own) >= column.fewest
    }
    if len(members) < 2:
        return replace(
            blank, reason=f"fewer than two groups of at least {column.fewest} units are to be asked"
        )
    rows = [column.value[own] for own in members.values()]
    counts = np.array([np.count_nonzero(~np.isnan(row)) for row in rows])
    without = int(np.count_nonzero(~np.isnan(column.value[part.missing])))
    seen = replace(
        blank,
        n=int(counts.sum()),
        n_missing=without + int((column.asked & np.isnan(column.value)).sum()),
        groups=_singly(tuple(members), rows, claim.bounds, 1 - blank.confidence),
    )
    if not counts.all():
        lacking = [label for label, count in zip(members, counts, strict=True) if not count]
        return replace(seen, reason=f"no unit has a value so far in {', '.join(lacking[:3])}")
    means = np.array([np.nanmean(row) for row in rows])
    lowest, highest = (np.full(len(rows), bound) for bound in claim.bounds)
    low, high = _bounds(rows, lowest, highest, alpha)
    value, least, most, first, second = _extreme(claim, means, low, high)
    labels = list(members)
    between = {"gap": " - ", "ratio": " / "}
    seen = replace(
        seen,
        value=value,
        versus=labels[first]
        if claim.contrast == "worst"
        else f"{labels[first]}{between[claim.contrast]}{labels[second]}",
    )
    if (low > high).any():
        return replace(seen, reason=DRIFT)
    return _bounded(seen, least, most, column.note(without))


def _extreme(
    claim: Hypothesis, means: FloatArray, low: FloatArray, high: FloatArray
) -> tuple[float | None, float, float, int, int]:
    """Value, low and high of a gap, a ratio or a worst mean, and which groups make the value."""
    largest, smallest = int(means.argmax()), int(means.argmin())
    if claim.contrast == "worst":
        end, place = (np.max, largest) if claim.better == "lower" else (np.min, smallest)
        return float(means[place]), float(end(low)), float(end(high)), place, place
    first, second = np.nonzero(~np.eye(len(means), dtype=bool))
    if claim.contrast == "gap":
        least = max(float((low[first] - high[second]).max()), 0.0)
        most = float((high[first] - low[second]).max())
        return float(means[largest] - means[smallest]), least, most, largest, smallest
    ratio = float(means[smallest] / means[largest]) if means[largest] > 0 else None
    with np.errstate(divide="ignore", invalid="ignore"):
        least = float(np.nan_to_num(low[first] / high[second]).min())
        most = float(np.where(low[second] > 0, high[first] / low[second], 1.0).min())
    return ratio, min(least, 1.0), min(most, 1.0), smallest, largest


def _bounds(
    rows: Sequence[FloatArray] | FloatArray, lowest: FloatArray, highest: FloatArray, alpha: float
) -> tuple[FloatArray, FloatArray]:
    """Bounds for the mean of the defined values of each row, that hold jointly over rows."""
    pairs = [
        mean_bounds(row[~np.isnan(row)], bounds=(float(least), float(most)), alpha=alpha / len(rows))
        for row, least, most in zip(rows, lowest, highest, strict=True)
    ]
    return np.array([low for low, _ in pairs]), np.array([high for _, high in pairs])


def _singly(
    labels: Sequence[str], rows: Sequence[FloatArray] | FloatArray, bounds: tuple[float, float], alpha: float
) -> tuple[GroupEstimate, ...]:
    """Every group or arm with bounds that hold jointly over these alone."""
    lowest, highest = (np.full(len(labels), bound) for bound in bounds)
    low, high = _bounds(rows, lowest, highest, alpha)
    found = []
    for place, label in enumerate(labels):
        defined = rows[place][~np.isnan(rows[place])]
        usable = len(defined) > 0 and low[place] <= high[place]
        found.append(
            GroupEstimate(
                group=label,
                n=len(defined),
                value=float(defined.mean()) if len(defined) else None,
                low=float(low[place]) if usable else None,
                high=float(high[place]) if usable else None,
                note="" if len(defined) else "no unit has a value so far",
            )
        )
    return tuple(found)


def _bounded(seen: Estimate, low: float, high: float, note: str) -> Estimate:
    if low > high:
        return replace(seen, reason=DRIFT)
    return replace(seen, low=low, high=high, reason=note)
