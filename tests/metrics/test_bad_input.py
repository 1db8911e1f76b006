from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from recaudit.errors import DataError, InputError, UnknownNameError
from recaudit.metrics import evaluate, streaming

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RECS = pd.DataFrame({"user": [1, 1, 2], "item": [10, 11, 10], "score": [0.9, 0.8, 0.7]})
HELD = pd.DataFrame({"user": [1, 2], "item": [10, 10], "grade": [1.0, 1.0]})


def arrow(table: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(table, preserve_index=False)


FORMS: dict[str, Callable[[pd.DataFrame, Path], Any]] = {
    "pandas": lambda table, _: table,
    "polars": lambda table, _: pl.from_pandas(table),
    "arrow": lambda table, _: arrow(table),
    "parquet": lambda table, path: table.to_parquet(path) or path,
}
WRONG = {
    "null user": (
        RECS.assign(user=pd.array([1, None, 2], dtype="Int64")),
        HELD,
        r"column 'user' of the recommendations is missing in 1 of 3 row\(s\), the first is row 1",
    ),
    "null text item": (
        RECS.assign(item=["a", "b", None]),
        HELD.assign(item=["a", "b"]),
        r"column 'item' of the recommendations is missing in 1 of 3 row\(s\), the first is row 2",
    ),
    "null user held out": (
        RECS,
        HELD.assign(user=pd.array([None, None], dtype="Int64")),
        r"column 'user' of the truth is missing in 2 of 2 row\(s\), the first is row 0",
    ),
    "NaN score": (
        RECS.assign(score=[0.9, np.nan, np.nan]),
        HELD,
        r"column 'score' of the recommendations is missing or NaN in 2 of 3 row\(s\), the first for user 1 in row 1",
    ),
    "NaN grade": (
        RECS,
        HELD.assign(grade=[1.0, np.nan]),
        r"'grade' of the truth is missing or NaN in 1 of 2",
    ),
    "repeated item": (
        pd.concat([RECS, RECS.iloc[:1]]).sort_values("user"),
        HELD,
        r"column 'item' of the recommendations repeats an item .* in 1 of 4 row\(s\): user 1 holds item 10 twice",
    ),
    "repeated truth": (
        RECS,
        pd.concat([HELD, HELD.iloc[1:]]),
        r"column 'item' of the truth repeats .* in 1 of 3 row\(s\): user 2 holds item 10 twice, in rows 1 and 2",
    ),
    "negative grade": (
        RECS,
        HELD.assign(grade=[1.0, -2.0]),
        r"column 'grade' of the truth is negative or infinite in 1 of 2 row\(s\), the first is -2 for user 2",
    ),
    "infinite grade": (RECS, HELD.assign(grade=[np.inf, 1.0]), r"negative or infinite in 1 of 2 row\(s\)"),
    "no common user": (
        RECS.assign(user=[7, 7, 8]),
        HELD,
        r"'user': none of the 2 user\(s\) of the recommendations \(7, 8\) is among the 2 of the truth \(1, 2\)",
    ),
    "text users against numbers": (
        RECS.assign(user=["1", "1", "2"]),
        HELD,
        r"text in the recommendations \('1', '2'; 3 rows\).*whole numbers in the truth \(1, 2; 2 rows\).*convert",
    ),
    "number items against text": (
        RECS,
        HELD.assign(item=["10", "11"]),
        r"item ids are whole numbers .*\(10, 11;",
    ),
    "ids with a decimal point": (
        RECS.assign(user=[1.5, 1.5, 2.0]),
        HELD,
        r"column 'user' of the recommendations holds Float64 \(such as 1\.5\) in 3 row\(s\)",
    ),
    "text scores": (
        RECS.assign(score=["high", "mid", "low"]),
        HELD,
        r"column 'score' of the recommendations holds String \(such as 'high'\) in 3 row\(s\); give numbers",
    ),
    "no rows": (RECS.iloc[:0], HELD, "recommendations hold no rows"),
    "no held-out rows": (RECS, HELD.iloc[:0], "truth hold no rows"),
    "no such column": (
        RECS.rename(columns={"user": "users"}),
        HELD,
        "no column 'user', did you mean 'users'",
    ),
}


def refused(recommended: Any, held: Any, message: str, **options: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        evaluate(recommended, held, ["ndcg@10"], **options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", WRONG)
def test_one_clear_sentence_names_column_rows_and_an_example(case: str, form: str, tmp_path: Path) -> None:
    recommended, held, message = WRONG[case]
    made = FORMS[form]
    refused(made(recommended, tmp_path / "recs.parquet"), made(held, tmp_path / "held.parquet"), message)


def test_columns_are_named_as_they_came() -> None:
    recommended = RECS.rename(columns={"user": "user_id", "item": "movie"})
    held = HELD.rename(columns={"user": "user_id", "item": "movie"})
    names = {"user": "user_id", "item": "movie"}
    refused(recommended.assign(user_id=[7, 7, 8]), held, "column 'user_id': none of the 2", **names)
    refused(recommended.assign(movie=5), held, "column 'movie' of the recommendations repeats", **names)
    refused(recommended, pd.concat([held, held]), "column 'movie' of the truth repeats .* in 2 of 4", **names)


def test_numbers_and_text_in_one_column() -> None:
    mixed = RECS.assign(user=pd.Series([1, "1", 2], dtype=object))
    refused(mixed, HELD, r"column 'user' of the recommendations mixes types in 1 of 3 .*1 and '1' in row 1")


def test_dictionaries() -> None:
    refused(RECS, {1: [10], 2: {10: 1}}, "give values for all items or for none")
    refused({1: {10: float("nan"), 11: 0.5}}, HELD, "give values for all items or for none")
    refused({"1": [10]}, {1: [10]}, "user ids are text")
    refused({}, HELD, "no rows")
    refused([1, 2], HELD, "came as list")


@pytest.mark.parametrize("side", ["recommendations", "truth"])
def test_parquet_that_cannot_be_read(side: str, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    good, bad = folder / "a.parquet", folder / "b.parquet"
    table = RECS if side == "recommendations" else HELD
    table.to_parquet(good)
    whole = good.read_bytes()
    damaged = {
        "magic bytes": whole[: len(whole) // 2],
        "is 0 bytes": b"",
        "file 2 of 2": b"user,item\n1,10\n",
        "written only in part": whole[:4] + bytes(len(whole) // 2) + whole[4 + len(whole) // 2 :],
    }
    for message, content in damaged.items():
        bad.write_bytes(content)
        arguments = (folder, HELD) if side == "recommendations" else (RECS, folder)
        refused(*arguments, rf"cannot read .*b\.parquet \({len(content)} bytes, file 2 of 2\).*")
        with pytest.raises(DataError, match=message):
            evaluate(*arguments, ["ndcg@10"])
    table.assign(item=table["item"].astype(str)).to_parquet(bad)
    refused(*arguments, r"column 'item' is (large_)?string in .*b\.parquet and int64 in .*a\.parquet")
    refused(tmp_path / "none.parquet", HELD, "no parquet file")
    refused(RECS, str(tmp_path / "none"), "no parquet file")


def test_a_late_block_says_where_its_rows_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "BATCH_ROWS", 2)
    RECS.assign(score=[0.9, 0.8, np.nan]).to_parquet(tmp_path / "recs.parquet")
    refused(
        tmp_path / "recs.parquet", HELD, r"in rows 2 to 2, counted from there: column 'score' .* in row 0"
    )


@pytest.mark.parametrize(
    ("metrics", "kind", "message"),
    [
        (["recal@10"], UnknownNameError, "unknown metric 'recal', did you mean 'recall'"),
        (["recall@0"], InputError, "whole number above 0, got 'recall@0'"),
        (["recall@-3"], InputError, "whole number above 0, got 'recall@-3'"),
        (["recall"], InputError, "needs a cut-off"),
        (["arp@10"], InputError, "list metric"),
        ("ndcg@10", InputError, "list of labels"),
        ([], InputError, "list of labels"),
    ],
)
def test_bad_labels(metrics: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        evaluate(RECS, HELD, metrics)


def test_bad_option() -> None:
    with pytest.raises(InputError, match="ties must be"):
        evaluate(RECS, HELD, ["ndcg@10"], ties="score")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="on_duplicate must be"):
        evaluate(RECS, HELD, ["ndcg@10"], on_duplicate="last")  # type: ignore[arg-type]
