from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from recaudit.records import FloatArray
from recaudit.statistics.confidence_sequence import mean_bounds

WORLDS = 1000
MOST = 0.05 + 2 * math.sqrt(0.05 * 0.95 / WORLDS)
Draw = Callable[[np.random.Generator, int], FloatArray]
UNIT = (0.0, 1.0)

SCENARIOS: dict[str, tuple[Draw, float]] = {
    "normal differences": (lambda rng, n: 0.5 + 0.1 * rng.standard_normal(n).clip(-4, 4), 0.5),
    "coins": (lambda rng, n: rng.integers(0, 2, n).astype(float), 0.5),
    "rare hits": (lambda rng, n: (rng.random(n) < 0.03).astype(float), 0.03),
    "heavy tail": (lambda rng, n: rng.beta(0.05, 0.95, n), 0.05),
    "sparse differences": (lambda rng, n: np.where(rng.random(n) < 0.95, 0.5, rng.random(n)), 0.5),
}


@settings(deadline=None)  # the first call compiles
@given(
    arrays(np.float64, st.integers(0, 60), elements=st.floats(-1, 1)),
    st.integers(0, 60),
)
def test_bounds_of_more_values_lie_within_those_of_fewer(values: FloatArray, few: int) -> None:
    low, high = mean_bounds(values, bounds=(-1, 1), alpha=0.05)
    before = mean_bounds(values[:few], bounds=(-1, 1), alpha=0.05)
    assert before[0] <= low
    assert high <= before[1]
    assert low >= -1
    assert high <= 1


def test_bounds_mirror_and_scale_with_the_values() -> None:
    values = np.random.default_rng(1).beta(2, 5, 200)
    low, high = mean_bounds(values, bounds=UNIT, alpha=0.05)
    mirrored = mean_bounds(1 - values, bounds=UNIT, alpha=0.05)
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-8)
    wide = mean_bounds(10 * values - 3, bounds=(-3, 7), alpha=0.05)
    assert wide == pytest.approx((10 * low - 3, 10 * high - 3), abs=1e-7)


def test_a_mean_is_ruled_out_exactly_when_the_wealth_staked_against_it_suffices() -> None:
    values = np.random.default_rng(2).random(40)
    low, _ = mean_bounds(values, bounds=UNIT, alpha=0.1)

    def largest_wealth(mean: float) -> float:
        stakes = 0.5 ** np.arange(10)
        return float(np.cumprod(1 + stakes[:, None] * (values / mean - 1), axis=1).mean(axis=0).max())

    assert largest_wealth(low) >= 20
    assert largest_wealth(low + 1e-6) < 20


def test_values_that_drift_leave_no_mean() -> None:
    values = np.concatenate([np.zeros(200), np.ones(200)])
    low, high = mean_bounds(values, bounds=UNIT, alpha=0.05)
    assert low > high


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_truth_is_hardly_ever_left_by_any_look(name: str) -> None:
    # Bounds only ever narrow, so those of the last look say whether any look left the truth out.
    draw, truth = SCENARIOS[name]
    rng = np.random.default_rng(3)
    left = 0
    for _ in range(WORLDS):
        low, high = mean_bounds(draw(rng, 400), bounds=UNIT, alpha=0.05)
        left += not low <= truth <= high
    assert left / WORLDS <= MOST


def test_looking_after_every_batch_decides_wrongly_no_more_often_than_promised() -> None:
    rng = np.random.default_rng(4)
    beyond, within, fixed = 0, 0, 0
    for _ in range(WORLDS):
        values = 0.5 + 0.5 * rng.uniform(-1, 1, 400)
        for look in range(25, 401, 25):
            low, high = mean_bounds(values[:look], bounds=UNIT, alpha=0.05)
            if low > 0.5 or high < 0.5:
                beyond += low > 0.5
                within += high < 0.5
                break
        sizes = np.arange(25, 401, 25)
        sums, squares = np.cumsum(values)[sizes - 1], np.cumsum(values**2)[sizes - 1]
        error = np.sqrt((squares / sizes - (sums / sizes) ** 2) / sizes)
        fixed += bool((np.abs(sums / sizes - 0.5) > 1.96 * error).any())
    assert beyond / WORLDS <= MOST
    assert within / WORLDS <= MOST
    assert (beyond + within) / WORLDS <= MOST
    assert fixed / WORLDS > 0.2


def test_a_family_of_twenty_is_rarely_wrong_in_any_claim() -> None:
    rng = np.random.default_rng(5)
    left = 0
    for _ in range(WORLDS):
        shared = rng.uniform(-0.25, 0.25, 100)
        bounds = [
            mean_bounds(0.5 + shared + rng.uniform(-0.25, 0.25, 100), bounds=UNIT, alpha=0.05 / 20)
            for _ in range(20)
        ]
        left += any(not low <= 0.5 <= high for low, high in bounds)
    assert left / WORLDS <= MOST


@pytest.mark.parametrize("n", [200, 1000, 5000])
def test_looking_early_costs_less_than_twice_the_width(n: int) -> None:
    rng = np.random.default_rng(6)
    ratios = []
    for _ in range(20):
        values = rng.beta(2, 4, n)
        low, high = mean_bounds(values, bounds=UNIT, alpha=0.05)
        ratios.append((high - low) / (2 * 1.96 * values.std() / math.sqrt(n)))
    assert 1.0 < np.mean(ratios) < 1.8
