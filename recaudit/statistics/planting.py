"""Planting a true difference of a wanted size in the null world of an audit.

Nothing is shifted or invented: units are drawn with probability in proportion to exp(λ·x), x being the value (or the
difference between arms) that should be larger, and λ is solved for the wanted truth. What a world shows are values
that were measured.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from recaudit.records import Estimate, FloatArray, Hypothesis
from recaudit.statistics.arms import (
    ARM_CONTRASTS,
    ArmTable,
    arm_tables,
    arm_value,
    labels_of,
    pairs_of,
    weights_of,
)
from recaudit.statistics.truths import Truth, claim_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recaudit.statistics.worlds import Exchange, Population, World

ORDERS = 24
"""Random orders of the arms per unit that planted worlds are drawn from."""

STEEPEST = 60.0
"""Largest λ in units of 1 / (largest - smallest value): beyond it only the extreme values are drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """A population with a planted difference.

    Attributes:
        truth: Of the claim.
        world: Draws one world.
    """

    truth: Truth
    world: Callable[[np.random.Generator], World]


def planted(claim: Hypothesis, population: Population, seen: Estimate, target: float) -> Planted | None:
    """Plant a difference.

    Args:
        claim: One of `DIFFERENCES`.
        population: The measured units.
        seen: The claim's estimate in the audit, which says what is compared.
        target: The wanted truth.

    Returns:
        None where the measured values do not reach so far.
    """
    if claim.contrast in ARM_CONTRASTS:
        return _planted_arm(claim, population, target)
    return _planted_group(claim, population, seen, target)


def _planted_group(
    claim: Hypothesis, population: Population, seen: Estimate, target: float
) -> Planted | None:
    """The smallest compared group differs from the others."""
    compared = [group for group in seen.groups if group.value is not None]
    chosen = min(compared, key=attrgetter("n")).group
    values = claim_values(claim, population)
    middle = float(np.nanmean(values))
    wanted = (
        (middle * target, middle / target)
        if claim.contrast == "ratio"
        else (middle + target, middle - target)
    )
    counts = next(
        (found for goal in wanted if (found := _tilted_to(goal, values, population.kind)) is not None), None
    )
    if counts is None:
        return None
    label = population.groups[claim.attribute].to_numpy(dtype=object)

    def world(rng: np.random.Generator) -> World:
        labels, plain, tilted = population.drawn(rng), population.drawn(rng), population.drawn(rng, counts)
        own = np.where(label[labels] == chosen, tilted, plain)
        return population.world(own, labels, population.orders(rng))

    return Planted(truth=Truth(claim=claim, value=target), world=world)


def _tilted_to(goal: float, values: FloatArray, kind: NDArray[np.intp]) -> FloatArray | None:
    """(n,) mean counts of drawn units for which the mean of their values is the goal; None if there are none."""

    def mean(steepness: float) -> float:
        return _weighted(values, _counts(values, kind, steepness))

    found = _solve(mean, goal)
    return None if found is None else _counts(values, kind, found)


def _planted_arm(claim: Hypothesis, population: Population, target: float) -> Planted | None:
    """Orders of arms in which the compared difference is large are drawn more often."""
    [(place, exchange)] = [
        (place, one)
        for place, one in enumerate(population.exchanges)
        if claim.metric in one.metrics and set(claim.arms) <= set(one.arms)
    ]
    units = len(population.units)
    rng = np.random.default_rng(units)
    orders = rng.permuted(np.tile(np.arange(len(exchange.arms)), (units * ORDERS, 1)), axis=1)
    unit = np.repeat(np.arange(units), ORDERS)
    differences = _differences(claim, population, exchange, unit, orders)
    kind = population.kind[unit]
    decisive = differences[:, 0]

    def truth(steepness: float) -> float:
        counts = _counts(decisive, kind, steepness)
        means = np.array([_weighted(column, counts) for column in differences.T])
        return arm_value(means, claim.contrast, len(labels_of(claim)))

    found = _solve(truth, target, signed=claim.contrast == "trend")
    if found is None:
        return None
    counts = _counts(decisive, kind, found)

    def world(rng: np.random.Generator) -> World:
        drawn = np.empty(units, dtype=np.intp)
        for one in range(population.kind.max() + 1):
            pool = np.flatnonzero(kind == one)
            own = np.flatnonzero(population.kind == one)
            drawn[own] = rng.choice(pool, len(own), p=counts[pool] / counts[pool].sum())
        exchanged = population.orders(rng)
        exchanged[place] = orders[drawn]
        return population.world(unit[drawn], population.drawn(rng), exchanged)

    return Planted(truth=Truth(claim=claim, value=truth(found)), world=world)


def _differences(
    claim: Hypothesis,
    population: Population,
    exchange: Exchange,
    unit: NDArray[np.intp],
    orders: NDArray[np.intp],
) -> FloatArray:
    """(N, c) the claim's components in each unit with its arms in each order."""
    every = replace(claim, contrast="arm gap", arms=exchange.arms, baseline="", levels=())
    values = arm_tables([every], population.rows, population.numbers)[claim.id].values
    moved = np.take_along_axis(values[unit], np.argsort(orders, axis=1), axis=1)
    names = labels_of(claim)
    return ArmTable(
        labels=names,
        values=moved[:, [exchange.arms.index(name) for name in names]],
        pairs=pairs_of(claim),
        weights=weights_of(claim),
        asked=np.ones(len(unit), dtype=np.bool_),
        trend=claim.contrast == "trend",
    ).differences


def _counts(values: FloatArray, kind: NDArray[np.intp], steepness: float) -> FloatArray:
    """(N,) weights exp(λx) that sum to the number of entries in each kind; entries without a value keep their share."""
    width = float(np.nanmax(values) - np.nanmin(values))
    factor = np.exp(steepness * (values - np.nanmean(values)) / (width or 1.0))
    counts = np.ones(len(values))
    defined = ~np.isnan(values)
    for one in range(kind.max() + 1):
        own = defined & (kind == one)
        if own.any():
            counts[own] = factor[own] * own.sum() / factor[own].sum()
    return counts


def _weighted(values: FloatArray, counts: FloatArray) -> float:
    defined = ~np.isnan(values)
    return float((values[defined] * counts[defined]).sum() / counts[defined].sum())


def _solve(truth: Callable[[float], float], target: float, *, signed: bool = True) -> float | None:
    """The steepness with the wanted truth; None where even the steepest does not reach it."""
    from scipy.optimize import brentq

    lowest = -STEEPEST if signed else 0.0
    if not truth(lowest) <= target <= truth(STEEPEST):
        return None
    return float(brentq(lambda steepness: truth(steepness) - target, lowest, STEEPEST, xtol=1e-6))
