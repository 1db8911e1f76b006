from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from recaudit.datasets.columns import group_names, labels, numbers, seconds
from recaudit.errors import DataError

MOMENTS = pd.DatetimeIndex(["1970-01-02 00:00", "1970-01-02 01:00"])


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([86_400, 90_000]),
        pd.Series(["1970-01-02", "1970-01-02T01:00:00"]),
        pd.Series(["1970-01-02T00:00:00Z", "1970-01-02T02:00:00+01:00"]),
        pd.Series(MOMENTS),
        pd.Series(MOMENTS.as_unit("ns")),
        pd.Series(MOMENTS.tz_localize("UTC").tz_convert("Asia/Tokyo")),
        pd.Series([dt.datetime(1970, 1, 2), dt.datetime(1970, 1, 2, 1)], dtype=object),
    ],
)
def test_every_form_of_time_becomes_seconds(column: pd.Series) -> None:
    assert seconds(column).tolist() == [86_400, 90_000]


def test_text_that_is_no_time_is_missing_so_that_it_can_be_reported() -> None:
    column = pd.Series(["1970-01-02", "yesterday"])
    with pytest.raises(
        DataError, match="1 values of 'time' are not finite numbers, the first is 'yesterday' in row 2"
    ):
        numbers(seconds(column), column, "time", "interactions", may_be_missing=False)


@pytest.mark.parametrize("bad", [np.inf, -np.inf, "many"])
def test_numbers_refuse_what_is_not_finite(bad: object) -> None:
    column = pd.Series([1.0, bad], dtype=object)
    with pytest.raises(DataError, match="correct or drop these rows"):
        numbers(column, column, "rating", "interactions", may_be_missing=True)


def test_a_missing_number_is_nan_only_where_it_may_be() -> None:
    column = pd.Series([1, None], dtype="Int8")
    assert np.isnan(numbers(column, column, "rating", "truth", may_be_missing=True)[1])
    with pytest.raises(DataError, match="in row 2"):
        numbers(column, column, "grade", "truth", may_be_missing=False)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pd.Series([1, 56]), ["1", "56"]),
        (pd.Series([1.0, None]), ["1", None]),
        (pd.Series([0.5, 2.0]), ["0.5", "2.0"]),
        (pd.Series([" F", "", "  ", None]), ["F", None, None, None]),
        (pd.Series([True, False]), ["True", "False"]),
        (pd.Series(["a", None], dtype="category"), ["a", None]),
        (pd.Series(["NA", "none"]), ["NA", "none"]),
    ],
)
def test_labels_are_text_or_missing(column: pd.Series, expected: list[str | None]) -> None:
    found = labels(column)
    assert [None if pd.isna(value) else value for value in found] == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Drama", ("Drama",)),
        (" a | b ||a", ("a", "b")),
        (["x|y", None, "z"], ("x|y", "z")),
        (np.array(["p", "p"]), ("p",)),
        (None, ()),
        (np.nan, ()),
        ("", ()),
        (3, ("3",)),
    ],
)
def test_groups_from_text_and_lists(value: object, expected: tuple[str, ...]) -> None:
    assert group_names(value) == expected
