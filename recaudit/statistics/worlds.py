"""Simulated worlds of the size and shape of an audit, in which the truth is known.

The measured units are taken for the whole population, and a world is a sample from it with replacement, as large as
the audit's own: bounds, ties, zeros, group sizes and what belongs together in one unit stay as they were measured, and
the truth of every claim is the value in the population. Three kinds of population:

- as measured;
- null: nothing differs. Units get the group labels of other units, drawn independently, and within each unit arms are
  exchanged at random, so that the true gap, ratio, change or slope is exactly that of no difference;
- planted: null, but one group, or one arm, differs by a wanted amount. Values are not shifted, which would leave the
  metric's bounds and break ties; units with high values are drawn more often (exponential tilting, w ∝ exp(λx)) until
  the true effect is the wanted one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from recaudit.records import CorpusMeasurement, FloatArray, Hypothesis, Measurements, PartsMeasurement
from recaudit.statistics.arms import ARM_CONTRASTS, labels_of
from recaudit.statistics.units import sorted_units, unit_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST_OF_A_KIND = 20
"""Units of rarer kinds are drawn together, as a handful of units drawn among themselves hardly vary."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One simulated audit: what `estimate` is given."""

    measurements: Measurements
    groups: pd.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Arms of one experiment that are exchanged together under the null.

    Attributes:
        arms: a labels.
        metrics: What is compared between them.
        rows: Positions of the rows in these arms, of the metrics that are compared between them.
        place: For each of these rows, the position of its arm among `arms`.
    """

    arms: tuple[str, ...]
    metrics: frozenset[str]
    rows: NDArray[np.intp]
    place: NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """The measured units of one system, to draw worlds from.

    Attributes:
        units: (n,) unit ids in sorted order.
        kind: (n,) which units are alike by what they were measured for; units are drawn among their kind.
        rows: Columns unit (position), arm, metric and value, sorted by unit.
        first: (n + 1,) where the rows of each unit begin.
        groups: (n rows) attributes, in the order of `units`.
        corpus: Statistics of all lists together.
        parts: Parts of what all lists together show.
        exchanges: What is exchanged under the null.
    """

    units: pd.Index[Any]
    kind: NDArray[np.intp]
    rows: pd.DataFrame
    first: NDArray[np.intp]
    groups: pd.DataFrame
    corpus: tuple[CorpusMeasurement, ...]
    parts: tuple[PartsMeasurement, ...]
    exchanges: tuple[Exchange, ...]

    @property
    def numbers(self) -> pd.Index[Any]:
        """0 to n - 1, what `rows` calls the units."""
        return pd.RangeIndex(len(self.units))

    def drawn(self, rng: np.random.Generator, counts: FloatArray | None = None) -> NDArray[np.intp]:
        """(n,) positions of units drawn with replacement, kind by kind.

        Args:
            rng: Where the draws come from.
            counts: (n,) how often each unit is drawn in the mean, once if None; they sum to the number of units in
                each kind.
        """
        found = np.empty(len(self.units), dtype=np.intp)
        for kind in range(self.kind.max() + 1):
            own = np.flatnonzero(self.kind == kind)
            share = None if counts is None else counts[own] / counts[own].sum()
            found[own] = rng.choice(own, len(own), p=share)
        return found

    def orders(self, rng: np.random.Generator) -> list[NDArray[np.intp]]:
        """For each exchange (n, a) random orders of its arms."""
        count = len(self.units)
        return [rng.permuted(np.tile(np.arange(len(one.arms)), (count, 1)), axis=1) for one in self.exchanges]

    def world(
        self,
        values: NDArray[np.intp],
        labels: NDArray[np.intp],
        orders: Sequence[NDArray[np.intp]] = (),
    ) -> World:
        """The world in which unit number u has the values of one measured unit and the groups of another.

        Args:
            values: (n,) whose values.
            labels: (n,) whose groups.
            orders: For each exchange (n, a) which arm the values of each arm go to; none to leave arms alone.
        """
        arm = self.rows["arm"].to_numpy(dtype=object)
        counts = np.diff(self.first)[values]
        unit = np.repeat(np.arange(len(values)), counts)
        taken = np.arange(counts.sum()) + np.repeat(
            self.first[values] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts
        )
        arms = arm[taken]
        for one, order in zip(self.exchanges, orders, strict=bool(orders)):
            place = np.full(len(arm), -1, dtype=np.intp)
            place[one.rows] = one.place
            chosen = np.flatnonzero(place[taken] >= 0)
            moved = order[unit[chosen], place[taken[chosen]]]
            arms[chosen] = np.array(one.arms, dtype=object)[moved]
        rows = pd.DataFrame(
            {
                "unit": unit,
                "arm": arms,
                "metric": self.rows["metric"].to_numpy(dtype=object)[taken],
                "value": self.rows["value"].to_numpy()[taken],
            }
        )
        return World(
            measurements=Measurements(
                rows=rows,
                corpus=tuple(_drawn_whole(one, self.units, values) for one in self.corpus),
                parts=tuple(_drawn_whole(one, self.units, values) for one in self.parts),
            ),
            groups=self.groups.iloc[labels].set_axis(range(len(labels))),
        )

    def as_measured(self, rng: np.random.Generator) -> World:
        """A sample of the measured units."""
        drawn = self.drawn(rng)
        return self.world(drawn, drawn)

    def null(self, rng: np.random.Generator) -> World:
        """A sample in which neither groups nor arms differ."""
        return self.world(self.drawn(rng), self.drawn(rng), self.orders(rng))


def population_of(
    claims: Sequence[Hypothesis], measurements: Measurements, groups: pd.DataFrame
) -> Population:
    """Lay out what one system's measurements hold for the claims, so that worlds are quickly drawn.

    Args:
        claims: What will be estimated; other metrics are left out.
        measurements: Of one system.
        groups: Attributes by unit.
    """
    metrics = list(dict.fromkeys(claim.metric for claim in claims))
    rows = measurements.rows
    rows = rows.loc[rows["metric"].isin(metrics), ["unit", "arm", "metric", "value"]]
    corpus = tuple(one for one in measurements.corpus if one.metric in metrics)
    parts = tuple(one for one in measurements.parts if one.metric in metrics)
    whole: list[CorpusMeasurement | PartsMeasurement] = [*corpus, *parts]
    units = sorted_units(rows["unit"].unique(), *(one.units for one in whole))
    position = units.get_indexer(pd.Index(rows["unit"]))
    order = np.argsort(position, kind="stable")
    rows = rows.iloc[order].assign(unit=position[order]).reset_index(drop=True)
    return Population(
        units=units,
        kind=_kinds(rows, metrics, whole, units),
        rows=rows,
        first=np.searchsorted(rows["unit"].to_numpy(), np.arange(len(units) + 1)).astype(np.intp),
        groups=groups.reindex(units),
        corpus=corpus,
        parts=parts,
        exchanges=tuple(_exchanges(claims, rows)),
    )


def _kinds(
    rows: pd.DataFrame,
    metrics: Sequence[str],
    whole: Sequence[CorpusMeasurement | PartsMeasurement],
    units: pd.Index[Any],
) -> NDArray[np.intp]:
    asked = unit_values(rows, metrics, pd.RangeIndex(len(units))).asked
    within = [np.isin(np.arange(len(units)), units.get_indexer(pd.Index(one.units))) for one in whole]
    _, kind, size = np.unique(
        np.column_stack([asked, *within]), axis=0, return_inverse=True, return_counts=True
    )
    rare = size < FEWEST_OF_A_KIND
    number = np.where(rare, 0, np.cumsum(~rare) - (0 if rare.any() else 1))
    return number[kind.ravel()].astype(np.intp)


def _exchanges(claims: Sequence[Hypothesis], rows: pd.DataFrame) -> list[Exchange]:
    """Arms of one metric that claims join, one claim through another; metrics with the same arms move together."""
    joined: dict[str, list[set[str]]] = {}
    for claim in claims:
        if claim.contrast in ARM_CONTRASTS:
            own = set(labels_of(claim))
            apart = [arms for arms in joined.get(claim.metric, []) if not arms & own]
            touching = [arms for arms in joined.get(claim.metric, []) if arms & own]
            joined[claim.metric] = [*apart, own.union(*touching)]
    metrics: dict[tuple[str, ...], list[str]] = {}
    for metric, components in joined.items():
        for component in components:
            metrics.setdefault(tuple(sorted(component)), []).append(metric)
    found = []
    for arms, of in metrics.items():
        chosen = np.flatnonzero(rows["metric"].isin(of) & rows["arm"].isin(arms)).astype(np.intp)
        place = pd.Index(arms).get_indexer(pd.Index(rows["arm"].iloc[chosen])).astype(np.intp)
        found.append(Exchange(arms=arms, metrics=frozenset(of), rows=chosen, place=place))
    return found


_Whole = TypeVar("_Whole", CorpusMeasurement, PartsMeasurement)


def _drawn_whole(measurement: _Whole, units: pd.Index[Any], drawn: NDArray[np.intp]) -> _Whole:
    """The measurement with the contributions of the drawn units that have some."""
    row = pd.Index(measurement.units).get_indexer(units)[drawn]
    present = np.flatnonzero(row >= 0)
    return replace(
        measurement, units=present, contributions=csr_matrix(measurement.contributions[row[present]])
    )
