from __future__ import annotations

import math
from dataclasses import replace

import pytest

from recaudit.records import Estimate, Limit
from recaudit.statistics import detectable_effect, units_to_settle

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
