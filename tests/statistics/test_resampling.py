from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import bootstrap

from recaudit.statistics import resampling
from recaudit.statistics.resampling import (
    empty_moments,
    fill_moments,
    group_columns,
    resampled_moments,
    weight_blocks,
)


def weights_of(n: int, resamples: int, *, width: int = 1, seed: int = 0) -> np.ndarray:
    return np.concatenate(
        [block.copy() for _, block in weight_blocks(n, resamples, np.random.default_rng(seed), width=width)]
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
        moments,
        slice(0, 1),
        np.array([[3, 1, 0, 0]], dtype=np.float32),
        [group_columns(values, np.arange(4))],
    )
    assert moments.se2[0, 0, 0] == 0
    assert moments.mean[0, 0, 0] == pytest.approx(0.1)


def test_a_group_that_a_resample_misses_is_undefined() -> None:
    values = np.array([[0.1], [0.2], [0.7], [0.1]])
    moments = empty_moments(1, 1, 1)
    fill_moments(
        moments,
        slice(0, 1),
        np.array([[0, 0, 4, 0]], dtype=np.float32),
        [group_columns(values, np.array([0, 1]))],
    )
    assert np.isnan(moments.se2[0, 0, 0])


def test_the_resampled_means_are_those_of_scipy() -> None:
    values = np.random.default_rng(5).exponential(size=(60, 2))
    moments = resampled_moments(values, 20_000, np.random.default_rng(6))
    for metric in range(2):
        theirs = bootstrap(
            (values[:, metric],),
            np.mean,
            n_resamples=20_000,
            method="percentile",
            rng=np.random.default_rng(7),
        )
        ours = moments.mean[metric, 0]
        assert ours.std(ddof=1) == pytest.approx(theirs.standard_error, rel=0.03)
        ends = np.quantile(ours, [0.025, 0.975])
        assert ends == pytest.approx([*theirs.confidence_interval], abs=0.1 * theirs.standard_error)


def test_single_precision_changes_less_than_chance_does(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(8)
    values = np.stack(
        [rng.normal(1000, 1, 400), np.where(rng.random(400) < 0.03, rng.random(400), 0)], axis=1
    )
    values[::7, 0] = np.nan
    double = resampled_moments(values, 200, np.random.default_rng(9))
    monkeypatch.setattr(resampling, "FEWEST_SINGLE", 1)
    single = resampled_moments(values, 200, np.random.default_rng(9))
    errors = np.sqrt(double.se2)
    assert np.abs((single.mean - double.mean) / errors).max() < 1e-4
    assert single.se2 == pytest.approx(double.se2, rel=1e-4)


def test_single_precision_leaves_no_error_where_nothing_varies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resampling, "FEWEST_SINGLE", 1)
    values = np.zeros((200, 1))
    values[0] = 0.3
    moments = resampled_moments(values, 200, np.random.default_rng(10))
    missed = moments.mean[0, 0] < 1e-6
    assert 0.2 < missed.mean() < 0.5
    assert (moments.se2[0, 0, missed] == 0).all()
    assert (moments.se2[0, 0, ~missed] > 0).all()


def test_the_size_of_blocks_does_not_change_the_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(11).random((50, 3))
    whole = resampled_moments(values, 30, np.random.default_rng(12))
    monkeypatch.setattr(resampling, "BLOCK_BYTES", 50 * 8 * 7)
    parts = resampled_moments(values, 30, np.random.default_rng(12))
    assert parts.mean == pytest.approx(whole.mean, rel=1e-14)
    assert parts.se2 == pytest.approx(whole.se2, rel=1e-12)
