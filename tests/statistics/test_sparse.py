from __future__ import annotations

import math

import numpy as np
import pytest

from recaudit.statistics.sparse import most_common, sparse_mean_interval


def test_float_noise_is_no_variation() -> None:
    assert most_common(np.array([0.3, 0.1 + 0.2, 0.3 + 1e-15])) == (0.3, 0)


def test_the_smallest_of_equally_common_values_is_taken() -> None:
    assert most_common(np.array([2.0, 1.0, 1.0, 2.0])) == (1.0, 2)


def test_the_rule_of_three() -> None:
    _, high = sparse_mean_interval(0.0, 0, 1000, mean=0.0, bounds=(0, 1), alpha=0.05)
    assert high == pytest.approx(3 / 1000, rel=0.01)


def test_the_bound_has_exactly_the_stated_binomial_error() -> None:
    from scipy.stats import binom

    _, high = sparse_mean_interval(0.0, 3, 80, mean=0.02, bounds=(0, 1), alpha=0.01)
    assert binom.cdf(3, 80, high) == pytest.approx(0.01)


def test_differing_values_may_lie_on_either_bound() -> None:
    low, high = sparse_mean_interval(3.0, 2, 40, mean=3.02, bounds=(1, 5), alpha=0.05)
    assert (3 - low) == pytest.approx(high - 3)
    assert high < 5


def test_all_values_differing_gives_the_bounds() -> None:
    assert sparse_mean_interval(0.25, 8, 8, mean=0.5, bounds=(0, 1), alpha=0.05) == (0.0, 1.0)


def test_a_metric_without_bounds_has_no_finite_interval() -> None:
    assert sparse_mean_interval(0.0, 1, 40, mean=0.02, bounds=(0, math.inf), alpha=0.05) == (0.0, math.inf)
    everything = (-math.inf, math.inf)
    assert sparse_mean_interval(0.0, 1, 40, mean=0.02, bounds=everything, alpha=0.05) == everything


@pytest.mark.parametrize(("mode", "mean"), [(0.0, 0.05), (1.0, 0.95)])
def test_hits_and_misses_get_clopper_and_pearsons_interval(mode: float, mean: float) -> None:
    from scipy.stats import binomtest

    low, high = sparse_mean_interval(mode, 4, 80, mean=mean, bounds=(0, 1), alpha=0.05)
    expected = binomtest(round(80 * mean), 80).proportion_ci(0.95, method="exact")
    assert (low, high) == pytest.approx((expected.low, expected.high))


def test_values_between_the_bounds_get_no_lower_end() -> None:
    low, high = sparse_mean_interval(0.0, 4, 80, mean=0.04, bounds=(0, 1), alpha=0.05)
    assert low == 0.0
    assert high == pytest.approx(0.1110, abs=1e-3)
