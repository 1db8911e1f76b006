from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recaudit.errors import DataError
from recaudit.statistics import group_table


def rows(**metrics: list[float]) -> pd.DataFrame:
    return pd.concat(
        [
            pd.DataFrame({"unit": range(len(values)), "metric": metric, "value": values})
            for metric, values in metrics.items()
        ],
        ignore_index=True,
    )


GROUPS = pd.Series(["F", "F", "M", "M", "M", "X", None])


def test_table_by_hand() -> None:
    table = group_table(
        rows(m=[0.2, 0.4, 0.5, 0.6, 0.7, 0.0, 1.0]), GROUPS, attribute="gender", metrics=["m"], min_group=2
    )
    assert (table.attribute, table.metrics, table.min_group) == ("gender", ("m",), 2)
    assert table.groups == ("M", "F", "X")
    assert table.counts == (3, 2, 1)
    assert [row[0] for row in table.values] == pytest.approx([0.6, 0.3, 0.0])
    assert table.overall[0] == pytest.approx(3.4 / 7)  # the unit without a group counts
    assert table.difference[0] == pytest.approx(0.3)  # X is shown, not compared
    assert table.ratio[0] == pytest.approx(0.5)


def test_undefined_values_leave_one_metric_and_not_the_others() -> None:
    nan = float("nan")
    table = group_table(
        rows(a=[nan, nan, 0.5, 0.6, nan, nan, nan], b=[0.2, 0.4, 0.5, 0.6, 0.7, 0.1, 0.1]),
        GROUPS,
        attribute="gender",
        metrics=["b", "a"],
        min_group=2,
    )
    by_group = dict(zip(table.groups, table.values, strict=True))
    assert by_group["F"] == (pytest.approx(0.3), None)
    assert by_group["M"] == (pytest.approx(0.6), pytest.approx(0.55))
    assert table.difference[1] is None
    assert table.ratio[1] is None
    assert table.overall[1] == pytest.approx(0.55)


def test_a_group_below_the_minimum_in_one_metric_is_not_compared_in_it() -> None:
    table = group_table(
        rows(m=[0.2, float("nan"), 0.5, 0.6, 0.7, 0.0, 1.0]),
        GROUPS,
        attribute="gender",
        metrics=["m"],
        min_group=2,
    )
    assert dict(zip(table.groups, table.values, strict=True))["F"] == (0.2,)
    assert table.difference == (None,)


@pytest.mark.parametrize("values", [[-0.1, 0.0, 0.5, 0.6, 0.7, 0.0, 1.0], [0.0] * 7])
def test_no_ratio_of_negative_or_only_zero_means(values: list[float]) -> None:
    table = group_table(rows(m=values), GROUPS, attribute="gender", metrics=["m"], min_group=2)
    assert table.ratio == (None,)
    assert table.difference[0] is not None


def test_a_group_of_zeros_has_the_ratio_zero() -> None:
    table = group_table(
        rows(m=[0.0, 0.0, 0.5, 0.6, 0.7, 0.0, 1.0]), GROUPS, attribute="gender", metrics=["m"], min_group=2
    )
    assert table.ratio == (0.0,)


def test_nobody_has_a_group() -> None:
    table = group_table(
        rows(m=[0.5, 0.7]), pd.Series([None, None], dtype=object), attribute="gender", metrics=["m"]
    )
    assert (table.groups, table.counts, table.values) == ((), (), ())
    assert (table.overall, table.difference, table.ratio) == ((pytest.approx(0.6),), (None,), (None,))


def test_replicates_count_once() -> None:
    repeated = pd.DataFrame({"unit": [0, 0, 1], "metric": "m", "value": [0.0, 1.0, 1.0]})
    table = group_table(repeated, pd.Series(["F", "F"]), attribute="gender", metrics=["m"], min_group=1)
    assert table.counts == (2,)
    assert table.overall == (pytest.approx(0.75),)


def test_equals_fairlearn_on_complete_data() -> None:
    from fairlearn.metrics import MetricFrame, mean_prediction

    rng = np.random.default_rng(0)
    values, groups = rng.random(500), rng.choice(["a", "b", "c"], 500)
    table = group_table(rows(m=values.tolist()), pd.Series(groups), attribute="g", metrics=["m"])
    frame = MetricFrame(metrics=mean_prediction, y_true=values, y_pred=values, sensitive_features=groups)
    assert {group: row[0] for group, row in zip(table.groups, table.values, strict=True)} == pytest.approx(
        frame.by_group.to_dict()
    )
    assert table.difference[0] == pytest.approx(frame.difference())
    assert table.ratio[0] == pytest.approx(frame.ratio())


def test_units_that_do_not_match_are_an_error() -> None:
    with pytest.raises(DataError, match="use the same ids"):
        group_table(rows(m=[0.5]), pd.Series(["F"], index=["u1"]), attribute="gender", metrics=["m"])


def test_shrunk_means_stand_beside_the_observed_ones() -> None:
    from recaudit.statistics.shrinkage import shrunk_means

    values = [0.2, 0.4, 0.5, 0.6, 0.7, 0.0, 1.0]
    plain, shrunk = (
        group_table(rows(m=values), GROUPS, attribute="g", metrics=["m"], shrink=shrink)
        for shrink in (False, True)
    )
    assert plain.shrunk == ()
    assert shrunk.values == plain.values
    expected = shrunk_means([np.array(values[2:5]), np.array(values[:2]), np.array(values[5:6])])
    assert [row[0] for row in shrunk.shrunk] == pytest.approx(expected)
