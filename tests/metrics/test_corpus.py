from __future__ import annotations

import numpy as np
import pytest

from recaudit.metrics import Lists, Shown, corpus_statistic, exposure, make_catalogue, parse_label

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


def test_holisticai_agrees_where_it_has_the_same_definition() -> None:
    """holisticai 1.0.14 on four users, each shown two of five items, shown 4, 2, 1, 1 and 0 times.

    Its entropy (1.21301) is ours. Its Gini (0.5625) divides by n - 1 where ours divides by n, so that one item for
    everybody gives 1 there and (n - 1) / n here. Its average recommendation popularity (2.75) takes popularity from the
    lists themselves, ours from training.
    """
    totals = np.array([4.0, 2.0, 1.0, 1.0, 0.0])
    assert statistic("entropy@2")(totals) == pytest.approx(1.2130075659799042)
    assert statistic("gini@2")(totals) * 5 / 4 == pytest.approx(0.5625)
    assert statistic("coverage@2")(totals) == pytest.approx(0.8)
    lists = Lists.of([[0, 1], [0, 2], [0, 1], [0, 3]])
    as_theirs = Shown(lists=lists, history=lists, catalogue=make_catalogue(lists, 5))
    assert parse_label("arp@2").compute(as_theirs).mean() == pytest.approx(2.75)
