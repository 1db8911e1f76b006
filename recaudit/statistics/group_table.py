"""The table of group means that readers know from fairlearn."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from recaudit.records import FloatArray, GroupTable
from recaudit.statistics.shrinkage import shrunk_means
from recaudit.statistics.units import partition, unit_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from fairlearn.metrics import MetricFrame

    from recaudit.statistics.units import Partition

_Row: TypeAlias = "tuple[float | None, ...]"


def group_table(
    rows: pd.DataFrame,
    groups: pd.Series[str],
    *,
    attribute: str,
    metrics: Sequence[str],
    min_group: int = 20,
    shrink: bool = False,
) -> GroupTable:
    """Describe metrics by group with fairlearn's MetricFrame.

    Units without a defined value are left out of that metric. Units without a group count in `overall` only. Groups
    with fewer than `min_group` values of a metric are shown, and left out of its difference and ratio. These are
    plain observed extremes: biased upwards and downwards for small groups, so they decide nothing.

    Args:
        rows: Measurements with columns unit, metric and value; replicates are averaged within the unit.
        groups: Group of each unit, its id as index; missing values allowed.
        attribute: What the groups are, such as "gender".
        metrics: The metrics wanted, in order.
        min_group: Smallest group that is compared.
        shrink: Whether empirical-Bayes means stand beside the observed ones, see `shrunk_means`.

    Returns:
        The table; None where nothing is defined: a group without values, a comparison of fewer than two groups, a
        ratio of a metric with negative or only zero means.

    Raises:
        DataError: If a column is missing, a value is infinite or the units have no common ids.
    """
    measured = unit_values(rows, metrics)
    part = partition(groups.to_frame(attribute), attribute, measured.units)
    values = measured.values
    comparable = values.copy()
    for members in part.members:
        too_few = (~np.isnan(values[members])).sum(axis=0) < min_group
        comparable[np.ix_(members, too_few)] = np.nan
    nothing: _Row = (None,) * len(metrics)
    by_group, difference, ratio = [nothing] * len(part.labels), nothing, nothing
    if metrics and part.labels:
        by_group = [_known(row) for row in _frame(values, part, metrics).by_group.to_numpy()]
        compared = _frame(comparable, part, metrics)
        difference, ratio = _compare(compared, metrics)
    return GroupTable(
        attribute=attribute,
        metrics=tuple(metrics),
        groups=part.labels,
        counts=tuple(len(members) for members in part.members),
        values=tuple(by_group),
        overall=_known([_defined_mean(column) for column in values.T]),
        difference=difference,
        ratio=ratio,
        min_group=min_group,
        shrunk=_shrunk(values, part) if shrink else (),
    )


def _shrunk(values: FloatArray, part: Partition) -> tuple[_Row, ...]:
    by_metric = [
        shrunk_means([column[members][~np.isnan(column[members])] for members in part.members])
        for column in values.T
    ]
    return tuple(_known([column[group] for column in by_metric]) for group in range(len(part.labels)))


def _frame(values: FloatArray, part: Partition, metrics: Sequence[str]) -> MetricFrame:
    """A MetricFrame over the units that have a group; each metric averages its own defined values."""
    from fairlearn.metrics import MetricFrame

    grouped = np.concatenate(part.members)
    codes = np.repeat(np.arange(len(part.members)), [len(members) for members in part.members])
    placeholder = np.zeros(len(grouped))
    return MetricFrame(
        metrics=dict.fromkeys(metrics, _mean_of),
        y_true=placeholder,
        y_pred=placeholder,
        sensitive_features=codes,
        sample_params={metric: {"values": values[grouped, column]} for column, metric in enumerate(metrics)},
    )


def _compare(frame: MetricFrame, metrics: Sequence[str]) -> tuple[_Row, _Row]:
    """Difference and ratio where at least two groups have a value, the ratio of non-negative means only."""
    means = frame.by_group.to_numpy(dtype=np.float64)
    comparable = (~np.isnan(means)).sum(axis=0) >= 2
    positive = np.array(
        [np.nanmin(column, initial=np.inf) >= 0 < np.nanmax(column, initial=0) for column in means.T]
    )
    difference = np.where(comparable, frame.difference()[list(metrics)], np.nan)
    ratio = np.where(comparable & positive, frame.ratio()[list(metrics)], np.nan)
    return _known(difference), _known(ratio)


def _mean_of(_y_true: FloatArray, _y_pred: FloatArray, *, values: FloatArray) -> float:
    return _defined_mean(values)


def _defined_mean(values: FloatArray) -> float:
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if len(defined) else math.nan


def _known(values: Sequence[float] | FloatArray) -> _Row:
    return tuple(None if math.isnan(value) else float(value) for value in values)
