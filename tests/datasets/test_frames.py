from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from recaudit.datasets import read_frame
from recaudit.errors import DataError


def read(source: Any, **options: Any) -> pd.DataFrame:
    return read_frame(source, required=("user", "item"), what="interactions", **options)


def write(folder: Path, text: str, name: str = "rows.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


FRAME = pd.DataFrame({"user": ["a", "b"], "item": [1, 2], "rating": [3.5, 4.0]})


def test_every_kind_of_source_gives_the_same_frame(tmp_path: Path) -> None:
    FRAME.to_csv(tmp_path / "rows.csv", index=False)
    FRAME.to_csv(tmp_path / "rows.TSV", index=False, sep="\t")
    FRAME.to_parquet(tmp_path / "rows.parquet")
    sources = [
        FRAME,
        FRAME.convert_dtypes(),
        FRAME.set_index("user"),
        FRAME.set_index(["user", "item"]),
        FRAME.astype({"user": "category", "item": "category"}),
        FRAME.astype({"item": object}),
        FRAME.astype({"item": float}),
        pl.from_pandas(FRAME),
        pa.Table.from_pandas(FRAME),
        str(tmp_path / "rows.csv"),
        tmp_path / "rows.TSV",
        tmp_path / "rows.parquet",
    ]
    for source in sources:
        pd.testing.assert_frame_equal(read(source)[list(FRAME)], FRAME, check_dtype=False)
        assert read(source)["item"].dtype == np.int64


def test_the_source_is_left_as_it_was() -> None:
    source = FRAME.rename(columns={"user": "user_id"})
    frame = read(source)
    frame["item"] = 0
    assert source.columns.tolist() == ["user_id", "item", "rating"]
    assert source["item"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (["1", "-2"], [1, -2]),
        (["1.0", "22.0"], [1, 22]),
        (["034545104X", "1"], ["034545104X", "1"]),
        (["0155061224", "1155061224"], ["0155061224", "1155061224"]),
        (["1e5", "2"], ["1e5", "2"]),
        (["1.5", "2"], ["1.5", "2"]),
        (["NA", "None"], ["NA", "None"]),
        (["123456789012345678901", "1"], ["123456789012345678901", "1"]),
    ],
)
def test_ids_of_a_text_file_are_numbers_only_if_all_are_whole(
    tmp_path: Path, ids: list[str], expected: list[object]
) -> None:
    path = write(tmp_path, "".join(f"{line}\n" for line in ["user,item", *(f"a,{name}" for name in ids)]))
    assert read(path)["item"].tolist() == expected
    assert read(path, text_ids=["item"])["item"].tolist() == ids


def test_other_columns_of_a_text_file_are_numbers_if_all_known_values_are(tmp_path: Path) -> None:
    path = write(tmp_path, "user,item,score,zip,note\na,1,1e-05,01234,NaN\na,2,,90210,3\n")
    frame = read(path)
    assert frame["score"].tolist()[0] == 1e-05
    assert np.isnan(frame["score"].tolist()[1])
    assert frame["zip"].tolist() == ["01234", "90210"]
    assert frame["note"].tolist() == ["NaN", "3"]


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes("\ufeffuser,item\na,1\n".encode())
    assert read(path)["user"].tolist() == ["a"]


def test_columns_are_renamed_by_mapping_and_alias() -> None:
    source = pd.DataFrame({"customer": [5], "item_id": ["x"], "stars": [3]})
    frame = read(source, columns={"user": "customer", "rating": "stars", "time": "when"})
    assert frame.columns.tolist() == ["user", "item", "rating"]


def test_an_alias_gives_way_to_the_name_itself() -> None:
    frame = read(FRAME.assign(user_id=[8, 9]))
    assert frame["user"].tolist() == ["a", "b"]
    assert frame["user_id"].tolist() == [8, 9]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (FRAME.rename(columns={"user": "userId"}), "no column 'user', did you mean 'userId'"),
        (
            FRAME.rename(columns={"user": "customer"}),
            "its columns are customer, item, rating; .* columns = { user =",
        ),
        (FRAME.iloc[:0], "the interactions table has no rows"),
        (FRAME.assign(item=[1, None]), "1 rows have no item id, the first is row 2"),
        (FRAME.assign(user=["", "b"]), "1 rows have no user id, the first is row 1"),
        (FRAME.assign(item=[1.0, 2.5]), "decimal numbers such as 2.5"),
        (FRAME.assign(item=[1.0, np.inf]), "decimal numbers such as inf"),
        (FRAME.assign(item=pd.Series([1, "2"], dtype=object)), "of type int and str, such as 1, '2'"),
        (FRAME.assign(item=[True, False]), "of type bool"),
        (FRAME.assign(item=pd.to_datetime(["2020-01-01", "2020-01-02"])), "of type Timestamp"),
        (FRAME.assign(item=np.array([1, 2**63], dtype=np.uint64)), "such as 9223372036854775808 do not fit"),
        (pd.DataFrame([["a", "b", 1]], columns=["user", "user", "item"]), "more than one column 'user'"),
        ([("a", 1)], "is a list; give a path"),
        (pl.LazyFrame({"user": [1]}), "is a LazyFrame; .*collect a lazy one first"),
    ],
)
def test_unusable_tables_say_what_came_and_what_to_do(source: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(source)


def test_a_mapping_onto_a_column_that_exists_is_ambiguous() -> None:
    with pytest.raises(DataError, match="a column 'user' and a column 'customer' that is mapped to it"):
        read(FRAME.assign(customer=["x", "y"]), columns={"user": "customer"})


def test_a_missing_file_names_its_near_neighbour(tmp_path: Path) -> None:
    write(tmp_path, "user,item\na,1\n", "ratings.csv")
    with pytest.raises(
        DataError, match=r"no interactions file at .*rating\.csv, did you mean 'ratings\.csv'"
    ):
        read(tmp_path / "rating.csv")
    with pytest.raises(DataError, match="give an existing file"):
        read(tmp_path / "nowhere" / "rating.csv")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("rows.xlsx", b"PK", "ends in '.xlsx'; give a .csv, .tsv or .parquet file"),
        ("rows.csv", b"", "cannot be read as csv: No columns"),
        ("rows.csv", b"user,item\n\xff\xfe,1\n", "cannot be read as csv: .*utf-8"),
        ("rows.csv", b"user,item\na,1\nb,2,3,4\n", "cannot be read as csv: .*line 3"),
        ("rows.csv", b"user,item\na,1,5\nb,2,6\n", "more fields than the header names"),
        ("rows.csv", b'user,item\n"a,1\n', "cannot be read as csv"),
        ("rows.csv", b"user,item\n", "has no rows"),
        ("rows.parquet", b"PAR1 but not really", "cannot be read as parquet"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        read(tmp_path / name)
