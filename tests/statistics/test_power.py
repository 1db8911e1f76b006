from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from recaudit.records import Estimate, Limit
from recaudit.statistics import detectable_effect, units_to_settle
from recaudit.statistics.power import detectable_difference

SEEN = Estimate(
    value=0.10, low=0.06, high=0.14, confidence=0.95, family="", family_size=1, n=1000, method="", reason=""
)


def test_detectable_effect_is_that_of_statsmodels_for_one_mean() -> None:
    from statsmodels.stats.power import TTestPower

    n, deviation = 2000, 0.3
    expected = deviation * TTestPower().solve_power(nobs=n, alpha=0.05, power=0.8)
    assert detectable_effect(deviation / math.sqrt(n), 1.959964) == pytest.approx(expected, rel=2e-3)


def test_more_power_needs_a_larger_effect() -> None:
    assert detectable_effect(1.0, 2.0, power=0.9) > detectable_effect(1.0, 2.0, power=0.8) > 2.0
    assert detectable_effect(1.0, 2.0, power=0.5) == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (Limit(low=0.08), 4000),
        (Limit(high=0.12), 4000),
        (Limit(high=0.11), 16_000),
        (Limit(low=0.08, high=0.11), 16_000),
        (Limit(low=0.05), None),
        (Limit(high=0.05), None),
        (Limit(low=0.06), None),
        (Limit(low=0.10), None),
        (Limit(), None),
    ],
)
def test_units_to_settle(limit: Limit, expected: int | None) -> None:
    assert units_to_settle(SEEN, limit) == expected


def test_the_side_that_faces_the_limit_counts() -> None:
    lopsided = replace(SEEN, low=0.04, high=0.12)
    assert units_to_settle(lopsided, Limit(low=0.07)) == 4000  # (0.06 / 0.03)^2
    assert units_to_settle(lopsided, Limit(high=0.11)) == 4000  # (0.02 / 0.01)^2


@pytest.mark.parametrize(
    "unfinished",
    [replace(SEEN, value=None), replace(SEEN, low=None, high=None), replace(SEEN, high=math.inf)],
)
def test_no_interval_no_answer(unfinished: Estimate) -> None:
    assert units_to_settle(unfinished, Limit(low=0.08)) is None


def test_the_answer_settles_it_when_the_value_stays() -> None:
    limit = Limit(low=0.083)
    needed = units_to_settle(SEEN, limit)
    assert needed is not None

    def with_units(n: int) -> Estimate:
        reach = 0.04 * math.sqrt(SEEN.n / n)
        return replace(SEEN, n=n, low=0.10 - reach, high=0.10 + reach)

    assert units_to_settle(with_units(needed), limit) is None
    assert units_to_settle(with_units(needed - 1), limit) == needed


def test_detectable_difference_of_rates_by_search() -> None:
    from scipy.optimize import brentq

    def short(gap: float) -> float:
        return gap - (1.96 + 0.841621) * math.sqrt(0.2 * 0.8 / 300 + (0.2 + gap) * (0.8 - gap) / 100)

    def too_near(ratio: float) -> float:
        rate = 0.2 * ratio
        return -math.log(ratio) - 2.801621 * math.sqrt(0.8 / 0.2 / 300 + (1 - rate) / rate / 300)

    rates = np.repeat([0.0, 1.0], [320, 80])
    assert detectable_difference(rates, (100, 300), 1.96, ratio=False) == pytest.approx(
        brentq(short, 0.01, 0.5), rel=1e-3
    )
    assert detectable_difference(rates, (300, 300), 1.96, ratio=True) == pytest.approx(
        brentq(too_near, 0.3, 0.99), rel=1e-3
    )


def test_values_near_their_upper_bound_get_smaller() -> None:
    rates = np.repeat([0.0, 1.0], [5, 95])
    mirrored = detectable_difference(1 - rates, (100, 100), 1.96, ratio=False)
    assert detectable_difference(rates, (100, 100), 1.96, ratio=False) == pytest.approx(mirrored)
    assert mirrored > 0.05


def test_what_values_do_not_reach_is_not_detectable() -> None:
    assert detectable_difference(np.full(50, 0.5), (25, 25), 2.0, ratio=False) is None
    assert detectable_difference(np.linspace(0.5, 0.6, 50), (3, 3), 4.0, ratio=False) is None
    mostly_zero = np.concatenate([np.zeros(80), np.linspace(0.1, 0.9, 20)])
    assert detectable_difference(mostly_zero, (50, 50), 2.0, ratio=True) is None


def test_many_values_give_what_few_do() -> None:
    values = np.random.default_rng(0).beta(1, 3, 400)
    few, many = (
        detectable_difference(np.tile(values, times), (200, 200), 2.0, ratio=False) for times in (1, 50)
    )
    assert many == pytest.approx(few, rel=2e-3)
