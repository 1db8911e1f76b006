"""Making `AuditData` from tables, and refusing what cannot be audited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from recaudit.datasets.data import AuditData
from recaudit.datasets.frames import TableSource, read_frame
from recaudit.errors import DataError

GROUP_SEPARATOR = "|"


def audit_data(
    interactions: TableSource,
    *,
    users: TableSource | None = None,
    items: TableSource | None = None,
    truth: TableSource | None = None,
    name: str = "data",
    columns: Mapping[str, str] | None = None,
    source: str = "",
    licence: str = "",
) -> AuditData:
    """Make the data of an audit from files or frames.

    Args:
        interactions: Columns user, item and optionally rating and time.
        users: Column user and one column per attribute; without it users come from the interactions.
        items: Column item and optionally title, groups (separated by "|", or lists) and year; without it items
            come from the interactions and the truth.
        truth: Held-out rows: columns user, item and optionally grade or rating.
        name: For reports.
        columns: Our column name to the name in the tables, such as `{"user": "customer"}`.
        source: Where the data came from.
        licence: Their terms, in short.

    Raises:
        DataError: If a table cannot be used; the message names an example.
    """
    rows = _interactions(interactions, "interactions", columns)
    held_out = None if truth is None else _interactions(truth, "truth", columns)
    if held_out is not None and "grade" not in held_out:
        held_out = held_out.assign(grade=1.0)
    together = rows if held_out is None else pd.concat([rows, held_out])
    user_table = _users(users, columns, together)
    item_table = _items(items, columns, together)
    for what, table in (("interactions", rows), ("truth", held_out)):
        if table is not None:
            _check_known(table, "user", user_table.index, what)
            _check_known(table, "item", item_table.index, what)
    if "time" in rows:
        rows = rows.sort_values("time", kind="stable", ignore_index=True)
    if held_out is not None:
        _check_disjoint(rows, held_out)
    return AuditData(
        name=name,
        users=user_table,
        items=item_table,
        interactions=rows,
        truth=empty_truth(rows) if held_out is None else held_out,
        source=source,
        licence=licence,
    )


def empty_truth(rows: pd.DataFrame) -> pd.DataFrame:
    """A truth table without rows, with the id types of `rows`."""
    return rows[["user", "item"]].iloc[:0].assign(grade=np.empty(0))


def _interactions(source: TableSource, what: str, columns: Mapping[str, str] | None) -> pd.DataFrame:
    frame = read_frame(source, required=("user", "item"), what=what, columns=columns)
    kept = [name for name in ("user", "item", "rating", "time", "grade") if name in frame]
    frame = frame[kept]
    repeated = frame.duplicated(["user", "item"])
    if repeated.any():
        row = int(np.flatnonzero(repeated)[0])
        raise DataError(
            f"{what}: {int(repeated.sum())} rows repeat a user and item, the first is row {row + 1} "
            f"(user {frame['user'].iloc[row]!r}, item {frame['item'].iloc[row]!r}); keep one row of each pair"
        )
    for name in ("rating", "time", "grade"):
        if name in frame:
            frame[name] = _numbers(frame[name], name, what)
    if "grade" in frame and (frame["grade"] < 0).any():
        raise DataError(f"{what}: {int((frame['grade'] < 0).sum())} grades are below 0; 0 means not relevant")
    return frame


def _numbers(column: pd.Series[Any], name: str, what: str) -> pd.Series[float]:
    numbers = pd.to_numeric(column, errors="coerce").astype(np.float64)
    optional = name == "rating"
    bad = np.isinf(numbers) | (numbers.isna() & ~(column.isna() if optional else False))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise DataError(
            f"{what}: {int(bad.sum())} values of '{name}' are not finite numbers, the first is "
            f"{column.iloc[row]!r} in row {row + 1}; correct or drop these rows"
        )
    return numbers


def _users(
    source: TableSource | None, columns: Mapping[str, str] | None, rows: pd.DataFrame
) -> pd.DataFrame:
    if source is None:
        return pd.DataFrame(index=pd.Index(sorted(rows["user"].unique()), name="user"))
    frame = read_frame(source, required=("user",), what="users", columns=columns)
    _check_unique(frame, "user", "users")
    frame = frame.set_index("user")
    return frame.apply(_labels)


def _labels(column: pd.Series[Any]) -> pd.Series[str]:
    """Attribute values as text: 3.0 becomes "3", blanks become unknown."""
    if pd.api.types.is_float_dtype(column) and (column.dropna() % 1 == 0).all():
        column = column.astype("Int64")
    text = column.astype("str").str.strip()
    return text.where(column.notna() & (text != ""))


def _items(
    source: TableSource | None, columns: Mapping[str, str] | None, rows: pd.DataFrame
) -> pd.DataFrame:
    if source is None:
        frame = pd.DataFrame({"item": sorted(rows["item"].unique())})
    else:
        frame = read_frame(source, required=("item",), what="items", columns=columns)
        _check_unique(frame, "item", "items")
    ids = frame["item"].astype("str")
    title = frame["title"].astype("str").where(frame["title"].notna(), ids) if "title" in frame else ids
    groups = frame["groups"].map(_group_names) if "groups" in frame else pd.Series([()] * len(frame))
    year = pd.to_numeric(frame["year"], errors="coerce").astype(np.float64) if "year" in frame else np.nan
    table = pd.DataFrame({"item": frame["item"], "title": title, "groups": groups, "year": year})
    return table.set_index("item")


def _group_names(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(GROUP_SEPARATOR) if part.strip())
    if isinstance(value, (list, tuple, np.ndarray)):
        return tuple(map(str, value))
    return ()


def _check_unique(frame: pd.DataFrame, name: str, what: str) -> None:
    repeated = frame[name].duplicated()
    if repeated.any():
        first = frame.loc[repeated, name].iloc[0]
        raise DataError(f"{what}: {int(repeated.sum())} rows repeat a {name}, such as {first!r}; keep one row each")


def _check_known(rows: pd.DataFrame, name: str, known: pd.Index[Any], what: str) -> None:
    unknown = rows.loc[~rows[name].isin(known), name].drop_duplicates()
    if len(unknown):
        raise DataError(
            f"{what}: {len(unknown):,} {name} ids are not in the {name}s table, such as "
            f"{', '.join(map(repr, unknown.head(3).tolist()))}; that table has "
            f"{', '.join(map(repr, known[:3].tolist()))}; use the same ids in both"
        )


def _check_disjoint(rows: pd.DataFrame, held_out: pd.DataFrame) -> None:
    both = rows[["user", "item"]].merge(held_out[["user", "item"]])
    if len(both):
        user, item = both.iloc[0]
        raise DataError(
            f"{len(both):,} rows are in the interactions and in the truth, such as user {user!r}, item {item!r}; "
            "a held-out item must not be trained on"
        )
