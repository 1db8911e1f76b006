"""From long rows to one value per unit and metric, and one group per unit and attribute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recaudit.errors import DataError, did_you_mean
from recaudit.records import FloatArray

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = ("unit", "metric", "value")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitValues:
    """One value per unit and metric.

    Attributes:
        units: (n,) unit ids in sorted order.
        metrics: Labels of the m columns.
        values: (n, m), NaN where the unit has no defined value.
        asked: (n, m), whether the unit has any row for the metric.
    """

    units: pd.Index[Any]
    metrics: tuple[str, ...]
    values: FloatArray
    asked: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """The units by their group of one attribute, or all units as one group.

    Attributes:
        attribute: None for the single group of all units.
        labels: Group names, largest group first, equal sizes by name.
        members: For each group, the positions of its units in ascending order.
        missing: Positions of the units without a group.
    """

    attribute: str | None
    labels: tuple[str, ...]
    members: tuple[NDArray[np.intp], ...]
    missing: NDArray[np.intp]


def check_columns(rows: pd.DataFrame) -> None:
    """Raise a DataError unless the rows have the columns unit, metric and value."""
    missing = [column for column in COLUMNS if column not in rows.columns]
    if missing:
        raise DataError(
            f"the measurements have no column {', '.join(missing)}; they have {', '.join(map(str, rows.columns))}"
            " and need unit, metric and value"
        )


def sorted_units(*ids: Any) -> pd.Index[Any]:
    """The union of unit ids, sorted; numbers come before text when both occur.

    >>> list(sorted_units([3, 1], [2, 3]))
    [1, 2, 3]
    """
    if all(isinstance(part, np.ndarray) and part.dtype.kind == "i" for part in ids):
        numbers: pd.Index[Any] = pd.Index(np.unique(np.concatenate(ids)))
        return numbers
    union = pd.Index(pd.unique(np.concatenate([np.asarray(part, dtype=object) for part in ids])))
    number = [isinstance(unit, (int, float, np.number)) for unit in union]
    if all(number) or not any(number):
        ordered: pd.Index[Any] = union.infer_objects().sort_values()
    else:
        ordered = pd.Index(sorted(union, key=lambda unit: (isinstance(unit, str), unit)), dtype=object)
    return ordered


def unit_values(rows: pd.DataFrame, metrics: Sequence[str], units: pd.Index[Any] | None = None) -> UnitValues:
    """Average the defined values within each unit and metric.

    Replicates and arms nest inside the unit, which is what statistics resample; the result does not depend on
    the order of the rows.

    Args:
        rows: A row per measurement with columns `unit`, `metric` and `value`; other metrics are left out.
        metrics: The metrics wanted, one column each.
        units: The units wanted, in order; by default those of `rows`, sorted.

    Raises:
        DataError: If a column is missing or a value is infinite.
    """
    check_columns(rows)
    units = sorted_units(rows["unit"].unique()) if units is None else units
    codes, found = pd.factorize(rows["metric"], use_na_sentinel=False)
    column = pd.Index(metrics).get_indexer(pd.Index(found))[codes]
    wanted = column >= 0
    row = units.get_indexer(pd.Index(rows["unit"]))
    wanted &= row >= 0
    cell = (row * len(metrics) + column)[wanted]
    value = rows["value"].to_numpy(dtype=np.float64)[wanted]
    if np.isinf(value).any():
        worst = metrics[int(cell[np.isinf(value)][0]) % len(metrics)]
        raise DataError(
            f"{worst} has an infinite value; a measurement is a finite number, or NaN when undefined"
        )
    shape = (len(units), len(metrics))
    asked = np.bincount(cell, minlength=shape[0] * shape[1])
    defined = ~np.isnan(value)
    cell, value = cell[defined], value[defined]
    count = np.bincount(cell, minlength=shape[0] * shape[1])
    if count.max(initial=0) > 1:
        order = np.lexsort((value, cell))
        cell, value = cell[order], value[order]
    total = np.bincount(cell, weights=value, minlength=shape[0] * shape[1])
    mean = np.full(total.shape, np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return UnitValues(
        units=units,
        metrics=tuple(metrics),
        values=mean.reshape(shape),
        asked=(asked > 0).reshape(shape),
    )


def everyone(n: int) -> Partition:
    """All n units as one group."""
    return Partition(
        attribute=None,
        labels=("all",),
        members=(np.arange(n, dtype=np.intp),),
        missing=np.array([], dtype=np.intp),
    )


def partition(groups: pd.DataFrame, attribute: str, units: pd.Index[Any]) -> Partition:
    """Sort units into the groups of one attribute.

    Args:
        groups: One row per unit, its id as index; one text column per attribute, missing values allowed.
        attribute: The column.
        units: (n,) unit ids; a unit that `groups` does not hold has no group.

    Raises:
        DataError: If the attribute is unknown, a unit is listed twice, or no unit of the measurements is listed.
    """
    if attribute not in groups.columns:
        known = [str(column) for column in groups.columns]
        raise DataError(
            f"the users have no attribute '{attribute}'{did_you_mean(attribute, known)}; "
            f"known: {', '.join(known) or 'none'}"
        )
    if not groups.index.is_unique:
        repeated = groups.index[groups.index.duplicated()].tolist()[0]
        raise DataError(f"unit {repeated!r} has two rows in the table of attributes; give one row per unit")
    if len(units) and not units.isin(groups.index).any():
        raise DataError(
            f"no measured unit is in the table of attributes: measured units look like {units.tolist()[0]!r}, "
            f"the table's like {groups.index.tolist()[0]!r}; use the same ids"
            if len(groups)
            else "the table of attributes has no rows; give one row per unit"
        )
    codes, names = pd.factorize(groups[attribute].reindex(units))
    labels = [str(name) for name in names]
    sizes = np.bincount(codes[codes >= 0], minlength=len(labels))
    ranked = sorted(range(len(labels)), key=lambda code: (-sizes[code], labels[code]))
    by_code = np.argsort(codes, kind="stable").astype(np.intp)
    ends = np.cumsum(np.concatenate([[np.sum(codes < 0)], sizes]))
    return Partition(
        attribute=attribute,
        labels=tuple(labels[code] for code in ranked),
        members=tuple(by_code[ends[code] : ends[code + 1]] for code in ranked),
        missing=by_code[: ends[0]],
    )
