from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from recaudit.datasets import AuditData, audit_data
from recaudit.errors import DataError, UnknownNameError

ROWS = pd.DataFrame(
    {"user": [7, 7, 9], "item": [30, 10, 10], "rating": [4, 2, None], "time": [200, 100, 300]}
)
PEOPLE = pd.DataFrame({"user": [7, 8, 9], "gender": ["F", None, "M"], "club": [None, None, None]})
BOOKS = pd.DataFrame({"item": [10, 20, 30], "groups": ["a|b", "", "b"], "year": [1999, None, 2001]})


def make(rows: pd.DataFrame = ROWS, people: pd.DataFrame = PEOPLE, books: pd.DataFrame = BOOKS) -> AuditData:
    return audit_data(rows, users=people, items=books, name="small")


def test_groups_keep_unknown_values_and_users_without_interactions() -> None:
    groups = make().groups_of("gender")
    assert groups.index.tolist() == [7, 8, 9]
    assert groups.dropna().to_dict() == {7: "F", 9: "M"}


def test_an_unknown_attribute_names_what_was_probably_meant() -> None:
    with pytest.raises(UnknownNameError, match="unknown user attribute 'gendre', did you mean 'gender'"):
        make().groups_of("gendre")


def test_an_attribute_that_nobody_has_is_an_error() -> None:
    with pytest.raises(DataError, match="'club' of small is missing for all 3 users"):
        make().groups_of("club")


def test_histories_are_oldest_first_and_leave_out_users_without_any() -> None:
    assert make().histories() == {7: (10, 30), 9: (10,)}


def test_digest_ignores_number_widths_and_column_order() -> None:
    narrow = ROWS.assign(
        user=ROWS["user"].astype("int16"),
        rating=ROWS["rating"].astype("Int8"),
        time=ROWS["time"].astype("int32"),
    )
    assert make(narrow[["time", "item", "rating", "user"]]).digest == make().digest
    data = make()
    as_float32 = replace(data, interactions=data.interactions.astype({"rating": "float32", "item": "int32"}))
    assert as_float32.digest == data.digest


@pytest.mark.parametrize(
    "changed",
    [
        make(ROWS.assign(rating=[4, 3, None])),
        make(ROWS.assign(item=[30, 10, 20])),
        make(people=PEOPLE.assign(gender=["F", "M", None])),
        make(people=PEOPLE.assign(gender=["F", "None", "M"])),
        make(books=BOOKS.assign(groups=["a, b", "", "b"])),
        make(books=BOOKS.assign(year=[1999, 2000, 2001])),
        audit_data(ROWS, users=PEOPLE, items=BOOKS, truth=pd.DataFrame({"user": [7], "item": [20]})),
    ],
)
def test_digest_sees_every_change_of_content(changed: AuditData) -> None:
    assert changed.digest != make().digest


def test_digest_tells_number_ids_from_text_ids() -> None:
    text = {name: ROWS[name].astype("str") for name in ("user", "item")}
    assert audit_data(ROWS.assign(**text)).digest != audit_data(ROWS).digest


def test_digest_does_not_depend_on_the_bits_of_nan_or_the_sign_of_zero() -> None:
    data = make()
    odd_nan = np.array([0x7FF8000000000001], dtype=np.uint64).view(np.float64)[0]
    with_zero = replace(data, interactions=data.interactions.assign(rating=[0.0, np.nan, 1.0]))
    same = replace(data, interactions=data.interactions.assign(rating=[-0.0, odd_nan, 1.0]))
    assert with_zero.digest == same.digest
