from __future__ import annotations

import numpy as np
import pytest

from recaudit.statistics.shrinkage import shrunk_means


def test_variance_between_groups_and_their_mean_are_those_of_statsmodels() -> None:
    from statsmodels.stats.meta_analysis import combine_effects

    rng = np.random.default_rng(3)
    values = [rng.normal(rng.normal(0.5, 0.1), 0.2, n) for n in (4, 10, 25, 60, 200)]
    n = np.array([len(own) for own in values])
    mean = np.array([own.mean() for own in values])
    within = sum(((own - own.mean()) ** 2).sum() for own in values) / (n.sum() - 5)
    pooled = combine_effects(mean, within / n, method_re="chi2")
    kept = pooled.tau2 / (pooled.tau2 + within / n)
    expected = pooled.mean_effect_re + kept * (mean - pooled.mean_effect_re)
    assert pooled.tau2 > 0
    assert shrunk_means(values) == pytest.approx(expected)


def test_groups_that_differ_no_more_than_by_chance_get_one_mean() -> None:
    values = [np.array([0.1, 0.9, 0.5]), np.array([0.5, 0.6, 0.4]), np.array([0.2, 0.8])]
    assert shrunk_means(values) == pytest.approx(np.full(3, 0.5))


def test_the_less_is_known_of_a_group_the_more_it_moves() -> None:
    spread = np.array([-0.1, 0.1])
    values = [0.2 + spread, 0.8 + np.tile(spread, 50), 0.2 + np.tile(spread, 50), 0.8 + spread]
    small, large = shrunk_means(values)[[0, 2]]
    assert 0.2 < large < small < 0.5


def test_what_is_not_known_stays_so() -> None:
    some = np.array([0.1, 0.4, 0.3])
    assert np.isnan(shrunk_means([some, some])).all()
    assert np.isnan(shrunk_means([some[:1], some[:1], some[:1]])).all()
    assert np.isnan(shrunk_means([np.ones(3), np.zeros(3), np.ones(2)])).all()
    assert np.isnan(shrunk_means([some, some, some[:0], some + 1])).tolist() == [False, False, True, False]


def test_shrunk_means_are_nearer_to_the_truth_than_observed_ones() -> None:
    rng = np.random.default_rng(0)
    observed = shrunk = 0.0
    for _ in range(200):
        truth = rng.normal(0.3, 0.05, 14)
        values = [rng.normal(mean, 0.3, n) for mean, n in zip(truth, rng.integers(3, 60, 14), strict=True)]
        observed += ((np.array([own.mean() for own in values]) - truth) ** 2).sum()
        shrunk += ((shrunk_means(values) - truth) ** 2).sum()
    assert shrunk < 0.5 * observed
