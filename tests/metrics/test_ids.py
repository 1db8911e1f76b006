from __future__ import annotations

import os

import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl
import pytest

from recaudit.metrics import threads
from recaudit.metrics.ids import Ids, read_ids


def ids(values: object, known: Ids | None = None):
    return read_ids(nw.from_native(values, series_only=True), "truth", known)


@pytest.mark.parametrize("rows_per_thread", [3, 10**6])
def test_text_is_numbered_the_same_in_any_number_of_parts(
    rows_per_thread: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "ROWS_PER_THREAD", rows_per_thread)
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    text = ["b", "a", "b", "ç", "", "a", "z", "b", "z", "last", "a"]
    for values in (pd.Series(text), pl.Series(text), pd.Series(text, dtype="category")):
        read = ids(values)
        assert [read.name(code) for code in read.codes] == text
        assert list(read.index(read.codes, "user")) == text
        assert read.names is not None
        assert read.names.is_unique


def test_whole_numbers_stand_for_themselves() -> None:
    for dtype in ("int8", "uint32", "Int64"):
        read = ids(pd.Series([3, 1, 3], dtype=dtype))
        assert read.names is None
        assert read.codes.tolist() == [3, 1, 3]


def test_known_ids_keep_their_codes_and_strangers_get_their_own() -> None:
    matched = ids(pd.Series(["q", "b", "a", "r"]), known=ids(pd.Series(["a", "b"])))
    assert matched.codes.tolist() == [2, 1, 0, 3]
    assert [matched.name(code) for code in matched.codes] == ["q", "b", "a", "r"]


def test_order_is_that_of_the_ids() -> None:
    assert ids(pd.Series(["b", "c", "a", "c"])).order.tolist() == [1, 2, 0, 2]
    assert ids(pd.Series([20, 5])).order.tolist() == [20, 5]
