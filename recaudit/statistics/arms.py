"""Arms of an experiment compared within each unit.

Every unit goes through every arm, so what is compared is the difference between two arms of the same unit, or the
slope of the unit's values over ordered arms. Each compared pair, or the slope, is one component; its values over units
have a mean like any group of units, and the components' simultaneous intervals come from the same resamples as all
other claims.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from recaudit.records import Hypothesis
from recaudit.statistics.group_means import GroupMeans, group_means
from recaudit.statistics.units import unit_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from recaudit.records import Contrast, FloatArray

ARM_CONTRASTS: frozenset[Contrast] = frozenset({"excess", "change", "arm gap", "arm spread", "trend"})
SIGNED: frozenset[Contrast] = frozenset({"excess", "trend"})
"""Contrasts whose sign means something; the others are sizes."""
_BETWEEN = "\x1f"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmTable:
    """One metric in the arms of one claim.

    Attributes:
        labels: The a arms, the baseline first where there is one.
        values: (n, a) one value per unit and arm, NaN where undefined.
        pairs: The c compared pairs as positions of arms; the difference is first minus second. For a trend the last
            arm and the first one.
        weights: (a, c) what each component takes of each arm; every column sums to 0.
        asked: (n,) whether the unit has any row in these arms.
        trend: Whether the one component is the slope, which needs every arm, also one in the middle that it takes
            nothing of.
    """

    labels: tuple[str, ...]
    values: FloatArray
    pairs: tuple[tuple[int, int], ...]
    weights: FloatArray
    asked: NDArray[np.bool_]
    trend: bool = False

    @property
    def differences(self) -> FloatArray:
        """(n, c) each component in each unit, NaN where an arm it takes is; float noise is rounded off."""
        missing = np.isnan(self.values)
        taken = np.ones_like(self.weights) if self.trend else (self.weights != 0).astype(np.float64)
        lacks = (missing @ taken) > 0
        found: FloatArray = np.round(np.where(missing, 0.0, self.values) @ self.weights, 12)
        found[lacks] = np.nan
        return found + 0.0

    @property
    def columns(self) -> FloatArray:
        """(n, c + a) what is resampled: the differences, then the arms themselves."""
        return np.concatenate([self.differences, self.values], axis=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmSample:
    """The arms of one claim under one resampling of units.

    Attributes:
        table: What was resampled.
        pairs: Means of the differences that some unit has, and which pairs these are.
        compared: Positions of these pairs in `table.pairs`.
        arms: Means of the arms that some unit has.
        n_asked: Units with any row in these arms.
    """

    table: ArmTable
    pairs: GroupMeans | None
    compared: NDArray[np.intp]
    arms: GroupMeans | None
    n_asked: int


def arm_tables(
    hypotheses: Sequence[Hypothesis], rows: pd.DataFrame, units: pd.Index[int]
) -> dict[str, ArmTable]:
    """Lay out what each arm claim compares.

    Args:
        hypotheses: Claims of any contrast; those about groups are passed over.
        rows: Measurements; replicates are averaged within unit, arm and metric.
        units: (n,) the units in order.

    Returns:
        Claim id to table.
    """
    claims = {claim.id: claim for claim in hypotheses if claim.contrast in ARM_CONTRASTS}
    if not claims:
        return {}
    labels = {name: labels_of(claim) for name, claim in claims.items()}
    wanted = list(
        dict.fromkeys(
            f"{claims[name].metric}{_BETWEEN}{arm}" for name, arms in labels.items() for arm in arms
        )
    )
    keyed = rows.assign(metric=rows["metric"] + _BETWEEN + rows["arm"])
    cells = unit_values(keyed, wanted, units)
    tables = {}
    for name, claim in claims.items():
        chosen = [wanted.index(f"{claim.metric}{_BETWEEN}{arm}") for arm in labels[name]]
        tables[name] = ArmTable(
            labels=labels[name],
            values=cells.values[:, chosen],
            pairs=pairs_of(claim),
            weights=weights_of(claim),
            asked=np.any(cells.asked[:, chosen], axis=1, keepdims=True)[:, 0],
            trend=claim.contrast == "trend",
        )
    return tables


def labels_of(claim: Hypothesis) -> tuple[str, ...]:
    """The arms of a claim, its baseline first."""
    return (claim.baseline, *claim.arms) if claim.baseline else claim.arms


def pairs_of(claim: Hypothesis) -> tuple[tuple[int, int], ...]:
    """The compared pairs as positions in `labels_of`.

    "excess" takes the baseline minus each arm, so that positive is a loss against it; where a lower value is better
    it takes each arm minus the baseline. "change" takes each arm minus the baseline. "trend" has the last and the
    first arm. The others take all pairs.
    """
    count = len(claim.arms)
    if claim.contrast == "trend":
        return ((count - 1, 0),)
    if claim.contrast == "excess" and claim.better != "lower":
        return tuple((0, arm) for arm in range(1, count + 1))
    if claim.baseline:
        return tuple((arm, 0) for arm in range(1, count + 1))
    return tuple(combinations(range(count), 2))


def weights_of(claim: Hypothesis) -> FloatArray:
    """(a, c) what each component of a claim takes of each arm.

    A pair takes 1 of its first arm and -1 of its second. A trend takes (x - mean x) / Σ (x - mean x)² of the arm at
    level x, which makes it the least-squares slope per step of 1 in the levels.

    >>> weights_of(Hypothesis(id="", question="", probe="", metric="m", contrast="trend", arms=("a", "b", "c"),
    ...                       levels=(1, 2, 3), better="zero", bounds=(0, 1))).ravel()
    array([-0.5,  0. ,  0.5])
    """
    if claim.contrast == "trend":
        centred = np.array(claim.levels) - np.mean(claim.levels)
        slope: FloatArray = (centred / (centred**2).sum())[:, None]
        return slope
    pairs = np.array(pairs_of(claim), dtype=np.intp).reshape(-1, 2)
    weights = np.zeros((len(labels_of(claim)), len(pairs)))
    weights[pairs[:, 0], np.arange(len(pairs))] += 1
    weights[pairs[:, 1], np.arange(len(pairs))] -= 1
    return weights


def arm_value(differences: FloatArray, contrast: Contrast, arms: int) -> float:
    """The value of an arm claim from the means of its components.

    Args:
        differences: (c,) mean differences, or the one slope.
        contrast: "excess" takes the largest, "trend" the only one, "arm spread" the population standard deviation of
            the arms' means, which is √(Σ d² / a²) over all pairs; the others the largest absolute one.
        arms: Number of arms a.

    >>> arm_value(np.array([0.1, -0.3]), "change", 3), arm_value(np.array([0.1, -0.3]), "excess", 3)
    (0.3, 0.1)
    """
    if contrast == "arm spread":
        return math.sqrt(float((differences**2).sum())) / arms
    return float(differences.max() if contrast in SIGNED else np.abs(differences).max())


def arm_sample(table: ArmTable, star_mean: FloatArray, star_se2: FloatArray) -> ArmSample:
    """Summarise a table and its resampled moments.

    Args:
        table: The arms.
        star_mean: (c + a, B) means of `table.columns` in the resamples.
        star_se2: (c + a, B) their squared standard errors.
    """
    split = len(table.pairs)
    differences = table.differences
    compared = np.flatnonzero((~np.isnan(differences)).any(axis=0))
    present = np.flatnonzero((~np.isnan(table.values)).any(axis=0))
    return ArmSample(
        table=table,
        pairs=_means(
            [_pair_label(table, int(pair)) for pair in compared], differences, compared, star_mean, star_se2
        ),
        compared=compared,
        arms=_means(
            [table.labels[arm] for arm in present], table.values, present, star_mean[split:], star_se2[split:]
        ),
        n_asked=int(table.asked.sum()),
    )


def _means(
    labels: Sequence[str],
    values: FloatArray,
    chosen: NDArray[np.intp],
    star_mean: FloatArray,
    star_se2: FloatArray,
) -> GroupMeans | None:
    if not len(chosen):
        return None
    columns = [values[:, column][~np.isnan(values[:, column])] for column in chosen]
    return group_means(labels, columns, star_mean[chosen], star_se2[chosen])


def _pair_label(table: ArmTable, pair: int) -> str:
    first, second = table.pairs[pair]
    if table.trend:
        return f"the slope from {table.labels[second]} to {table.labels[first]}"
    return f"{table.labels[first]} - {table.labels[second]}"


def check_arms(claim: Hypothesis) -> None:
    """Refuse an arm claim that makes no sense.

    Raises:
        ValueError: If it names no arms, a baseline where none belongs or none where one does, or levels that do not
            go up from arm to arm.
    """
    needs_baseline = claim.contrast in {"excess", "change"}
    if needs_baseline != bool(claim.baseline):
        wrong = "names no baseline" if needs_baseline else "names a baseline, which it has no use for"
        raise ValueError(f"claim '{claim.id}' ({claim.contrast}) {wrong}")
    if not claim.arms or len(set(labels_of(claim))) != len(labels_of(claim)):
        raise ValueError(f"claim '{claim.id}' needs arms, each named once; it names {claim.arms}")
    if (claim.contrast == "trend") != bool(claim.levels):
        raise ValueError(f"claim '{claim.id}' ({claim.contrast}) has levels {claim.levels}; only a trend has")
    if claim.levels and (len(claim.levels) != len(claim.arms) or np.any(np.diff(claim.levels) <= 0)):
        raise ValueError(f"claim '{claim.id}' needs one level per arm, going up; it has {claim.levels}")
