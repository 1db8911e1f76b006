from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit.datasets import AuditData, apply_split, audit_data, split_given, split_last, split_random
from recaudit.errors import InputError, UnknownNameError

ROWS = pd.DataFrame(
    {
        "user": ["a", "a", "a", "b", "b", "c"],
        "item": [1, 2, 3, 1, 2, 3],
        "rating": [5, 1, None, 2, 4, 3],
        "time": [30, 10, 20, 7, 7, 1],
    }
)


def pairs(frame: pd.DataFrame) -> list[tuple[str, int]]:
    return sorted(zip(frame["user"].tolist(), frame["item"].tolist(), strict=True))


def test_last_goes_by_time_and_equal_times_by_row() -> None:
    data = split_last(audit_data(ROWS), 1)
    assert pairs(data.truth) == [("a", 1), ("b", 2)]
    assert data.histories() == {"a": (2, 3), "b": (1,), "c": (3,)}
    assert data.split == "last 1 interactions of each user by time"
    assert data.truth.columns.tolist() == ["user", "item", "rating", "grade"]


def test_last_without_times_goes_by_row_and_says_so() -> None:
    data = split_last(audit_data(ROWS.drop(columns=["time", "rating"])), 2)
    assert pairs(data.truth) == [("a", 2), ("a", 3)]
    assert data.split == "last 2 interactions of each user by row order, as there are no times"


def test_relevance_follows_the_rating_and_unrated_rows_are_counted() -> None:
    data = split_last(audit_data(ROWS), 2, relevant_from=5)
    assert dict(zip(data.truth["item"], data.truth["grade"], strict=True)) == {1: 1.0, 3: 0.0}
    assert data.split.endswith(
        "relevant from rating 5, 1 held-out rows without a rating count as not relevant"
    )


def test_random_is_repeatable_and_depends_on_the_seed() -> None:
    rows = pd.DataFrame({"user": np.repeat(np.arange(30), 10), "item": np.tile(np.arange(10), 30)})
    data = audit_data(rows)
    first = split_random(data, 3, rng=1)
    assert first.digest == split_random(data, 3, rng=np.random.default_rng(1)).digest
    assert first.digest == apply_split(data, method="random", n=3, seed=1).digest
    assert first.digest != split_random(data, 3, rng=2).digest
    assert first.truth["user"].value_counts().eq(3).all()


def test_random_holds_every_item_out_equally_often() -> None:
    rows = pd.DataFrame({"user": np.repeat(np.arange(4000), 5), "item": np.tile(np.arange(5), 4000)})
    held = split_random(audit_data(rows), 2, rng=3).truth["item"].value_counts()
    assert len(held) == 5
    assert abs(held - 1600).max() < 5 * np.sqrt(4000 * 0.4 * 0.6)


def test_given_takes_the_truth_as_it_is_or_grades_it() -> None:
    truth = pd.DataFrame({"user": ["a", "b"], "item": [4, 4], "grade": [0, 2], "rating": [5, 1]})
    data = audit_data(ROWS, truth=truth)
    assert split_given(data).truth["grade"].tolist() == [0, 2]
    assert split_given(data).split == "as given with the data"
    graded = apply_split(data, method="given", relevant_from=4)
    assert graded.truth["grade"].tolist() == [1, 0]
    assert len(graded.interactions) == len(data.interactions)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "last", "n": 3}, r"no user has more than 3 interactions \(the most is 3\)"),
        ({"method": "random", "n": 0}, "n = 0 interactions cannot be held out"),
        ({"method": "given"}, "needs a truth table, and there is none"),
        (
            {"method": "last", "n": 1, "relevant_from": 5.5},
            "no held-out rating reaches .* = 5.5, the highest is 5",
        ),
    ],
)
def test_a_split_that_cannot_be_made_says_why(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        apply_split(audit_data(ROWS), **options)


def test_relevance_needs_ratings() -> None:
    for rows in (ROWS.drop(columns="rating"), ROWS.assign(rating=np.nan)):
        with pytest.raises(InputError, match="relevant_from needs held-out ratings"):
            split_last(audit_data(rows), 1, relevant_from=4)


def test_truth_is_held_out_once() -> None:
    with pytest.raises(InputError, match='come with held-out truth; use split method "given"'):
        split_last(split_last(audit_data(ROWS), 1), 1)


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="unknown split method 'lasst', did you mean 'last'"):
        apply_split(audit_data(ROWS), method="lasst")  # type: ignore[arg-type]


tables = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 9), st.integers(0, 3)),
    min_size=2,
    unique_by=lambda row: row[:2],
)


@given(rows=tables, n=st.integers(1, 3), method=st.sampled_from(["last", "random"]), timed=st.booleans())
def test_rows_are_moved_and_never_copied_or_lost(rows: Any, n: int, method: Any, *, timed: bool) -> None:
    frame = pd.DataFrame(rows, columns=["user", "item", "time"])
    data = audit_data(frame if timed else frame.drop(columns="time"))
    sizes = frame["user"].value_counts()
    if (sizes <= n).all():
        with pytest.raises(InputError, match="lower n"):
            apply_split(data, method=method, n=n)
        return
    after: AuditData = apply_split(data, method=method, n=n)
    assert sorted(pairs(after.interactions) + pairs(after.truth)) == pairs(frame)
    held = after.truth["user"].value_counts()
    assert held.to_dict() == {user: n for user, size in sizes.items() if size > n}
    assert set(after.interactions["user"]) == set(frame["user"])
    if timed and method == "last":
        when = frame.set_index(["user", "item"])["time"].to_dict()
        for user in held.index:
            trained = [when[pair] for pair in pairs(after.interactions) if pair[0] == user]
            assert max(trained) <= min(when[pair] for pair in pairs(after.truth) if pair[0] == user)
