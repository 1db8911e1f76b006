"""What was measured on a system's answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd
    from scipy.sparse import csr_matrix

FloatArray: TypeAlias = NDArray[np.float64]

NO_ANSWER = "the call failed"
"""Why a value is undefined that the system was asked for and could not be reached for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusMeasurement:
    """A statistic of all lists together, as a function of a sum over units.

    Gini, coverage, entropy and exposure shares are functions of how often each item (or group of items) was
    shown, and that is a sum over units. Written so, one resampling of units serves them as well as means.

    Attributes:
        metric: The label, such as "gini@10".
        units: (n,) unit ids, one per row of `contributions`.
        contributions: (n, d) sparse matrix; row u is what unit u adds.
        statistic: Maps totals of shape (..., d) to values of shape (...).
        by_chance: (B,) values of the statistic with labels without meaning, such as permuted attributes; large values
            speak against chance. None where there is no such comparison.
        widening: By how much the standard error under resampling of units falls short, at least 1; above 1 for a
            statistic of models that would have come out differently themselves.
        undefined: Why the statistic has no value when it is NaN, "" for nothing special.
    """

    metric: str
    units: NDArray[Any]
    contributions: csr_matrix[Any]
    statistic: Callable[[FloatArray], FloatArray]
    by_chance: FloatArray | None = None
    widening: float = 1.0
    undefined: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartsMeasurement:
    """Several parts of what all lists together show, such as groups of items, one number each.

    Like a `CorpusMeasurement`, but the numbers are compared with one another.

    Attributes:
        metric: The label, such as "exposure_per_merit@10 of genre".
        units: (n,) unit ids, one per row of `contributions`.
        contributions: (n, d) sparse matrix; row u is what unit u adds.
        statistic: Maps totals of shape (..., d) to values of shape (..., g); NaN where a part is undefined.
        parts: Names of the g parts.
        support: (g,) units that the part's number rests on; parts with few are not compared, 0 for one that should not
            be.
        givers: (g,) units that gave the part something, in the numerator of its number.
        chances: (g,) units that could have.
        most: (g,) the value that a part would have if every one of these gave it all there is to give; what bounds
            the value of a part that got next to nothing.
    """

    metric: str
    units: NDArray[Any]
    contributions: csr_matrix[Any]
    statistic: Callable[[FloatArray], FloatArray]
    parts: tuple[str, ...]
    support: NDArray[np.int64]
    givers: NDArray[np.int64]
    chances: NDArray[np.int64]
    most: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurements:
    """Everything one probe measured on one system.

    Attributes:
        rows: A row for one metric on one unit in one arm; columns `unit`, `arm`, `replicate`, `metric`, `value`
            (float, NaN when undefined), `reason` (why it is undefined, else "") and `request` (the id); where two
            answers are compared also `against`, the id of the request whose answer is the reference, NaN in other
            rows.
        corpus: Statistics of all lists together.
        parts: Parts of what all lists together show, to be compared with one another.
        distributions: Descriptive shares for charts.
    """

    rows: pd.DataFrame
    corpus: tuple[CorpusMeasurement, ...] = ()
    parts: tuple[PartsMeasurement, ...] = ()
    distributions: tuple[Distribution, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Shares over categories, such as exposure by popularity; each series sums to 1.

    Attributes:
        name: For example "exposure by popularity".
        question: What the chart answers, in plain words.
        categories: Labels in display order.
        ordered: Whether the order means something, so that a line may join the categories.
        series: Label of the series, such as "recommended", to one share per category.
    """

    name: str
    question: str
    categories: tuple[str, ...]
    ordered: bool
    series: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSpread:
    """How the values of one metric lie over units, one value for each unit: the mean over replicates and arms.

    Attributes:
        metric: The label, such as "ndcg@10".
        arms: Whose values these are, "" where there is nothing to tell apart.
        n: Units with a value.
        quartiles: Smallest, lower quartile, median, upper quartile, largest (linear interpolation, as numpy's default).
        counts: Units in bins of equal width from the smallest to the largest value; one bin if all are equal.
    """

    metric: str
    arms: str
    n: int
    quartiles: tuple[float, float, float, float, float]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTable:
    """Means of several metrics by the groups of one attribute, as fairlearn's MetricFrame gives them.

    Attributes:
        attribute: For example "gender" or "gender*age_band".
        metrics: Column labels.
        groups: Row labels, largest group first.
        counts: Units per group.
        values: For each group, one mean per metric; None where no unit has a value.
        overall: One mean per metric over all units.
        difference: Per metric, largest minus smallest group mean among groups of at least `min_group` units.
        ratio: Per metric, smallest over largest group mean among the same groups.
        min_group: Groups below this size are shown but not compared.
        shrunk: Like `values`, drawn towards the mean of all groups by how little is known of each; () if not asked for.
    """

    attribute: str
    metrics: tuple[str, ...]
    groups: tuple[str, ...]
    counts: tuple[int, ...]
    values: tuple[tuple[float | None, ...], ...]
    overall: tuple[float | None, ...]
    difference: tuple[float | None, ...]
    ratio: tuple[float | None, ...]
    min_group: int
    shrunk: tuple[tuple[float | None, ...], ...] = ()
