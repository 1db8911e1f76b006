from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu, rankdata

from recaudit.statistics.ordinal import cliffs_delta, rank_biserial

TIED = st.lists(st.integers(0, 5), min_size=1, max_size=30).map(lambda values: np.array(values, dtype=float))


@given(TIED, TIED)
def test_cliffs_delta_is_mann_and_whitneys_u_on_another_scale(first: np.ndarray, second: np.ndarray) -> None:
    u = mannwhitneyu(first, second, method="asymptotic").statistic if len({*first, *second}) > 1 else None
    expected = 0.0 if u is None else 2 * u / (len(first) * len(second)) - 1
    assert cliffs_delta(first, second) == pytest.approx(expected)
    assert cliffs_delta(second, first) == pytest.approx(-cliffs_delta(first, second))


@given(TIED.map(lambda values: values - 2))
def test_rank_biserial_is_wilcoxons_statistic_on_another_scale(differences: np.ndarray) -> None:
    moved = differences[differences != 0]
    found = rank_biserial(differences)
    if not len(moved):
        assert found is None
        return
    ranks = rankdata(np.abs(moved))
    assert found == pytest.approx((ranks[moved > 0].sum() - ranks[moved < 0].sum()) / ranks.sum())


def test_separated_groups_and_one_sided_changes_are_one() -> None:
    assert cliffs_delta(np.array([3.0, 4.0]), np.array([1.0, 2.0])) == 1.0
    assert rank_biserial(np.array([0.1, 0.2])) == 1.0


def test_float_noise_is_a_tie() -> None:
    assert cliffs_delta(np.array([0.1 + 0.2]), np.array([0.3])) == 0.0
    assert rank_biserial(np.array([1e-17, 0.0])) is None
