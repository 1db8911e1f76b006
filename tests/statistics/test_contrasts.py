from __future__ import annotations

import math

import numpy as np
import pytest

from recaudit.statistics.contrasts import (
    deviation_for_pairs,
    hedges_g,
    largest_gap,
    largest_observed,
    logarithms,
    pair_deviation,
    pair_intervals,
    smallest_ratio,
    worst_mean,
)
from recaudit.statistics.group_means import GroupMeans
from recaudit.statistics.intervals import skewed_reach


def means_of(
    mean: list[float],
    se: list[float],
    *,
    sparse: tuple[int, ...] = (),
    n: int = 100,
    star: np.ndarray | None = None,
) -> GroupMeans:
    star = np.array(mean)[:, None] if star is None else star
    return GroupMeans(
        labels=tuple("abcdef"[: len(mean)]),
        n=np.full(len(mean), n),
        mean=np.array(mean),
        se2=np.array(se) ** 2,
        skewness=np.zeros(len(mean)),
        mode=np.zeros(len(mean)),
        differing=np.array([3 if group in sparse else 50 for group in range(len(mean))]),
        constant=False,
        rate=np.zeros(len(mean), dtype=bool),
        values=(),
        star_mean=star,
        star_se2=np.full_like(star, 0.01**2),
    )


def test_gap_of_two_groups_by_hand() -> None:
    means = means_of([0.5, 0.3], [0.03, 0.04])  # SE of the difference 0.05
    gap = largest_gap(means, 2.0, np.zeros(2), np.ones(2))
    assert (gap.value, gap.low, gap.high) == pytest.approx((0.2, 0.1, 0.3))
    assert (gap.larger, gap.smaller) == (0, 1)


def test_gap_names_the_larger_group_first_whatever_the_order() -> None:
    gap = largest_gap(means_of([0.3, 0.5, 0.4], [0.01] * 3), 2.0, np.zeros(3), np.ones(3))
    assert (gap.larger, gap.smaller) == (1, 0)


def test_a_pair_whose_interval_holds_zero_has_low_zero() -> None:
    gap = largest_gap(means_of([0.5, 0.45], [0.03, 0.04]), 2.0, np.zeros(2), np.ones(2))
    assert gap.low == 0
    assert gap.high == pytest.approx(0.15)


def test_gap_bounds_may_come_from_different_pairs() -> None:
    means = means_of([0.5, 0.3, 0.25], [0.0, 0.0, 0.1])
    gap = largest_gap(means, 2.0, np.zeros(3), np.ones(3))
    assert gap.value == pytest.approx(0.25)  # a - c, interval 0.05 to 0.45
    assert gap.low == pytest.approx(0.2)  # a - b, known exactly
    assert gap.high == pytest.approx(0.45)


def test_a_pair_with_a_sparse_group_uses_the_intervals_of_both_means() -> None:
    means = means_of([0.5, 0.0], [0.03, 0.0], sparse=(1,))
    gap = largest_gap(means, 2.0, np.array([0.44, 0.0]), np.array([0.56, 0.1]))
    assert (gap.value, gap.low, gap.high) == pytest.approx((0.5, 0.34, 0.56))


def test_a_group_that_gets_nothing_cannot_hide_in_the_ratio() -> None:
    logs = logarithms(means_of([0.5, 0.0], [0.03, 0.0], sparse=(1,)))
    ratio = smallest_ratio(logs, 2.0, np.array([0.44, 0.0]), np.array([0.56, 0.11]))
    assert ratio.value == 0
    assert ratio.low == 0
    assert ratio.high == pytest.approx(0.25)  # 0.11 / 0.44


def test_two_groups_that_get_nothing_have_no_ratio() -> None:
    logs = logarithms(means_of([0.0, 0.0], [0.0, 0.0], sparse=(0, 1)))
    ratio = smallest_ratio(logs, 2.0, np.zeros(2), np.array([0.1, 0.1]))
    assert math.isnan(ratio.value)
    assert (ratio.low, ratio.high) == (0, 1)


def test_ratio_by_hand() -> None:
    logs = logarithms(means_of([0.5, 0.4], [0.015, 0.016]))  # relative errors 0.03 and 0.04
    ratio = smallest_ratio(logs, 2.0, np.zeros(2), np.ones(2))
    assert ratio.value == pytest.approx(0.8)
    assert ratio.low == pytest.approx(0.8 * math.exp(-0.1))
    assert ratio.high == pytest.approx(0.8 * math.exp(0.1))
    assert (ratio.larger, ratio.smaller) == (0, 1)


def test_ratio_is_the_smallest_over_all_ordered_pairs() -> None:
    mean = [0.5, 0.2, 0.4, 0.33]
    ratio = smallest_ratio(logarithms(means_of(mean, [0.01] * 4)), 2.0, np.zeros(4), np.ones(4))
    assert ratio.value == pytest.approx(min(a / b for a in mean for b in mean))


def test_worst_takes_the_extreme_of_the_bounds() -> None:
    means = means_of([0.5, 0.2, 0.25], [0.01] * 3)
    low, high = np.array([0.4, 0.15, 0.1]), np.array([0.6, 0.3, 0.4])
    lowest = worst_mean(means, low, high, largest=False)
    assert (lowest.value, lowest.low, lowest.high, lowest.larger) == (0.2, 0.1, 0.3, 1)
    highest = worst_mean(means, low, high, largest=True)
    assert (highest.value, highest.low, highest.high, highest.larger) == (0.5, 0.4, 0.6, 0)


def test_hedges_g_by_hand() -> None:
    a, b = np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.0, 1.0, 2.0, 3.0, 4.0, 2.0])
    means = GroupMeans(
        labels=("a", "b"),
        n=np.array([4, 6]),
        mean=np.array([a.mean(), b.mean()]),
        se2=np.array([a.var(ddof=1) / 4, b.var(ddof=1) / 6]),
        skewness=np.zeros(2),
        mode=np.zeros(2),
        differing=np.array([3, 5]),
        constant=False,
        rate=np.zeros(2, dtype=bool),
        values=(),
        star_mean=np.zeros((2, 1)),
        star_se2=np.zeros((2, 1)),
    )
    # Sums of squares 5 and 10, df 8, pooled variance 1.875; J = 1 - 3/31; difference 0.5.
    assert hedges_g(means, 0, 1) == pytest.approx((1 - 3 / 31) * 0.5 / math.sqrt(1.875))
    assert hedges_g(means, 1, 0) == pytest.approx(-(1 - 3 / 31) * 0.5 / math.sqrt(1.875))


def test_hedges_g_of_constant_groups_is_undefined() -> None:
    assert hedges_g(means_of([0.5, 0.4], [0.0, 0.0]), 0, 1) is None


def test_largest_observed_leaves_sparse_groups_out() -> None:
    means = means_of([0.5, 0.3, 0.0], [0.03, 0.04, 0.0], sparse=(2,))
    assert largest_observed(means) == pytest.approx(4.0)


def test_with_a_sparse_group_the_single_means_must_hold_as_well() -> None:
    star = np.array([[0.6], [0.4], [0.0]])  # both regular groups off by 0.1, their difference by nothing
    means = means_of([0.5, 0.3, 0.0], [0.01] * 3, star=star)
    sparse = means_of([0.5, 0.3, 0.0], [0.01] * 3, star=star, sparse=(2,))
    assert pair_deviation(sparse) == pytest.approx([0.0])
    assert deviation_for_pairs(sparse, pair_deviation(sparse)) == pytest.approx([10.0])
    assert deviation_for_pairs(means, pair_deviation(means)) == pytest.approx([0.1 / math.sqrt(2e-4)])


def test_fewer_than_two_regular_groups_have_no_pair() -> None:
    assert pair_deviation(means_of([0.5, 0.0], [0.01, 0.0], sparse=(1,))) is None


def test_the_interval_of_a_difference_is_widened_by_both_skewnesses() -> None:
    from dataclasses import replace

    from scipy.stats import skew

    rng = np.random.default_rng(4)
    one, other = rng.exponential(1.0, 4_000), 0.5 * rng.exponential(1.0, 4_000)
    skewness = np.array([skew(one), skew(other)]) / math.sqrt(4_000)
    errors = [one.std() / math.sqrt(4_000), other.std() / math.sqrt(4_000)]
    means = replace(means_of([one.mean(), other.mean()], errors), skewness=skewness)
    found = pair_intervals(means, 2.0, np.zeros(2), np.ones(2))
    # Units drawn in pairs have differences with the same first three moments.
    expected = skewed_reach(2.0, np.array([skew(one - other)]) / math.sqrt(4_000))
    error = math.hypot(*errors)
    assert expected[0] < 2.0 < expected[1]
    assert (found.difference - found.low) / error == pytest.approx(2.0)
    assert (found.high - found.difference) / error == pytest.approx(expected[1], rel=0.005)
    assert abs(skewness[0]) > 0.02
