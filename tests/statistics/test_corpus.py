from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from recaudit.records import CorpusMeasurement, FloatArray
from recaudit.statistics import corpus as module
from recaudit.statistics.corpus import corpus_statistic, fill_corpus, jackknife_error


def first_share(totals: FloatArray) -> FloatArray:
    return np.asarray(totals[..., 0] / totals.sum(axis=-1))


def measurement(matrix: np.ndarray, statistic=first_share) -> CorpusMeasurement:
    return CorpusMeasurement(
        metric="share", units=np.arange(len(matrix)), contributions=csr_matrix(matrix), statistic=statistic
    )


def test_resampled_values_are_those_of_the_repeated_rows() -> None:
    rng = np.random.default_rng(0)
    matrix = rng.poisson(1.0, (6, 4)).astype(float)
    matrix[:, 0] += 1
    weights = np.array([[1.0, 0, 2, 1, 1, 1, 9], [6, 0, 0, 0, 0, 0, 9]])
    found = np.empty((1, 2))
    fill_corpus(found, slice(0, 2), weights, [measurement(matrix)], [np.array([5, 4, 3, 2, 1, 0])])
    repeated = np.repeat(matrix, [1, 1, 1, 2, 0, 1], axis=0)
    assert found[0] == pytest.approx([float(first_share(repeated.sum(axis=0))), 0.4])


def test_statistics_of_one_matrix_share_its_totals() -> None:
    matrix = np.eye(3)
    seen: list[int] = []

    def remember(totals: FloatArray) -> FloatArray:
        seen.append(id(totals))
        return totals[..., 0]

    one = measurement(matrix, remember)
    other = CorpusMeasurement(
        metric="b", units=np.arange(3), contributions=one.contributions, statistic=remember
    )
    alone = measurement(matrix, remember)
    fill_corpus(np.empty((3, 1)), slice(0, 1), np.ones((1, 3)), [one, other, alone], [np.arange(3)] * 3)
    assert seen[0] == seen[1] != seen[2]


def test_jackknife_error_of_a_mean_is_its_standard_error() -> None:
    values = np.random.default_rng(1).random(40)

    def mean(totals: FloatArray) -> FloatArray:
        return np.asarray(totals[..., 0] / totals[..., 1])

    matrix = np.column_stack([values, np.ones(40)])
    assert jackknife_error(measurement(matrix, mean)) == pytest.approx(values.std(ddof=1) / np.sqrt(40))


def test_jackknife_in_blocks_and_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(2).random(1000)

    def mean(totals: FloatArray) -> FloatArray:
        return np.asarray(totals[..., 0] / totals[..., 1])

    lists = measurement(np.column_stack([values, np.ones(1000)]), mean)
    in_blocks = jackknife_error(lists)
    assert in_blocks == pytest.approx(values.std(ddof=1) / np.sqrt(1000), rel=0.15)
    monkeypatch.setattr(module, "BLOCK_BYTES", 8 * 2 * 7)
    assert jackknife_error(lists) == pytest.approx(in_blocks, rel=1e-12)


def test_deviations_are_centred_on_the_resamples() -> None:
    matrix = np.column_stack([np.arange(20.0) + 1, np.ones(20)])
    found = corpus_statistic(measurement(matrix), np.array([0.2, 0.4, 0.6, 0.8]))
    assert found.value == pytest.approx(210 / 230)
    assert found.deviation is not None
    assert found.deviation == pytest.approx(
        np.array([0.3, 0.1, 0.1, 0.3]) / np.std([2, 4, 6, 8], ddof=1) * 10
    )
    assert found.error == pytest.approx(np.std([0.2, 0.4, 0.6, 0.8], ddof=1))


def test_the_jackknife_counts_when_it_is_larger() -> None:
    lists = measurement(np.random.default_rng(3).poisson(2.0, (30, 2)) + np.array([1.0, 0.0]))
    found = corpus_statistic(lists, 0.5 + 1e-6 * np.arange(50))
    assert found.error == jackknife_error(lists)


def test_no_spread_and_undefined_resamples_are_told_apart() -> None:
    same = corpus_statistic(measurement(np.ones((20, 2))), np.full(50, 0.5))
    assert (same.error, same.deviation) == (0.0, None)
    lost = corpus_statistic(measurement(np.ones((20, 2))), np.append(np.full(50, 0.5), np.nan))
    assert np.isnan(lost.error)
    assert lost.deviation is None
