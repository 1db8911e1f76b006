"""Everything the claims about one system draw on: group means and corpus statistics, observed and resampled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from recaudit.errors import DataError
from recaudit.statistics.arms import ARM_CONTRASTS, ArmSample, ArmTable, arm_sample, arm_tables
from recaudit.statistics.corpus import CorpusStatistic, corpus_statistic, fill_corpus
from recaudit.statistics.group_means import GroupMeans, group_means
from recaudit.statistics.parts import PART_CONTRASTS, PartsSample, parts_sample
from recaudit.statistics.resampling import empty_moments, fill_moments, group_columns, weight_blocks
from recaudit.statistics.units import (
    Partition,
    check_columns,
    everyone,
    partition,
    sorted_units,
    unit_values,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from recaudit.records import CorpusMeasurement, FloatArray, Hypothesis, Measurements, PartsMeasurement


Column: TypeAlias = tuple[str, tuple[str, ...]]
"""A metric, and the arms whose rows count for it, none for all."""

GroupKey: TypeAlias = tuple[str | None, Column]
"""An attribute, None for all units, and a column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSample:
    """The groups of one attribute (or all units as one group) for one metric.

    Attributes:
        means: The compared groups; None when there is none.
        small: Label and number of values of the groups that are not compared, largest first.
        n_missing: Units without a defined value or without a group.
        notes: What was left out, in words.
        min_group: Smallest group that is compared.
    """

    means: GroupMeans | None
    small: tuple[tuple[str, int], ...]
    n_missing: int
    notes: tuple[str, ...]
    min_group: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One system's measurements under one resampling of units.

    Attributes:
        groups: Attribute (None for all units), metric and arms (none for all) to groups.
        corpus: Metric to corpus statistic.
        parts: Metric to parts that are compared with one another.
        arms: Id of a claim about arms to its arms.
    """

    groups: Mapping[GroupKey, GroupSample]
    corpus: Mapping[str, CorpusStatistic]
    parts: Mapping[str, PartsSample]
    arms: Mapping[str, ArmSample]


def resample(
    hypotheses: Sequence[Hypothesis],
    measurements: Measurements,
    groups: pd.DataFrame,
    *,
    resamples: int,
    min_group: int,
    rng: np.random.Generator,
) -> Sample:
    """Draw the resamples once and summarise what the claims need under them.

    Args:
        hypotheses: The claims; metrics and attributes that none of them uses are left out.
        measurements: Of one system.
        groups: Attributes by unit.
        resamples: Number of resamples B.
        min_group: Groups with fewer values are not compared.
        rng: Where the resamples come from.

    Raises:
        DataError: If an attribute is unknown, or a value is infinite or outside the bounds of its metric.
    """
    check_columns(measurements.rows)
    used: dict[str | None, list[Column]] = {}
    for hypothesis in hypotheses:
        if hypothesis.contrast not in {"corpus", *PART_CONTRASTS, *ARM_CONTRASTS}:
            attribute, column = group_key(hypothesis)
            own = used.setdefault(attribute, [])
            if column not in own:
                own.append(column)
    claimed = {hypothesis.metric for hypothesis in hypotheses if hypothesis.contrast == "corpus"}
    corpus = [measurement for measurement in measurements.corpus if measurement.metric in claimed]
    compared_parts = {hypothesis.metric for hypothesis in hypotheses if hypothesis.contrast in PART_CONTRASTS}
    parts = [measurement for measurement in measurements.parts if measurement.metric in compared_parts]
    whole: list[CorpusMeasurement | PartsMeasurement] = [*corpus, *parts]
    units = sorted_units(measurements.rows["unit"].unique(), *(measurement.units for measurement in whole))
    columns = list(dict.fromkeys(column for own in used.values() for column in own))
    values = column_values(measurements.rows, columns, units)
    tables = arm_tables(hypotheses, measurements.rows, units)
    check_bounds(hypotheses, values, tables)
    partitions = {
        attribute: everyone(len(units)) if attribute is None else partition(groups, attribute, units)
        for attribute in used
    }
    prepared = {}
    for attribute, part in partitions.items():
        chosen = np.stack([values[column][0] for column in used[attribute]], axis=1)
        fewest = 1 if attribute is None else min_group
        prepared[attribute] = [
            group_columns(chosen, members) for members in part.members if len(members) >= fewest
        ]
    moments = {
        attribute: empty_moments(len(used[attribute]), len(by_group), resamples)
        for attribute, by_group in prepared.items()
    }
    everybody = np.arange(len(units), dtype=np.intp)
    arm_columns = [table.columns for table in tables.values()]
    compared = [group_columns(np.concatenate(arm_columns, axis=1), everybody)] if tables else []
    ends = np.cumsum([0, *(columns.shape[1] for columns in arm_columns)])
    arm_moments = empty_moments(int(ends[-1]), 1, resamples)
    statistics = [np.full(resamples, np.nan) for _ in corpus]
    statistics += [np.full((len(measurement.parts), resamples), np.nan) for measurement in parts]
    positions = [units.get_indexer(pd.Index(measurement.units)).astype(np.intp) for measurement in whole]
    width = max((measurement.contributions.shape[1] for measurement in whole), default=1)
    for block, weights in weight_blocks(len(units), resamples, rng, width=width):
        for attribute, by_group in prepared.items():
            fill_moments(moments[attribute], block, weights, by_group)
        fill_moments(arm_moments, block, weights, compared)
        fill_corpus(statistics, block, weights, whole, positions)
    return Sample(
        groups={
            (attribute, column): _group_sample(
                partitions[attribute],
                *values[column],
                moments[attribute].mean[row],
                moments[attribute].se2[row],
                min_group=min_group,
            )
            for attribute, own in used.items()
            for row, column in enumerate(own)
        },
        corpus={
            measurement.metric: corpus_statistic(measurement, resampled)
            for measurement, resampled in zip(corpus, statistics, strict=False)
        },
        parts={
            measurement.metric: parts_sample(measurement, resampled, min_group=min_group)
            for measurement, resampled in zip(parts, statistics[len(corpus) :], strict=True)
        },
        arms={
            name: arm_sample(table, arm_moments.mean[start:end, 0], arm_moments.se2[start:end, 0])
            for (name, table), start, end in zip(tables.items(), ends[:-1], ends[1:], strict=True)
        },
    )


def group_key(hypothesis: Hypothesis) -> GroupKey:
    """Where a claim about groups or all units finds its numbers in a sample."""
    attribute = None if hypothesis.contrast == "mean" else hypothesis.attribute
    return attribute, (hypothesis.metric, hypothesis.arms)


def column_values(
    rows: pd.DataFrame, columns: Sequence[Column], units: pd.Index[int]
) -> dict[Column, tuple[FloatArray, NDArray[np.bool_]]]:
    """(n,) values, and whether the unit has any row, of each column."""
    found = {}
    for arms in dict.fromkeys(arms for _, arms in columns):
        metrics = [metric for metric, of in columns if of == arms]
        cells = unit_values(rows[rows["arm"].isin(arms)] if arms else rows, metrics, units)
        for place, metric in enumerate(metrics):
            found[metric, arms] = (cells.values[:, place], cells.asked[:, place])
    return found


def _group_sample(
    part: Partition,
    value: FloatArray,
    asked: NDArray[np.bool_],
    star_mean: FloatArray,
    star_se2: FloatArray,
    *,
    min_group: int,
) -> GroupSample:
    defined = ~np.isnan(value)
    fewest = 1 if part.attribute is None else min_group
    compared: list[int] = []
    small: list[tuple[str, int]] = []
    for group, members in enumerate(part.members):
        count = int(defined[members].sum())
        if count >= fewest:
            compared.append(group)
        elif part.attribute is not None:
            small.append((part.labels[group], count))
    undefined = int((asked & ~defined).sum())
    without_group = int(defined[part.missing].sum())
    return GroupSample(
        means=group_means(
            [part.labels[group] for group in compared],
            [value[part.members[group]][defined[part.members[group]]] for group in compared],
            star_mean[compared],
            star_se2[compared],
        )
        if compared
        else None,
        small=tuple(sorted(small, key=lambda group: (-group[1], group[0]))),
        n_missing=undefined + without_group,
        notes=_notes(undefined, without_group, part.attribute, small, min_group),
        min_group=min_group,
    )


def _notes(
    undefined: int,
    without_group: int,
    attribute: str | None,
    small: Sequence[tuple[str, int]],
    min_group: int,
) -> tuple[str, ...]:
    notes = []
    if undefined:
        notes.append(f"{_counted(undefined, 'unit')} without a defined value")
    if without_group:
        notes.append(f"{_counted(without_group, 'unit')} without {attribute}")
    if small:
        units = _counted(sum(n for _, n in small), "unit")
        notes.append(
            f"{_counted(len(small), 'group')} of fewer than {min_group} units not compared ({units} in all)"
        )
    return tuple(notes)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def check_bounds(
    hypotheses: Sequence[Hypothesis],
    values: Mapping[Column, tuple[FloatArray, NDArray[np.bool_]]],
    tables: Mapping[str, ArmTable],
) -> None:
    """Refuse values outside the bounds of their metric.

    Args:
        hypotheses: The claims, with the bounds.
        values: Of each column that a claim about units or groups uses.
        tables: Of each claim about arms.

    Raises:
        DataError: With the first such value.
    """
    for hypothesis in hypotheses:
        if hypothesis.contrast in {"corpus", *PART_CONTRASTS}:
            continue
        if hypothesis.id in tables:
            column = tables[hypothesis.id].values.ravel()
        else:
            column = values[group_key(hypothesis)[1]][0]
        lowest, highest = hypothesis.bounds
        outside = column[(column < lowest - 1e-9) | (column > highest + 1e-9)]
        if len(outside):
            raise DataError(
                f"{hypothesis.metric} has the value {outside[0]:g}, outside the bounds {lowest:g} and {highest:g} of "
                f"claim '{hypothesis.id}'; correct the metric or the bounds"
            )
