"""Single columns in the form that `AuditData` holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from recaudit.errors import DataError

GROUP_SEPARATOR = "|"

_EPOCH = pd.Timestamp("1970-01-01", tz="UTC")


def numbers(
    column: pd.Series[Any], original: pd.Series[Any], name: str, what: str, *, may_be_missing: bool
) -> pd.Series[float]:
    """The column as float64.

    Args:
        column: What to convert.
        original: What a person gave, for the message.
        name: Of the column.
        what: The table it is from.
        may_be_missing: Whether a missing value becomes NaN instead of an error.

    Raises:
        DataError: If a value is not a finite number.
    """
    values = pd.to_numeric(column, errors="coerce").astype(np.float64)
    bad = ~np.isfinite(values)
    if may_be_missing:
        bad &= original.notna()
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise DataError(
            f"{what}: {int(bad.sum()):,} values of '{name}' are not finite numbers, the first is "
            f"{original.tolist()[row]!r} in row {row + 1}; correct or drop these rows"
        )
    return values


def seconds(column: pd.Series[Any]) -> pd.Series[Any]:
    """Dates and ISO 8601 text as seconds since 1970; without a time zone they are UTC; numbers as they are.

    >>> seconds(pd.Series(["1970-01-02", "1970-01-01T01:00:00+01:00"])).tolist()
    [86400.0, 0.0]
    """
    if pd.api.types.is_numeric_dtype(column):
        return column
    moments = pd.to_datetime(column, utc=True, errors="coerce", format="ISO8601")
    return (moments - _EPOCH) / pd.Timedelta(seconds=1)


def labels(column: pd.Series[Any]) -> pd.Series[str]:
    """Attribute values as text: 3.0 becomes "3", blank text is missing.

    >>> labels(pd.Series([3.0, None])).tolist()
    ['3', nan]
    """
    if pd.api.types.is_float_dtype(column) and (column.dropna() % 1 == 0).all():
        column = column.astype("Int64")
    text = column.astype("str").str.strip()
    return text.where(column.notna() & (text != ""))


def group_names(value: Any) -> tuple[str, ...]:
    """The groups of an item from a list, or from text with "|" between them; each once.

    >>> group_names("Comedy|Drama|")
    ('Comedy', 'Drama')
    """
    if isinstance(value, (list, tuple, np.ndarray)):
        parts = [str(part) for part in value if part is not None]
    else:
        parts = [] if pd.isna(value) else str(value).split(GROUP_SEPARATOR)
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))
