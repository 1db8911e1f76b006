"""Ids of users and items as integers: whole numbers stand for themselves, text is numbered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from recaudit.errors import DataError
from recaudit.metrics.threads import in_parts

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from recaudit.metrics.columns import IntArray
    from recaudit.records import ItemId


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """A column of ids.

    Attributes:
        codes: (rows,) one integer per row.
        names: The text behind the codes 0, 1, ..., or None when the codes are the ids themselves.
    """

    codes: IntArray
    names: pd.Index | None

    def name(self, code: int) -> ItemId:
        """The id behind a code."""
        return int(code) if self.names is None else str(self.names[code])

    def index(self, codes: IntArray, name: str) -> pd.Index:
        """The ids behind many codes."""
        return pd.Index(codes if self.names is None else self.names.take(codes), name=name)

    @property
    def order(self) -> IntArray:
        """(rows,) integers in the order of the ids."""
        if self.names is None:
            return self.codes
        place = np.empty(len(self.names), np.int64)
        place[self.names.argsort()] = np.arange(len(self.names))
        return place[self.codes]

    def matched_to(self, other: Ids) -> Ids:
        """The same ids with the codes of `other`; text that `other` lacks gets codes of its own."""
        if self.names is None or other.names is None:
            return self
        place = other.names.get_indexer(self.names).astype(np.int64)
        missing = place < 0
        place[missing] = len(other.names) + np.arange(int(missing.sum()))
        return Ids(codes=place[self.codes], names=other.names.append(self.names[missing]))


def read_ids(column: nw.Series[Any], table: str) -> Ids:
    """Read a column of ids.

    Args:
        column: Whole numbers or text.
        table: "recommendations" or "truth", for messages.

    Raises:
        DataError: If ids are missing, or neither whole numbers nor text throughout.
    """
    if not column.dtype.is_integer():
        return _text_ids(column, table)
    _refuse_missing(column, table)
    return Ids(codes=column.cast(nw.Int64).to_numpy(), names=None)


def _text_ids(column: nw.Series[Any], table: str) -> Ids:
    _refuse_missing(column, table)
    if column.dtype == nw.Object:
        values = column.to_numpy()
        kind = pd.api.types.infer_dtype(values, skipna=False)
        if kind == "integer":
            return Ids(codes=values.astype(np.int64), names=None)
        if kind != "string":
            raise _mixed(column, values, table)
    elif column.dtype in {nw.Categorical, nw.Enum}:
        column = column.cast(nw.String)
    elif column.dtype != nw.String:
        raise DataError(
            f"column '{column.name}' of the {table} holds {content(column)}; ids are whole numbers or text "
            "(numbers with a decimal point usually come from missing ids)"
        )
    arrow = column.to_arrow()
    return _numbered(arrow.combine_chunks() if isinstance(arrow, pa.ChunkedArray) else arrow)


def _numbered(text: pa.Array) -> Ids:
    parts: dict[int, pa.DictionaryArray] = {}

    def encode(start: int, stop: int) -> None:
        parts[start] = pc.dictionary_encode(text.slice(start, stop - start))

    in_parts(encode, len(text))
    encoded = pa.chunked_array([parts[start] for start in sorted(parts)]).unify_dictionaries()
    return Ids(
        codes=np.concatenate([part.indices.to_numpy() for part in encoded.chunks], dtype=np.int64),
        names=pd.Index(encoded.chunk(0).dictionary.to_numpy(zero_copy_only=False), dtype=object),
    )


def content(column: nw.Series[Any]) -> str:
    """The type of a column and its first value, for messages."""
    first = column.head(1).to_list()
    return f"{column.dtype} (such as {first[0]!r}) in {len(column)} row(s)" if first else str(column.dtype)


def _mixed(column: nw.Series[Any], values: NDArray[Any], table: str) -> DataError:
    odd = [row for row, value in enumerate(values) if type(value) is not type(values[0])]
    unlike = f", such as {values[0]!r} and {values[odd[0]]!r} in row {odd[0]}" if odd else ""
    return DataError(
        f"column '{column.name}' of the {table} mixes types in {len(odd)} of {len(values)} row(s){unlike}; make "
        "its ids all whole numbers or all text, since 1 and '1' are different ids"
    )


def _refuse_missing(column: nw.Series[Any], table: str) -> None:
    missing = column.is_null()
    if missing.any():
        row = int(np.flatnonzero(missing.to_numpy())[0])
        raise DataError(
            f"column '{column.name}' of the {table} is missing in {int(missing.sum())} of {len(column)} row(s), "
            f"the first is row {row}; remove such rows"
        )


def refuse_different_types(first: Ids, second: Ids, what: str) -> None:
    """Refuse text ids on one side and whole numbers on the other.

    Raises:
        DataError: If the types differ; shows three ids of each side.
    """
    if (first.names is None) != (second.names is None):
        raise DataError(
            f"{what} ids are {_kind(first)} in the recommendations ({examples(first)}; {first.codes.size} rows) "
            f"and {_kind(second)} in the truth ({examples(second)}; {second.codes.size} rows); 1 and '1' are "
            "different ids: convert one side"
        )


def _kind(ids: Ids) -> str:
    return "whole numbers" if ids.names is None else "text"


def examples(ids: Ids) -> str:
    """The first three different ids, for messages."""
    return ", ".join(repr(ids.name(code)) for code in pd.unique(ids.codes[:10_000])[:3])
