from __future__ import annotations

import numpy as np
import pytest

from recaudit.statistics.group_means import (
    GroupMeans,
    group_means,
    largest_mean_deviation,
    mean_intervals,
    own_intervals,
)


def means_of(*values: np.ndarray, resamples: int = 400, seed: int = 0) -> GroupMeans:
    """Groups resampled on their own."""
    rng = np.random.default_rng(seed)
    star = np.empty((2, len(values), resamples))
    for group, own in enumerate(values):
        drawn = rng.choice(own, size=(resamples, len(own)))
        star[:, group] = drawn.mean(axis=1), drawn.var(axis=1, ddof=1) / len(own)
    return group_means([f"g{group}" for group in range(len(values))], values, *star)


SPREAD = np.linspace(0.1, 0.9, 40)
ZEROS = np.zeros(30)


def test_summary_by_hand() -> None:
    means = means_of(np.array([0.0, 0.0, 1.0, 0.0]), np.array([0.5, 0.5]))
    assert means.n.tolist() == [4, 2]
    assert means.mean.tolist() == [0.25, 0.5]
    assert means.se2[0] == pytest.approx(0.25 / 4)  # squared deviations .75 over 3, over 4
    assert means.se2[1] == 0
    assert means.differing.tolist() == [1, 0]
    assert not means.constant


def test_equal_values_in_all_groups_are_constant() -> None:
    assert means_of(np.full(30, 0.1 + 0.2), np.full(25, 0.3)).constant
    assert not means_of(np.full(30, 0.2), np.full(25, 0.3)).constant


def test_nine_differing_values_are_sparse_and_ten_are_not() -> None:
    nine, ten = np.zeros(50), np.zeros(50)
    nine[:9] = ten[:10] = 1.0
    means = means_of(nine, ten)
    assert means.sparse.tolist() == [True, False]
    assert means.regular.tolist() == [1]


def test_intervals_follow_the_group() -> None:
    means = means_of(SPREAD, ZEROS)
    low, high = mean_intervals(means, 2.5, 0.01, (0.0, 1.0))
    assert means.skewness == pytest.approx([0.0, 0.0])
    reach = 2.5 * SPREAD.std(ddof=1) / np.sqrt(40)
    assert (low[0], high[0]) == pytest.approx((0.5 - reach, 0.5 + reach))
    assert (low[1], high[1]) == pytest.approx((0.0, 1 - 0.01 ** (1 / 30)))


def test_intervals_stay_within_the_bounds() -> None:
    low, high = mean_intervals(means_of(SPREAD), 100.0, 0.0, (0.0, 1.0))
    assert (low[0], high[0]) == (0.0, 1.0)


def test_only_sparse_groups_have_no_bootstrap_deviation() -> None:
    assert largest_mean_deviation(means_of(ZEROS, ZEROS)) is None
    low, high = own_intervals(means_of(ZEROS, ZEROS), 0.95, (0.0, 1.0))
    assert high == pytest.approx([1 - 0.025 ** (1 / 30)] * 2)  # alpha, shared by two
    assert low.tolist() == [0.0, 0.0]


def test_own_intervals_of_normal_groups_are_close_to_students() -> None:
    from scipy.stats import norm, t

    rng = np.random.default_rng(1)
    values = rng.normal(0.5, 0.1, 60)
    low, high = own_intervals(means_of(values, resamples=20_000), 0.95, (0.0, 1.0))
    expected = t.ppf(0.975, 59) * values.std(ddof=1) / np.sqrt(60)
    assert (high[0] - low[0]) / 2 == pytest.approx(expected, rel=0.03)
    five = [rng.normal(0.5, 0.1, 400) for _ in range(5)]
    low, high = own_intervals(means_of(*five, resamples=20_000), 0.95, (0.0, 1.0))
    sidak = norm.ppf((1 + 0.95 ** (1 / 5)) / 2)
    errors = [own.std(ddof=1) / 20 for own in five]
    assert (high - low) / 2 == pytest.approx(sidak * np.array(errors), rel=0.03)


def test_rates_have_wilsons_interval() -> None:
    from scipy.stats import norm
    from statsmodels.stats.proportion import proportion_confint

    hits = np.repeat([1.0, 0.0], [12, 48])
    low, high = mean_intervals(means_of(hits), 2.4, 0.0, (0.0, 1.0))
    expected = proportion_confint(12, 60, alpha=2 * norm.sf(2.4), method="wilson")
    assert (low[0], high[0]) == pytest.approx(expected)


def test_a_resampled_rate_is_set_against_its_known_error() -> None:
    hits = np.repeat([1.0, 0.0], [12, 48])
    means = means_of(hits)
    expected = np.abs(means.star_mean[0] - 0.2) / np.sqrt(0.2 * 0.8 / 60)
    assert largest_mean_deviation(means) == pytest.approx(expected)


def test_intervals_of_skewed_values_reach_further_towards_the_tail() -> None:
    from scipy.stats import skew

    values = np.random.default_rng(2).exponential(1.0, 50)
    means = means_of(values)
    assert means.skewness[0] == pytest.approx(skew(values) / np.sqrt(50))
    [low], [high] = mean_intervals(means, 2.0, 0.0, (0.0, np.inf))
    assert 0 < values.mean() - low < 2 * np.sqrt(means.se2[0]) < high - values.mean()
    mirrored = mean_intervals(means_of(-values), 2.0, 0.0, (-np.inf, 0.0))
    assert (-mirrored[1][0], -mirrored[0][0]) == pytest.approx((low, high))
