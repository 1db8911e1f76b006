from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from recaudit.records import CorpusMeasurement, Estimate, Measurements
from recaudit.statistics import estimate

NO_GROUPS = pd.DataFrame()


def mean_of(claim, measured, values, **fields) -> Estimate:
    return estimate([claim("mean", **fields)], measured(m=values), NO_GROUPS, gated=[], rng=0)["mean"]


def test_mean_interval_is_students(claim, measured) -> None:
    from scipy.stats import ttest_1samp

    values = np.random.default_rng(0).beta(3, 3, 200)
    seen = mean_of(claim, measured, values)
    expected = ttest_1samp(values, 0).confidence_interval(0.95)
    assert seen.value == pytest.approx(values.mean())
    assert seen.standard_error == pytest.approx(values.std(ddof=1) / np.sqrt(200))
    width = expected.high - expected.low
    assert (seen.low, seen.high) == pytest.approx((expected.low, expected.high), abs=0.05 * width)
    assert (seen.n, seen.n_missing, seen.reason) == (200, 0, "")
    assert (seen.p, seen.effect_size, seen.versus, seen.groups) == (None, None, "", ())


def test_mean_detects_what_its_interval_and_power_allow(claim, measured) -> None:
    seen = mean_of(claim, measured, np.random.default_rng(0).random(500))
    half = (seen.high - seen.low) / 2
    # The ends are moved for skewness, which here is slight.
    assert seen.detectable == pytest.approx(half + 0.841621 * seen.standard_error, rel=1e-3)


def test_units_without_a_value_are_counted(claim, measured) -> None:
    values = np.append(np.random.default_rng(0).random(50), [np.nan] * 3)
    seen = mean_of(claim, measured, values)
    assert (seen.n, seen.n_missing) == (50, 3)
    assert seen.reason == "3 units without a defined value"


def test_nothing_defined(claim, measured) -> None:
    seen = mean_of(claim, measured, np.full(12, np.nan))
    assert (seen.value, seen.low, seen.n, seen.n_missing) == (None, None, 0, 12)
    assert seen.reason == "nothing was measured for m; 12 units without a defined value"


@pytest.mark.parametrize("n", [1, 2, 9])
def test_a_handful_of_units_gives_a_value_and_no_interval(claim, measured, n: int) -> None:
    seen = mean_of(claim, measured, np.linspace(0.1, 0.9, n))
    assert seen.value is not None
    assert (seen.low, seen.high, seen.reason) == (None, None, "fewer than 10 units")


def test_a_mean_of_zeros_is_bounded_and_not_certain(claim, measured) -> None:
    seen = mean_of(claim, measured, np.zeros(100))
    assert (seen.value, seen.low) == (0.0, 0.0)
    assert seen.high == pytest.approx(1 - 0.05 ** (1 / 100))
    assert seen.standard_error is None
    assert seen.method.startswith("Clopper-Pearson")
    assert "fewer than 10 values differ" in seen.reason


def corpus_of(claim, n: int, statistic, matrix=None, **fields) -> Estimate:
    lists = np.random.default_rng(0).poisson(1.0, (n, 5)) + 0.0 if matrix is None else matrix
    measurement = CorpusMeasurement(
        metric="c", units=np.arange(n), contributions=csr_matrix(lists), statistic=statistic
    )
    rows = pd.DataFrame({"unit": [0], "metric": "m", "value": [0.5]})
    hypothesis = claim("corpus", metric="c", **fields)
    found = estimate(
        [hypothesis],
        Measurements(rows=rows, corpus=(measurement,)),
        NO_GROUPS,
        gated=[],
        resamples=500,
        rng=0,
    )
    return found["corpus"]


def share(totals: np.ndarray) -> np.ndarray:
    return np.asarray(totals[..., 0] / totals.sum(axis=-1))


def test_corpus_interval_is_centred_and_within_bounds(claim) -> None:
    seen = corpus_of(claim, 200, share)
    assert seen.value - seen.low == pytest.approx(seen.high - seen.value)
    assert (seen.high - seen.value) / seen.standard_error == pytest.approx(1.96, abs=0.2)
    assert seen.n == 200
    assert seen.method.startswith("centred bootstrap")
    clipped = corpus_of(claim, 200, share, bounds=(seen.value, 1.0))
    assert (clipped.low, clipped.high) == (seen.value, seen.high)


@pytest.mark.parametrize(
    ("n", "statistic", "value", "reason"),
    [
        (9, share, "some", "fewer than 10 units"),
        (50, lambda totals: np.full(totals.shape[:-1], 0.25), "some", "every resample gives the same value"),
        (50, lambda totals: np.full(totals.shape[:-1], np.nan), None, "c is undefined for these lists"),
        (
            50,
            lambda totals: (
                np.where(totals[..., 0] % 2 == 0, np.nan, 0.5) if totals.ndim > 1 else np.asarray(0.5)
            ),
            "some",
            "c is undefined in some resamples",
        ),
    ],
)
def test_corpus_without_an_interval_says_why(claim, n, statistic, value, reason) -> None:
    seen = corpus_of(claim, n, statistic)
    assert (seen.value is None) == (value is None)
    assert (seen.low, seen.high, seen.reason) == (None, None, reason)


def test_only_a_corpus_without_any_spread_has_an_error_of_zero(claim) -> None:
    assert corpus_of(claim, 50, lambda totals: np.full(totals.shape[:-1], 0.25)).standard_error == 0.0
    assert corpus_of(claim, 9, share).standard_error is None


def test_a_corpus_statistic_that_was_not_measured(claim, measured) -> None:
    hypothesis = replace(claim("corpus"), metric="gini@10")
    seen = estimate([hypothesis], measured(m=np.zeros(20)), NO_GROUPS, gated=[], rng=0)["corpus"]
    assert (seen.value, seen.reason) == (None, "nothing was measured for gini@10")
