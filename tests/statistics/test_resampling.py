from __future__ import annotations

import numpy as np
import pytest

from recaudit.statistics import resampling
from recaudit.statistics.resampling import empty_moments, fill_moments, group_columns, weight_blocks


def weights_of(n: int, resamples: int, *, width: int = 1, seed: int = 0) -> np.ndarray:
    return np.concatenate(
        [block for _, block in weight_blocks(n, resamples, np.random.default_rng(seed), width=width)]
    )


def test_every_resample_draws_n_units() -> None:
    weights = weights_of(17, 50)
    assert weights.shape == (50, 17)
    assert (weights.sum(axis=1) == 17).all()


def test_counts_have_the_mean_and_covariance_of_a_multinomial() -> None:
    n, resamples = 8, 40_000
    covariance = np.cov(weights_of(n, resamples).T)
    expected = np.eye(n) - 1 / n
    assert covariance == pytest.approx(expected, abs=5 * np.sqrt(2 / resamples))


def test_blocks_do_not_change_the_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = weights_of(10, 12)
    monkeypatch.setattr(resampling, "BLOCK_BYTES", 10 * 8 * 5)
    slices = [block for block, _ in weight_blocks(10, 12, np.random.default_rng(0), width=1)]
    assert slices == [slice(0, 5), slice(5, 10), slice(10, 12)]
    assert np.array_equal(weights_of(10, 12), whole)
    assert len(list(weight_blocks(10, 12, np.random.default_rng(0), width=50))) == 12


def test_no_units_give_no_resamples() -> None:
    assert list(weight_blocks(0, 5, np.random.default_rng(0), width=1)) == []


def test_moments_equal_those_of_the_repeated_values() -> None:
    rng = np.random.default_rng(3)
    values = 1e6 + rng.random((30, 2))
    values[4, 0] = values[21, 1] = np.nan
    members = [np.arange(0, 12), np.arange(12, 30)]
    weights = weights_of(30, 20)
    moments = empty_moments(2, 2, 20)
    fill_moments(moments, slice(0, 20), weights, [group_columns(values, units) for units in members])
    for resample in range(20):
        for group, units in enumerate(members):
            for metric in range(2):
                drawn = np.repeat(values[units, metric], weights[resample, units].astype(int))
                drawn = drawn[~np.isnan(drawn)]
                assert moments.mean[metric, group, resample] == pytest.approx(drawn.mean(), rel=1e-14)
                assert moments.se2[metric, group, resample] == pytest.approx(
                    drawn.var(ddof=1) / len(drawn), rel=1e-7
                )


def test_a_group_without_variation_in_a_resample_has_an_error_of_exactly_zero() -> None:
    values = np.array([[0.1], [0.1], [0.7], [0.1]])
    moments = empty_moments(1, 1, 1)
    fill_moments(
        moments, slice(0, 1), np.array([[3.0, 1.0, 0.0, 0.0]]), [group_columns(values, np.arange(4))]
    )
    assert moments.se2[0, 0, 0] == 0
    assert moments.mean[0, 0, 0] == pytest.approx(0.1)


def test_a_group_that_a_resample_misses_is_undefined() -> None:
    values = np.array([[0.1], [0.2], [0.7], [0.1]])
    moments = empty_moments(1, 1, 1)
    fill_moments(
        moments, slice(0, 1), np.array([[0.0, 0.0, 4.0, 0.0]]), [group_columns(values, np.array([0, 1]))]
    )
    assert np.isnan(moments.se2[0, 0, 0])
