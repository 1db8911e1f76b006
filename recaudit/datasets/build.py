"""Making `AuditData` from tables, and refusing what cannot be audited."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recaudit.datasets.columns import group_names, labels, numbers, seconds
from recaudit.datasets.data import ITEM_COLUMNS, AuditData
from recaudit.datasets.frames import read_frame
from recaudit.errors import DataError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from recaudit.datasets.frames import TableSource

_REQUIRED = {
    "interactions": ("user", "item"),
    "users": ("user",),
    "items": ("item",),
    "truth": ("user", "item"),
}


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

    Ids are whole numbers or text, and 1 is not "1". `user_id` and `item_id` are taken for `user` and `item`.
    Other columns of the interactions and the truth are ignored.

    Args:
        interactions: Columns user, item and optionally rating (may be empty) and time (seconds since 1970, dates
            or ISO 8601 text).
        users: Column user and one column per attribute; without it users come from the interactions and the
            truth, and have no attributes.
        items: Column item and optionally title, groups (separated by "|", or lists), year and one column per further
            attribute, such as provider; without it items come from the interactions and the truth, with their ids as
            titles.
        truth: Held-out rows: columns user, item and optionally grade (0 = not relevant; 1 without the column) and
            rating.
        name: For reports.
        columns: Our column name to the name in the tables, such as `{"user": "customer"}`.
        source: Where the data came from.
        licence: Their terms, in short.

    Raises:
        DataError: If a table cannot be used; the message names an example.

    Examples:
        >>> import pandas as pd
        >>> rows = pd.DataFrame({"user": ["ann", "ann", "bo"], "item": [3, 1, 3], "time": [20, 10, 30]})
        >>> audit_data(rows).histories()
        {'ann': (1, 3), 'bo': (3,)}
    """
    sources = {"interactions": interactions, "users": users, "items": items, "truth": truth}
    tables = _read({what: table for what, table in sources.items() if table is not None}, columns or {})
    rows = _rows(tables["interactions"], "interactions", ("rating", "time"))
    held_out = _rows(tables["truth"], "truth", ("rating", "grade")) if "truth" in tables else _no_rows(rows)
    if "grade" not in held_out:
        held_out["grade"] = 1.0
    together = rows[["user", "item"]] if held_out.empty else pd.concat([rows, held_out])[["user", "item"]]
    user_table = _users(tables["users"]) if "users" in tables else _users_of(together)
    item_table = _items(tables.get("items", pd.DataFrame({"item": np.sort(together["item"].unique())})))
    for what, table in (("interactions", rows), ("truth", held_out)):
        _check_known(table["user"], user_table.index, what)
        _check_known(table["item"], item_table.index, what)
    if len(held_out):
        _check_truth(rows, held_out)
    return AuditData(
        name=name,
        users=user_table,
        items=item_table,
        interactions=rows.sort_values("time", kind="stable", ignore_index=True) if "time" in rows else rows,
        truth=held_out,
        source=source,
        licence=licence,
    )


def _read(sources: Mapping[str, TableSource], columns: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    tables = _read_all(sources, columns, text_ids=())
    mixed = [name for name in ("user", "item") if len(_id_kinds(tables, name)) > 1]
    if mixed and any(isinstance(source, (str, Path)) for source in sources.values()):
        tables = _read_all(sources, columns, text_ids=mixed)
    for name in ("user", "item"):
        kinds = _id_kinds(tables, name)
        if len(kinds) > 1:
            described = " but ".join(f"{kind} in {shown}" for kind, shown in sorted(kinds.items()))
            raise DataError(f"the {name} ids are {described}; give them one type in all tables")
    known = {str(column) for table in tables.values() for column in table}
    for ours, theirs in columns.items():
        if ours not in known:
            raise DataError(
                f"columns maps '{ours}' to '{theirs}', and no table has a column '{theirs}'"
                f"{did_you_mean(theirs, known)}; correct the name or leave it out"
            )
    return tables


def _read_all(
    sources: Mapping[str, TableSource], columns: Mapping[str, str], *, text_ids: Collection[str]
) -> dict[str, pd.DataFrame]:
    return {
        what: read_frame(
            source,
            required=_REQUIRED[what],
            what=what,
            columns=columns,
            ids=_REQUIRED[what],
            text_ids=text_ids,
        )
        for what, source in sources.items()
    }


def _id_kinds(tables: Mapping[str, pd.DataFrame], name: str) -> dict[str, str]:
    """Kind of id to the first table that has it, with three examples."""
    kinds: dict[str, str] = {}
    for what, table in tables.items():
        if name in _REQUIRED[what]:
            kind = "whole numbers" if table[name].dtype == np.int64 else "text"
            kinds.setdefault(kind, f"{what} ({', '.join(map(repr, table[name].head(3).tolist()))})")
    return kinds


def _rows(table: pd.DataFrame, what: str, optional: tuple[str, ...]) -> pd.DataFrame:
    repeated = table.duplicated(["user", "item"])
    if repeated.any():
        row = int(np.flatnonzero(repeated)[0])
        raise DataError(
            f"{what}: {int(repeated.sum()):,} rows repeat a user and item, the first is row {row + 1} "
            f"(user {table['user'].tolist()[row]!r}, item {table['item'].tolist()[row]!r}); "
            "keep one row of each pair"
        )
    rows = table[["user", "item"]].copy()
    for name in optional:
        if name in table:
            column = seconds(table[name]) if name == "time" else table[name]
            rows[name] = numbers(column, table[name], name, what, may_be_missing=name == "rating")
    if "grade" in rows and (rows["grade"] < 0).any():
        negative = rows["grade"] < 0
        raise DataError(
            f"{what}: {int(negative.sum()):,} grades are below 0, such as {rows.loc[negative, 'grade'].iloc[0]:g} "
            f"in row {int(np.flatnonzero(negative)[0]) + 1}; 0 means not relevant"
        )
    return rows


def _no_rows(like: pd.DataFrame) -> pd.DataFrame:
    return like[["user", "item"]].iloc[:0].copy()


def _users_of(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(index=pd.Index(np.sort(rows["user"].unique()), name="user"))


def _users(table: pd.DataFrame) -> pd.DataFrame:
    _check_unique(table["user"], "users")
    attributes = {name: labels(table[name]) for name in table if name != "user"}
    return pd.DataFrame({"user": table["user"], **attributes}).set_index("user")


def _items(table: pd.DataFrame) -> pd.DataFrame:
    _check_unique(table["item"], "items")
    ids = table["item"].astype("str")
    title = table["title"].astype("str").where(table["title"].notna(), ids) if "title" in table else ids
    groups = table["groups"].map(group_names).tolist() if "groups" in table else [()] * len(table)
    year: Any = np.nan
    if "year" in table:
        year = numbers(table["year"], table["year"], "year", "items", may_be_missing=True)
    frame = pd.DataFrame({"item": table["item"], "title": title, "year": year})
    frame.insert(2, "groups", pd.Series(groups, dtype=object))
    further = [name for name in table if name not in ITEM_COLUMNS]
    return frame.assign(**{str(name): labels(table[name]) for name in further}).set_index("item")


def _check_unique(ids: pd.Series[Any], what: str) -> None:
    repeated = ids[ids.duplicated()]
    if len(repeated):
        raise DataError(
            f"{what}: {len(repeated):,} rows repeat a {ids.name}, such as {repeated.tolist()[0]!r}; "
            "keep one row of each"
        )


def _check_known(ids: pd.Series[Any], known: pd.Index[Any], what: str) -> None:
    unknown = ids[~ids.isin(known)].drop_duplicates().tolist()
    if unknown:
        raise DataError(
            f"{what}: {len(unknown):,} {ids.name} ids are not in the {ids.name}s table, such as "
            f"{', '.join(map(repr, unknown[:3]))}; that table has {', '.join(map(repr, known[:3].tolist()))}; "
            "add them there or leave these rows out"
        )


def _check_truth(rows: pd.DataFrame, held_out: pd.DataFrame) -> None:
    both = rows[["user", "item"]].merge(held_out[["user", "item"]])
    if len(both):
        user, item = both["user"].tolist()[0], both["item"].tolist()[0]
        raise DataError(
            f"{len(both):,} rows are in the interactions and in the truth, such as user {user!r}, "
            f"item {item!r}; a held-out item must not be trained on"
        )
    if not held_out["user"].isin(rows["user"]).any():
        raise DataError(
            "no user of the truth has interactions: the truth has "
            f"{', '.join(map(repr, held_out['user'].unique()[:3].tolist()))}, the interactions have "
            f"{', '.join(map(repr, rows['user'].unique()[:3].tolist()))}; use the same ids in both"
        )
