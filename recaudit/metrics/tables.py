"""Reading tables of recommendations and held-out items from pandas, polars, Arrow or dictionaries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from recaudit.errors import DataError, did_you_mean
from recaudit.metrics.ids import Ids, as_array, content, read_ids
from recaudit.metrics.threads import side_by_side

if TYPE_CHECKING:
    from narwhals.stable.v2.typing import IntoDataFrame
    from numpy.typing import NDArray

    from recaudit.records import FloatArray

OrderedBy: TypeAlias = Literal["rank", "score", "rows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Which columns mean what; None takes the standard name where there is such a column."""

    user: str = "user"
    item: str = "item"
    rank: str | None = None
    score: str | None = None
    relevance: str | None = None

    def order_column(self, columns: list[str]) -> tuple[OrderedBy, str | None]:
        """What the lists are ordered by: rank before score before the order of the rows."""
        if self.rank or (self.score is None and "rank" in columns):
            return "rank", self.rank or "rank"
        if self.score or "score" in columns:
            return "score", self.score or "score"
        return "rows", None

    def grade_column(self, columns: list[str]) -> str | None:
        """The column of the grades, None when every row has grade 1."""
        return self.relevance or ("grade" if "grade" in columns else None)

    def of_recommendations(self, columns: list[str]) -> list[str]:
        """The columns of recommendations that are read."""
        key = self.order_column(columns)[1]
        return [self.user, self.item, *([key] if key else [])]

    def of_truth(self, columns: list[str]) -> list[str]:
        """The columns of held-out items that are read."""
        grade = self.grade_column(columns)
        return [self.user, self.item, *([grade] if grade else [])]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommended:
    """Rows of recommendations; `key` holds ranks or scores."""

    user: Ids
    item: Ids
    key: NDArray[Any] | None
    ordered_by: OrderedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """Rows of held-out items."""

    user: Ids
    item: Ids
    grade: FloatArray


def read_recommended(
    source: IntoDataFrame | Mapping[Any, Any], names: Names, held_out: HeldOut
) -> Recommended:
    """Read recommendations: a table, or a dictionary of lists or of scored items by user.

    Args:
        source: The recommendations.
        names: The columns.
        held_out: What they are compared with; the same id gets the same code as there.

    Raises:
        DataError: If the table is empty, a column or an id is missing, or a rank or score is NaN.
    """
    frame = _rows(_frame(source, names, "recommendations"), "recommendations")
    return recommended_of(frame, names, held_out)


def recommended_of(frame: nw.DataFrame[Any], names: Names, held_out: HeldOut | None = None) -> Recommended:
    """Read recommendations from a table, which may be empty.

    Raises:
        DataError: If a column or an id is missing, or a rank or score is NaN.
    """
    ordered_by, column = names.order_column(frame.columns)
    require_columns(frame.columns, names.of_recommendations(frame.columns), "recommendations")
    user = read_ids(frame[names.user], "recommendations", held_out.user if held_out else None)
    item = read_ids(frame[names.item], "recommendations", held_out.item if held_out else None)
    key = None if column is None else _numbers(frame[column], "recommendations", user)
    return Recommended(user=user, item=item, key=key, ordered_by=ordered_by)


def read_held_out(source: IntoDataFrame | Mapping[Any, Any], names: Names) -> HeldOut:
    """Read held-out items: a table, or a dictionary of items, or of item to grade, by user.

    Raises:
        DataError: If the table is empty, a column or an id is missing, or a grade is NaN, infinite or below
            0.
    """
    return held_out_of(_rows(_frame(source, names, "truth"), "truth"), names)


def held_out_of(frame: nw.DataFrame[Any], names: Names) -> HeldOut:
    """Read held-out items from a table, which may be empty.

    Raises:
        DataError: If a column or an id is missing, or a grade is NaN, infinite or below 0.
    """
    column = names.grade_column(frame.columns)
    require_columns(frame.columns, names.of_truth(frame.columns), "truth")
    columns = [frame[names.user], frame[names.item]]
    user, item = side_by_side(lambda ids: read_ids(ids, "truth"), columns)
    if column is None:
        return HeldOut(user=user, item=item, grade=np.ones(user.codes.size))
    grade = _numbers(frame[column], "truth", user).astype(np.float64)
    wrong = np.flatnonzero((grade < 0) | ~np.isfinite(grade))
    if wrong.size:
        row = int(wrong[0])
        raise DataError(
            f"column '{column}' of the truth is negative or infinite in {wrong.size} of {grade.size} row(s), "
            f"the first is {grade[row]:g} for user {user.name(user.codes[row])!r}; use 0 for an item that is "
            "not relevant"
        )
    return HeldOut(user=user, item=item, grade=grade)


def _frame(source: Any, names: Names, table: str) -> nw.DataFrame[Any]:
    if isinstance(source, Mapping):
        source = _from_mapping(source, names, table)
    frame = nw.from_native(source, eager_only=True, pass_through=True)
    if not isinstance(frame, nw.DataFrame):
        raise DataError(
            f"the {table} came as {type(source).__name__}; give a pandas, polars or Arrow table, a "
            "dictionary by user, or the path of a parquet file or folder"
        )
    return frame


def _rows(frame: nw.DataFrame[Any], table: str) -> nw.DataFrame[Any]:
    if len(frame) == 0:
        raise no_rows(table)
    return frame


def no_rows(table: str) -> DataError:
    """The error for an empty table."""
    return DataError(f"the {table} hold no rows; check how they were made")


def _from_mapping(source: Mapping[Any, Any], names: Names, table: str) -> pd.DataFrame:
    rows = [
        (user, item, value)
        for user, items in source.items()
        for item, value in (items.items() if isinstance(items, Mapping) else ((item, None) for item in items))
    ]
    frame = pd.DataFrame(rows, columns=[names.user, names.item, "value"])
    given = frame["value"].notna()
    if not given.any():
        return frame[[names.user, names.item]]
    if not given.all():
        raise DataError(f"the {table} mix scored and plain items; give values for all items or for none")
    column = (names.relevance or "grade") if table == "truth" else (names.score or "score")
    return frame.rename(columns={"value": column})


def require_columns(columns: list[str], wanted: list[str], table: str) -> None:
    """Refuse a table that lacks a column.

    Raises:
        DataError: If it does; shows near matches and the columns there are.
    """
    for column in wanted:
        if column not in columns:
            raise DataError(
                f"the {table} have no column '{column}'{did_you_mean(column, columns)}; they have: "
                f"{', '.join(columns)}; name the columns to use, as in user='user_id'"
            )


def _numbers(column: nw.Series[Any], table: str, user: Ids) -> NDArray[Any]:
    if not column.dtype.is_numeric():
        raise DataError(f"column '{column.name}' of the {table} holds {content(column)}; give numbers")
    values = as_array(column)
    if values.dtype.kind == "O":
        values = column.cast(nw.Float64).to_numpy()
    if column.null_count() or (values.dtype.kind == "f" and np.isnan(values).any()):
        missing = column.is_null().to_numpy() | np.isnan(values.astype(np.float64))
        row = int(np.flatnonzero(missing)[0])
        raise DataError(
            f"column '{column.name}' of the {table} is missing or NaN in {int(missing.sum())} of "
            f"{len(column)} row(s), the first for user {user.name(user.codes[row])!r} in row {row}; fill or "
            "remove such rows"
        )
    return values.astype(np.float32) if values.dtype == np.float16 else values
