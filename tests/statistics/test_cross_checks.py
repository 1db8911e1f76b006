"""The same questions put to scipy and statsmodels, where they compute the same thing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recaudit.audit import decide
from recaudit.records import Estimate, Limit, Measurements
from recaudit.statistics import estimate
from recaudit.statistics.ordinal import cliffs_delta


def of_arms(claim, first: np.ndarray, second: np.ndarray) -> Estimate:
    """Mean of `second` less `first` within units."""
    units = len(first)
    rows = pd.DataFrame(
        {
            "unit": np.tile(np.arange(units), 2),
            "arm": np.repeat(["a", "b"], units),
            "metric": "m",
            "value": np.concatenate([first, second]),
        }
    )
    one = claim("excess", arms=("b",), baseline="a", better="lower")
    return estimate([one], Measurements(rows=rows), pd.DataFrame(), gated=["excess"], rng=0)["excess"]


def of_groups(claim, contrast: str, first: np.ndarray, second: np.ndarray) -> Estimate:
    values = np.concatenate([first, second])
    rows = pd.DataFrame({"unit": np.arange(len(values)), "arm": "", "metric": "m", "value": values})
    groups = pd.DataFrame({"g": ["x"] * len(first) + ["y"] * len(second)})
    return estimate([claim(contrast)], Measurements(rows=rows), groups, gated=[contrast], rng=0)[contrast]


@pytest.fixture
def pairs() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    first = rng.uniform(0.3, 0.6, 300)
    return first, np.clip(first + rng.normal(0.02, 0.1, 300), 0, 1)


@pytest.mark.parametrize("margin", [0.02, 0.025, 0.04, 0.05, 0.2])
def test_a_pass_within_a_margin_is_tost_at_two_and_a_half_percent(claim, pairs, margin: float) -> None:
    from statsmodels.stats.weightstats import ttost_paired

    first, second = pairs
    p = ttost_paired(second, first, -margin, margin)[0]
    verdict, _ = decide(of_arms(claim, first, second), Limit(low=-margin, high=margin))
    assert (verdict == "PASS") == (p < 0.025)


def test_the_ends_of_the_interval_are_where_one_sided_tests_have_two_and_a_half_percent(claim, pairs) -> None:
    from statsmodels.stats.weightstats import DescrStatsW

    first, second = pairs
    seen = of_arms(claim, first, second)
    described = DescrStatsW(second - first)
    for end, alternative in ((seen.low, "larger"), (seen.high, "smaller")):
        assert described.ttest_mean(end, alternative=alternative)[1] == pytest.approx(0.025, abs=0.004)


def test_permuting_hits_within_units_is_mcnemars_exact_test(claim) -> None:
    from statsmodels.stats.contingency_tables import mcnemar

    rng = np.random.default_rng(5)
    first = (rng.random(120) < 0.5).astype(float)
    second = np.where(rng.random(120) < 0.25, 1 - first, first)
    second[first == 0] = np.where(rng.random(int((first == 0).sum())) < 0.1, 1.0, second[first == 0])
    rows = pd.DataFrame(
        {
            "unit": np.tile(np.arange(120), 2),
            "arm": np.repeat(["a", "b"], 120),
            "metric": "m",
            "value": np.concatenate([first, second]),
        }
    )
    one = claim("arm gap", arms=("a", "b"))
    seen = estimate([one], Measurements(rows=rows), pd.DataFrame(), gated=[], rng=0)["arm gap"]
    expected = mcnemar(pd.crosstab(first, second).to_numpy(), exact=True).pvalue
    assert seen.p == pytest.approx(expected, abs=3 * np.sqrt(expected * (1 - expected) / 1999) + 1 / 2000)


def test_the_gap_of_two_groups_has_welchs_interval(claim) -> None:
    from scipy.stats import ttest_ind

    rng = np.random.default_rng(4)
    first, second = rng.uniform(0.4, 0.9, 60), rng.uniform(0.2, 0.5, 400)
    seen = of_groups(claim, "gap", first, second)
    expected = ttest_ind(first, second, equal_var=False).confidence_interval(0.95)
    width = expected.high - expected.low
    assert (seen.low, seen.high) == pytest.approx((expected.low, expected.high), abs=0.06 * width)
    assert seen.rank_effect == pytest.approx(cliffs_delta(first, second))


@pytest.mark.parametrize(("contrast", "compare"), [("gap", "diff"), ("ratio", "ratio")])
def test_rates_of_two_groups_have_about_the_score_interval(claim, contrast: str, compare: str) -> None:
    from statsmodels.stats.proportion import confint_proportions_2indep

    more, fewer = np.repeat([1.0, 0.0], [90, 110]), np.repeat([1.0, 0.0], [60, 240])
    seen = of_groups(claim, contrast, more, fewer)
    counts = (90, 200, 60, 300) if contrast == "gap" else (60, 300, 90, 200)
    low, high = confint_proportions_2indep(*counts, method="score", compare=compare)
    assert (seen.low, seen.high) == pytest.approx((low, high), abs=0.12 * (high - low))


def test_wilcoxon_and_the_rank_effect_go_the_same_way(claim, pairs) -> None:
    from scipy.stats import wilcoxon

    first, second = pairs
    seen = of_arms(claim, first, second)
    assert seen.rank_effect is not None
    assert (seen.rank_effect > 0) == (seen.value > 0)
    assert wilcoxon(second - first, zero_method="zsplit").pvalue < 0.05
    assert seen.p is not None
    assert seen.p < 0.05
