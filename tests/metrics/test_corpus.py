from __future__ import annotations

import numpy as np
import pytest

from recaudit.metrics import Lists, corpus_statistic, exposure, make_catalogue, parse_label

CATALOGUE = make_catalogue(Lists.of([[0, 1], [0], [0], [0]]), 4)


def statistic(label: str):
    return corpus_statistic(parse_label(label).spec, CATALOGUE)


def test_extremes() -> None:
    equal, single = np.full(4, 3.0), np.array([0.0, 0.0, 7.0, 0.0])
    assert statistic("gini@1")(equal) == pytest.approx(0)
    assert statistic("gini@1")(single) == pytest.approx(3 / 4)
    assert statistic("coverage@1")(single) == 0.25
    assert statistic("entropy@1")(equal) == pytest.approx(np.log(4))
    assert statistic("entropy@1")(single) == 0
    assert statistic("tail_share@1")(single) == 1


@pytest.mark.parametrize("label", ["gini@1", "coverage@1", "entropy@1", "tail_share@1"])
def test_leading_axes_are_resamples_and_nothing_shown_is_nan(label: str) -> None:
    totals = np.random.default_rng(0).poisson(1.0, (2, 3, 4)).astype(float)
    totals[0, 0] = 0
    values = statistic(label)(totals)
    assert values.shape == (2, 3)
    assert np.isnan(values[0, 0])
    for at in ((0, 1), (1, 2)):
        assert values[at] == pytest.approx(float(statistic(label)(totals[at])))


def test_gini_is_half_the_relative_mean_difference() -> None:
    totals = np.random.default_rng(1).poisson(2.0, 30).astype(float)
    expected = np.abs(totals[:, None] - totals).mean() / (2 * totals.mean())
    assert statistic("gini@1")(totals) == pytest.approx(expected)


def test_exposure_counts_each_list_up_to_k() -> None:
    shown = exposure(Lists.of([[3, 1], [], [3]]), 1, 4)
    assert np.asarray(shown.sum(axis=0)).ravel().tolist() == [0, 0, 0, 2]
