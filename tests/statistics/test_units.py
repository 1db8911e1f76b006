from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit.errors import DataError
from recaudit.statistics.units import everyone, partition, sorted_units, unit_values


def rows(*cells: tuple[object, str, float]) -> pd.DataFrame:
    return pd.DataFrame(cells, columns=["unit", "metric", "value"])


def test_replicates_and_arms_are_averaged_within_the_unit() -> None:
    found = unit_values(rows((2, "m", 0.2), (1, "m", 1.0), (2, "m", 0.6)), ["m"])
    assert list(found.units) == [1, 2]
    assert found.values[:, 0] == pytest.approx([1.0, 0.4])


def test_an_undefined_replicate_leaves_the_defined_ones() -> None:
    found = unit_values(rows((1, "m", np.nan), (1, "m", 0.5), (2, "m", np.nan)), ["m"])
    assert found.values[0, 0] == 0.5
    assert np.isnan(found.values[1, 0])
    assert found.asked[:, 0].all()


def test_a_unit_without_a_row_for_a_metric_was_not_asked() -> None:
    found = unit_values(rows((1, "m", 0.5), (2, "other", 0.5)), ["m", "other"])
    assert found.asked.tolist() == [[True, False], [False, True]]
    assert np.isnan(found.values[0, 1])


@given(st.permutations(list(range(12))))
def test_order_of_rows_changes_nothing(order: list[int]) -> None:
    table = rows(*[(unit % 4, "m", 0.1 * unit + 1e-9 / (unit + 1)) for unit in range(12)])
    expected = unit_values(table, ["m"]).values
    assert np.array_equal(unit_values(table.iloc[order], ["m"]).values, expected)


def test_numbers_sort_before_text_when_units_mix() -> None:
    assert list(sorted_units(["b", 10], [9, "a"])) == [9, 10, "a", "b"]


def test_text_units_sort_as_text() -> None:
    assert list(sorted_units(pd.Series(["u2", "u10"]).unique())) == ["u10", "u2"]


def test_a_missing_column_is_named() -> None:
    with pytest.raises(DataError, match="no column value; they have unit, metric and need"):
        unit_values(pd.DataFrame({"unit": [1], "metric": ["m"]}), ["m"])


def test_an_infinite_value_is_refused() -> None:
    with pytest.raises(DataError, match="ndcg has an infinite value"):
        unit_values(rows((1, "m", 0.5), (1, "ndcg", np.inf)), ["m", "ndcg"])


def test_groups_come_largest_first_and_equal_ones_by_name() -> None:
    table = pd.DataFrame({"g": ["z", "b", "a", "z", None, "z", "a", "b"]})
    part = partition(table, "g", pd.Index(range(9)))
    assert part.labels == ("z", "a", "b")
    assert [members.tolist() for members in part.members] == [[0, 3, 5], [2, 6], [1, 7]]
    assert part.missing.tolist() == [4, 8]


def test_groups_are_matched_by_unit_id_and_not_by_position() -> None:
    table = pd.DataFrame({"g": ["a", "b"]}, index=["u2", "u1"])
    part = partition(table, "g", pd.Index(["u1", "u2"]))
    assert {label: members.tolist() for label, members in zip(part.labels, part.members, strict=True)} == {
        "a": [1],
        "b": [0],
    }


def test_an_unknown_attribute_gets_near_matches() -> None:
    with pytest.raises(DataError, match="no attribute 'gendr', did you mean 'gender'"):
        partition(pd.DataFrame({"gender": ["F"]}), "gendr", pd.Index([0]))


def test_a_unit_with_two_rows_is_refused() -> None:
    with pytest.raises(DataError, match="unit 7 has two rows"):
        partition(pd.DataFrame({"g": ["a", "b"]}, index=[7, 7]), "g", pd.Index([7]))


@pytest.mark.parametrize(
    ("index", "message"), [(["1", "2"], "look like 1, the table's like '1'"), ([], "has no rows")]
)
def test_disjoint_ids_are_an_error_and_not_all_missing(index: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        partition(pd.DataFrame({"g": ["a"] * len(index)}, index=index), "g", pd.Index([1, 2]))


def test_everyone_is_one_group() -> None:
    part = everyone(3)
    assert part.attribute is None
    assert part.members[0].tolist() == [0, 1, 2]
    assert not len(part.missing)
