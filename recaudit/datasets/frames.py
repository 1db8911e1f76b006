"""Reading tables: CSV, TSV, parquet, or any frame that narwhals knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import narwhals as nw
import numpy as np
import pandas as pd

from recaudit.errors import DataError, did_you_mean

TableSource: TypeAlias = Any
"""A path of a CSV, TSV or parquet file, or a pandas, polars, Arrow or other frame."""


def read_frame(
    source: TableSource,
    *,
    required: Sequence[str],
    what: str,
    columns: Mapping[str, str] | None = None,
    ids: Sequence[str] = ("user", "item"),
) -> pd.DataFrame:
    """Read a table and check that it has the columns that are needed.

    A column of a text file is numeric only if all its values are numbers without leading zeros, so that an ISBN
    keeps its zeros.

    Args:
        source: A path or a frame.
        required: Columns that must be there, after renaming.
        what: What the table holds, for messages.
        columns: Our name to the name in the table.
        ids: Columns that hold ids, after renaming.

    Returns:
        A new pandas frame with a plain index.

    Raises:
        DataError: If there is no such file, it cannot be read, is empty or lacks a column.
    """
    place = str(source) if isinstance(source, (str, Path)) else f"the {what} table"
    frame = _read_file(Path(source), what) if isinstance(source, (str, Path)) else _to_pandas(source, what)
    frame = frame.rename(columns={theirs: ours for ours, theirs in (columns or {}).items()})
    frame = frame.rename(
        columns={f"{name}_id": name for name in ("user", "item") if name not in frame and f"{name}_id" in frame}
    )
    for name in required:
        if name not in frame:
            near = did_you_mean(name, map(str, frame.columns))
            raise DataError(
                f"{place} has no column '{name}'{near}; its columns are {', '.join(map(str, frame.columns))}; "
                f'rename one, or map it with columns = {{ {name} = "its name" }}'
            )
    if frame.empty:
        raise DataError(f"{place} has no rows; give at least one")
    for name in ids:
        if name in frame:
            frame[name] = _as_ids(frame[name], name, place)
    return frame.reset_index(drop=True)


def _read_file(path: Path, what: str) -> pd.DataFrame:
    if not path.is_file():
        neighbours = [file.name for file in path.parent.glob("*")] if path.parent.is_dir() else []
        raise DataError(f"no {what} file at {path}{did_you_mean(path.name, neighbours)}; give an existing file")
    suffix = path.suffix.lower()
    try:
        if suffix == ".parquet":
            return pd.read_parquet(path)
        if suffix in {".csv", ".tsv"}:
            text = pd.read_csv(path, sep="\t" if suffix == ".tsv" else ",", dtype="str")
            return text.apply(_number_if_all)
    except (ValueError, OSError, pd.errors.ParserError) as error:
        first_line = str(error).partition("\n")[0]
        raise DataError(f"{path} cannot be read as {suffix[1:]}: {first_line}; check that it is complete") from error
    raise DataError(f"{path} ends in '{path.suffix}'; give a .csv, .tsv or .parquet file")


def _number_if_all(column: pd.Series[str]) -> pd.Series[Any]:
    known = column.dropna()
    leading_zero = known.str.fullmatch(r"-?0[0-9]+").any()
    numbers = pd.to_numeric(column, errors="coerce")
    return numbers if not leading_zero and numbers.notna().equals(column.notna()) else column


def _to_pandas(source: TableSource, what: str) -> pd.DataFrame:
    try:
        frame = nw.from_native(source, eager_only=True)
    except TypeError as error:
        raise DataError(
            f"the {what} table is a {type(source).__name__}; give a path, or a pandas, polars or Arrow frame"
        ) from error
    return pd.DataFrame({name: frame[name].to_numpy() for name in frame.columns})


def _as_ids(column: pd.Series[Any], name: str, place: str) -> pd.Series[Any]:
    missing = column.isna()
    if missing.any():
        row = int(np.flatnonzero(missing)[0]) + 1
        raise DataError(f"{place}: {int(missing.sum())} rows have no {name} id, the first is row {row}; fill or drop them")
    if pd.api.types.is_integer_dtype(column):
        return column.astype(np.int64)
    if pd.api.types.is_float_dtype(column):
        if (column % 1 == 0).all():
            return column.astype(np.int64)
        raise DataError(f"{place}: the {name} ids are decimal numbers such as {column.iloc[0]!r}; give whole numbers or text")
    kinds = {type(value).__name__ for value in column}
    if len(kinds) > 1:
        examples = ", ".join(repr(value) for value in column.drop_duplicates().head(3))
        raise DataError(f"{place}: the {name} ids mix {' and '.join(sorted(kinds))}, such as {examples}; use one type")
    return column.astype("str")
