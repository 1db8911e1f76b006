"""What is true of a claim in the population that simulated worlds are drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recaudit.records import Estimate, FloatArray, Hypothesis
from recaudit.statistics.arms import ARM_CONTRASTS, arm_tables, arm_value, labels_of
from recaudit.statistics.parts import PART_CONTRASTS
from recaudit.statistics.sample import group_key
from recaudit.statistics.units import partition, unit_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from recaudit.statistics.worlds import Population

DIFFERENCES = frozenset({"gap", "ratio", *ARM_CONTRASTS})
"""Contrasts that have a null: groups, or arms, that do not differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The truth of one claim.

    Attributes:
        claim: What is claimed.
        value: The truth, where it does not depend on what a world compares.
        members: Group or part to its value, for claims about the extreme of those that are compared: which ones have
            enough units for that depends on the sample.
    """

    claim: Hypothesis
    value: float | None = None
    members: Mapping[str, float] | None = None

    def of(self, seen: Estimate) -> float:
        """The truth about what the estimate compares."""
        if self.value is not None or self.members is None:
            return float("nan") if self.value is None else self.value
        compared = np.array([self.members[group.group] for group in seen.groups if group.value is not None])
        contrast, better = self.claim.contrast, self.claim.better
        if contrast in {"ratio", "part ratio"}:
            return float(compared.min() / compared.max())
        if contrast == "worst":
            return float(compared.max() if better == "lower" else compared.min())
        if contrast == "part size":
            return float(np.abs(compared).mean())
        return float(compared.max() - compared.min())


def truth_as_measured(claim: Hypothesis, population: Population) -> Truth:
    """The truth when the measured units are the population; without a value for statistics of all lists together."""
    if claim.contrast == "corpus":
        return Truth(claim=claim)
    if claim.contrast in PART_CONTRASTS:
        [own] = [parts for parts in population.parts if parts.metric == claim.metric]
        totals = np.asarray(own.contributions.sum(axis=0), dtype=np.float64).ravel()
        return Truth(claim=claim, members=dict(zip(own.parts, own.statistic(totals).tolist(), strict=True)))
    if claim.contrast in ARM_CONTRASTS:
        numbers = population.numbers
        table = arm_tables([claim], population.rows, numbers)[claim.id]
        differences: FloatArray = np.nanmean(table.differences, axis=0)
        return Truth(claim=claim, value=arm_value(differences, claim.contrast, len(labels_of(claim))))
    values = claim_values(claim, population)
    attribute, _ = group_key(claim)
    if attribute is None:
        return Truth(claim=claim, value=float(np.nanmean(values)))
    part = partition(population.groups, attribute, population.units)
    means = {
        label: float(np.nanmean(values[own]))
        for label, own in zip(part.labels, part.members, strict=True)
        if not np.isnan(values[own]).all()
    }
    return Truth(claim=claim, members=means)


def truth_without_difference(claim: Hypothesis) -> Truth:
    """The truth of a difference, one of `DIFFERENCES`, where there is none."""
    return Truth(claim=claim, value=1.0 if claim.contrast == "ratio" else 0.0)


def claim_values(claim: Hypothesis, population: Population) -> FloatArray:
    """(n,) each unit's value of a claim about means, NaN where undefined."""
    _, (metric, arms) = group_key(claim)
    rows = population.rows
    rows = rows[rows["arm"].isin(arms)] if arms else rows
    found: FloatArray = unit_values(rows, [metric], population.numbers).values[:, 0]
    return found
