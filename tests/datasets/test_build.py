from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit.datasets import audit_data
from recaudit.errors import DataError

ROWS = pd.DataFrame({"user": [1, 1, 2], "item": ["a", "b", "b"], "rating": [5, 3, 1], "time": [30, 10, 20]})
PEOPLE = pd.DataFrame({"user": [2, 1, 3], "gender": ["M", "F", None], "age": [30.0, None, 40.0]})
FILMS = pd.DataFrame(
    {"item": ["b", "a"], "title": ["B", None], "groups": ["x|y", None], "year": [1990, None]}
)
TRUTH = pd.DataFrame({"user": [2], "item": ["a"], "rating": [4]})


def test_tables_take_the_documented_form() -> None:
    data = audit_data(ROWS, users=PEOPLE, items=FILMS, truth=TRUTH, name="n", source="s", licence="l")
    assert (data.name, data.source, data.licence, data.split) == ("n", "s", "l", "")
    assert data.users.index.tolist() == [2, 1, 3]
    assert data.attributes == ["gender", "age"]
    assert data.users["age"].dropna().tolist() == ["30", "40"]
    assert data.items.index.name == "item"
    assert data.items["title"].tolist() == ["B", "a"]
    assert data.items["groups"].tolist() == [("x", "y"), ()]
    assert data.items["year"].tolist()[0] == 1990
    assert np.isnan(data.items["year"].tolist()[1])
    assert data.interactions["time"].tolist() == [10, 20, 30]
    assert data.truth.to_dict("records") == [{"user": 2, "item": "a", "rating": 4.0, "grade": 1.0}]


def test_without_tables_of_users_and_items_they_come_from_interactions_and_truth() -> None:
    data = audit_data(ROWS, truth=pd.DataFrame({"user": [1, 9], "item": ["c", "a"], "grade": [0, 2]}))
    assert data.users.index.tolist() == [1, 2, 9]
    assert data.attributes == []
    assert data.items.index.tolist() == ["a", "b", "c"]
    assert data.items["title"].tolist() == ["a", "b", "c"]
    assert data.items["groups"].tolist() == [(), (), ()]
    assert data.truth["grade"].tolist() == [0, 2]


def test_its_own_tables_make_the_same_data_again() -> None:
    data = audit_data(ROWS, users=PEOPLE, items=FILMS, truth=TRUTH)
    again = audit_data(data.interactions, users=data.users, items=data.items, truth=data.truth)
    assert again.digest == data.digest


def test_files_and_polars_frames_make_the_same_data(tmp_path: Path) -> None:
    tables = {"interactions": ROWS, "users": PEOPLE, "items": FILMS, "truth": TRUTH}
    for name, table in tables.items():
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    files = {name: tmp_path / f"{name}.csv" for name in tables}
    lists = FILMS.assign(groups=[["x", "y"], []])
    polars = {
        **{name: pl.from_pandas(table) for name, table in tables.items()},
        "items": pl.from_pandas(lists),
    }
    expected = audit_data(**tables).digest  # type: ignore[arg-type]
    assert audit_data(**files).digest == expected  # type: ignore[arg-type]
    assert audit_data(**polars).digest == expected  # type: ignore[arg-type]


def test_rows_without_times_keep_their_order() -> None:
    data = audit_data(ROWS.drop(columns="time"))
    assert data.histories() == {1: ("a", "b"), 2: ("b",)}


def test_interactions_have_no_grade_and_the_truth_no_time() -> None:
    data = audit_data(ROWS.assign(grade=1, extra="e"), truth=TRUTH.assign(time=5))
    assert data.interactions.columns.tolist() == ["user", "item", "rating", "time"]
    assert data.truth.columns.tolist() == ["user", "item", "rating", "grade"]


def test_ids_of_one_file_stay_text_where_another_file_needs_text(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("user,item\n1,1155061224\n", encoding="utf-8")
    (tmp_path / "books.csv").write_text("item,title\n1155061224,A\n034545104X,B\n", encoding="utf-8")
    data = audit_data(tmp_path / "rows.csv", items=tmp_path / "books.csv")
    assert data.interactions["item"].tolist() == ["1155061224"]
    assert data.users.index.tolist() == [1]


def test_columns_are_mapped_in_every_table_that_has_them() -> None:
    data = audit_data(
        ROWS.rename(columns={"user": "who", "time": "when"}),
        users=PEOPLE.rename(columns={"user": "who", "gender": "sex"}),
        columns={"user": "who", "time": "when", "gender": "sex"},
    )
    assert data.attributes == ["gender", "age"]
    assert data.interactions["time"].tolist() == [10, 20, 30]


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        (
            {"interactions": pd.concat([ROWS, ROWS[1:]])},
            r"2 rows repeat a user and item, .* row 4 \(user 1, item 'b'\)",
        ),
        ({"interactions": ROWS.assign(rating=[5, np.inf, 1])}, "1 values of 'rating' .* is inf in row 2"),
        ({"interactions": ROWS.assign(time=[5, None, 1])}, "1 values of 'time' .* in row 2"),
        ({"truth": TRUTH.assign(grade=-1)}, "truth: 1 grades are below 0, such as -1 in row 1"),
        ({"truth": TRUTH.assign(grade=np.nan)}, "truth: 1 values of 'grade'"),
        (
            {"truth": TRUTH.assign(item="b")},
            "1 rows are in the interactions and in the truth, .* user 2, item 'b'",
        ),
        (
            {"truth": TRUTH.assign(user=3)},
            "no user of the truth .*: the truth has 3, the interactions have 1, 2",
        ),
        (
            {"truth": TRUTH.assign(item="zz")},
            "truth: 1 item ids are not .* such as 'zz'; that table has 'b', 'a'",
        ),
        (
            {"users": PEOPLE[:1]},
            "interactions: 1 user ids are not in the users table, such as 1; that table has 2",
        ),
        ({"users": pd.concat([PEOPLE, PEOPLE[:1]])}, "users: 1 rows repeat a user, such as 2"),
        ({"items": pd.concat([FILMS, FILMS])}, "items: 2 rows repeat a item, such as 'b'"),
        ({"items": FILMS.assign(year=["1990", "199x"])}, "items: 1 values of 'year' .* '199x' in row 2"),
        (
            {"users": PEOPLE.assign(user=["2", "1", "3"])},
            r"user ids are text in users \('2', '1', '3'\) but whole numbers in interactions \(1, 1, 2\)",
        ),
        (
            {"items": None, "truth": TRUTH.assign(item=1)},
            "text in interactions .* but whole numbers in truth",
        ),
        (
            {"columns": {"rating": "starz"}, "interactions": ROWS.rename(columns={"rating": "stars"})},
            "maps 'rating' to 'starz', and no table has a column 'starz', did you mean 'stars'",
        ),
        ({"users": PEOPLE.drop(columns="user")}, "the users table has no column 'user'"),
    ],
)
def test_what_cannot_be_audited_is_refused_with_an_example(tables: dict[str, Any], message: str) -> None:
    given_tables = {"interactions": ROWS, "users": PEOPLE, "items": FILMS, **tables}
    with pytest.raises(DataError, match=message):
        audit_data(**given_tables)


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 3)),
        min_size=1,
        unique_by=lambda r: r[:2],
    )
)
def test_every_row_is_kept_and_histories_follow_time(rows: list[tuple[int, int, int]]) -> None:
    data = audit_data(pd.DataFrame(rows, columns=["user", "item", "time"]))
    histories = data.histories()
    assert sorted((user, item) for user, items in histories.items() for item in items) == sorted(
        r[:2] for r in rows
    )
    when = {row[:2]: row[2] for row in rows}
    for user, items in histories.items():
        times = [when[user, item] for item in items]  # type: ignore[index]
        assert times == sorted(times)
