"""Reading tables: CSV, TSV, parquet, or any frame that narwhals knows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import narwhals as nw
import numpy as np
import pandas as pd

from recaudit.errors import DataError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from narwhals.typing import IntoDataFrame

TableSource: TypeAlias = "str | Path | IntoDataFrame"
"""A path of a CSV, TSV or parquet file, or a pandas, polars, Arrow or other frame."""

ID_ALIASES = {"user_id": "user", "item_id": "item"}
"""Names that are taken for ours when ours is absent."""

_TEXT_SEPARATORS = {".csv": ",", ".tsv": "\t"}
_WHOLE_NUMBER = r"-?(?:0|[1-9][0-9]{0,17})(?:\.0+)?"
_NUMBER = r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"


def read_frame(
    source: TableSource,
    *,
    required: Sequence[str],
    what: str,
    columns: Mapping[str, str] | None = None,
    ids: Collection[str] = ("user", "item"),
    text_ids: Collection[str] = (),
) -> pd.DataFrame:
    """Read a table and check that it has the columns that are needed.

    Text files are UTF-8 with a header line, and only an empty field is missing: "NA" and "None" are text. A
    column is numeric only if all its values are numbers without leading zeros, so that an ISBN keeps its zeros;
    an id column only if all are whole.

    Args:
        source: A path or a frame; a named index becomes a column.
        required: Columns that must be there, after renaming.
        what: What the table holds, for messages.
        columns: Our name to the name in the table; names that the table lacks are passed over.
        ids: Columns that hold ids, after renaming; they come out as int64 or text.
        text_ids: Those that stay text in a text file even if all are whole numbers.

    Returns:
        A new pandas frame with a plain index.

    Raises:
        DataError: If there is no such file, it cannot be read, is empty, lacks a column, or an id is missing or
            neither a whole number nor text.
    """
    is_path = isinstance(source, (str, Path))
    place = str(source) if is_path else f"the {what} table"
    path = Path(source) if isinstance(source, (str, Path)) else None
    frame = _read_file(path, what) if path is not None else _to_pandas(source, what)
    frame = _renamed(frame, columns or {}, place)
    for name in required:
        if name not in frame:
            near = did_you_mean(name, frame.columns)
            raise DataError(
                f"{place} has no column '{name}'{near}; its columns are {', '.join(frame.columns)}; "
                f'rename one, or map it with columns = {{ {name} = "its name" }}'
            )
    if frame.empty:
        raise DataError(f"{place} has no rows; give at least one")
    from_text = path is not None and path.suffix.lower() in _TEXT_SEPARATORS
    for name in frame.columns:
        if name in ids:
            _check_no_missing(frame[name], name, place)
            if from_text and name not in text_ids:
                frame[name] = _parsed(frame[name], _WHOLE_NUMBER)
            frame[name] = _as_ids(frame[name], name, place)
        elif from_text:
            frame[name] = _parsed(frame[name], _NUMBER)
    return frame


def _read_file(path: Path, what: str) -> pd.DataFrame:
    if not path.is_file():
        neighbours = [file.name for file in path.parent.glob("*")] if path.parent.is_dir() else []
        near = did_you_mean(path.name, neighbours)
        raise DataError(f"no {what} file at {path}{near}; give an existing file")
    suffix = path.suffix.lower()
    if suffix != ".parquet" and suffix not in _TEXT_SEPARATORS:
        raise DataError(f"{path} ends in '{path.suffix}'; give a .csv, .tsv or .parquet file")
    try:
        if suffix == ".parquet":
            return _plain(pd.read_parquet(path))
        frame = pd.read_csv(
            path,
            sep=_TEXT_SEPARATORS[suffix],
            dtype="str",
            keep_default_na=False,
            na_values=[""],
            encoding="utf-8-sig",
        )
    except (ValueError, OSError) as error:
        first_line = str(error).partition("\n")[0]
        raise DataError(
            f"{path} cannot be read as {suffix[1:]}: {first_line}; check that it is complete"
        ) from error
    if not isinstance(frame.index, pd.RangeIndex):
        raise DataError(f"{path} has rows with more fields than the header names; name every column")
    return frame


def _to_pandas(source: TableSource, what: str) -> pd.DataFrame:
    if isinstance(source, pd.DataFrame):
        return _plain(source)
    try:
        return nw.from_native(source, eager_only=True).to_pandas()  # type: ignore[type-var]
    except TypeError as error:
        raise DataError(
            f"the {what} table is a {type(source).__name__}; give a path, or a pandas, polars or Arrow frame "
            "(collect a lazy one first)"
        ) from error


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    named = any(name is not None for name in frame.index.names)
    return frame.reset_index(drop=not named)


def _renamed(frame: pd.DataFrame, columns: Mapping[str, str], place: str) -> pd.DataFrame:
    frame = frame.set_axis([str(name) for name in frame.columns], axis="columns")
    for ours, theirs in columns.items():
        if ours != theirs and ours in frame and theirs in frame:
            raise DataError(
                f"{place} has a column '{ours}' and a column '{theirs}' that is mapped to it; "
                "drop one of them, or leave the mapping out"
            )
    frame = frame.rename(columns={theirs: ours for ours, theirs in columns.items()})
    frame = frame.rename(columns={alias: ours for alias, ours in ID_ALIASES.items() if ours not in frame})
    repeated = frame.columns[frame.columns.duplicated()]
    if len(repeated):
        raise DataError(f"{place} has more than one column '{repeated[0]}'; rename or drop one")
    return frame


def _check_no_missing(column: pd.Series[Any], name: str, place: str) -> None:
    missing = (column.isna() | column.eq("")).to_numpy(dtype=bool)
    if missing.any():
        row = int(np.flatnonzero(missing)[0]) + 1
        raise DataError(
            f"{place}: {int(missing.sum())} rows have no {name} id, the first is row {row}; fill or drop them"
        )


def _parsed(column: pd.Series[str], pattern: str) -> pd.Series[Any]:
    """Text as numbers if all known values match."""
    known = column.dropna()
    return pd.to_numeric(column) if len(known) and known.str.fullmatch(pattern).all() else column


def _as_ids(column: pd.Series[Any], name: str, place: str) -> pd.Series[Any]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    kind = pd.api.types.infer_dtype(column, skipna=False)
    if kind == "string":
        return column.astype("str")
    if kind == "integer":
        huge = column > np.iinfo(np.int64).max
        if huge.any():
            raise DataError(
                f"{place}: {name} ids such as {column[huge].iloc[0]} do not fit 64 bits; give them as text"
            )
        return column.astype(np.int64)
    if kind == "floating":
        broken = ~(column % 1 == 0)
        if broken.any():
            raise DataError(
                f"{place}: the {name} ids are decimal numbers such as {column[broken].iloc[0]}; "
                "give whole numbers or text"
            )
        return column.astype(np.int64)
    kinds = " and ".join(sorted({type(value).__name__ for value in column}))
    examples = ", ".join(map(repr, column.drop_duplicates().head(3).tolist()))
    raise DataError(
        f"{place}: the {name} ids are of type {kinds}, such as {examples}; give whole numbers only or text only"
    )
