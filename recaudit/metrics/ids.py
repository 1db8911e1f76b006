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
from recaudit.metrics.texts import Vocabulary, number_texts

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
        vocabulary: The text behind the codes 0, 1, ..., or None when the codes are the ids themselves.
    """

    codes: IntArray
    vocabulary: Vocabulary | None

    @property
    def names(self) -> pd.Index | None:
        """The text behind the codes 0, 1, ..., or None when the codes are the ids themselves."""
        return None if self.vocabulary is None else _index(self.vocabulary.texts)

    def name(self, code: int) -> ItemId:
        """The id behind a code."""
        return int(code) if self.vocabulary is None else str(self.vocabulary.texts[int(code)])

    def index(self, codes: IntArray, name: str) -> pd.Index:
        """The ids behind many codes."""
        if self.vocabulary is None:
            return pd.Index(codes, name=name)
        return _index(self.vocabulary.texts.take(pa.array(codes)), name)

    @property
    def order(self) -> IntArray:
        """(rows,) integers in the order of the ids."""
        if self.vocabulary is None:
            return self.codes
        ascending = pc.sort_indices(self.vocabulary.texts).to_numpy()
        place = np.empty(ascending.size, np.int64)
        place[ascending] = np.arange(ascending.size)
        return place[self.codes]


def read_ids(column: nw.Series[Any], table: str, known: Ids | None = None) -> Ids:
    """Read a column of ids.

    Args:
        column: Whole numbers or text.
        table: "recommendations" or "truth", for messages.
        known: Ids with which these are compared; the same text gets the same code.

    Raises:
        DataError: If ids are missing, or neither whole numbers nor text throughout.
    """
    if not column.dtype.is_integer():
        return _text_ids(column, table, None if known is None else known.vocabulary)
    _refuse_missing(column, table)
    return Ids(codes=as_array(column.cast(nw.Int64)), vocabulary=None)


def _text_ids(column: nw.Series[Any], table: str, known: Vocabulary | None) -> Ids:
    if column.dtype == nw.Object:
        _refuse_missing(column, table)
        values = column.to_numpy()
        kind = pd.api.types.infer_dtype(values, skipna=False)
        if kind == "integer":
            return Ids(codes=values.astype(np.int64), vocabulary=None)
        if kind != "string":
            raise _mixed(column, values, table)
    elif column.dtype in {nw.Categorical, nw.Enum}:
        column = column.cast(nw.String)
    elif column.dtype != nw.String:
        _refuse_missing(column, table)
        raise DataError(
            f"column '{column.name}' of the {table} holds {content(column)}; ids are whole numbers or text "
            "(numbers with a decimal point usually come from missing ids)"
        )
    arrow = column.to_arrow()
    texts = arrow if isinstance(arrow, pa.ChunkedArray) else pa.chunked_array([arrow])
    if texts.null_count:
        _refuse_missing(column, table)
    codes, vocabulary = number_texts(texts, known)
    return Ids(codes=codes, vocabulary=vocabulary)


def _index(texts: pa.ChunkedArray, name: str | None = None) -> pd.Index:
    index: pd.Index = pd.Index(texts.to_numpy(), dtype=object, name=name)
    return index


def as_array(column: nw.Series[Any]) -> NDArray[Any]:
    """The values of a column, without a copy where they lie in one piece of Arrow memory."""
    native = column.to_native()
    if isinstance(native, pa.ChunkedArray) and native.num_chunks == 1:
        native = native.chunk(0)
        if native.null_count == 0 and not pa.types.is_boolean(native.type):
            values: NDArray[Any] = native.to_numpy()
            return values
    return column.to_numpy()


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
    if (first.vocabulary is None) != (second.vocabulary is None):
        raise DataError(
            f"{what} ids are {_kind(first)} in the recommendations ({examples(first)}; {first.codes.size} rows) "
            f"and {_kind(second)} in the truth ({examples(second)}; {second.codes.size} rows); 1 and '1' are "
            "different ids: convert one side"
        )


def _kind(ids: Ids) -> str:
    return "whole numbers" if ids.vocabulary is None else "text"


def examples(ids: Ids) -> str:
    """The first three different ids, for messages."""
    return ", ".join(repr(ids.name(code)) for code in pd.unique(ids.codes[:10_000])[:3])
