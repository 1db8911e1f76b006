from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recaudit.records import Estimate
from recaudit.statistics import estimate


@pytest.fixture
def compare(claim, measured, grouped):
    """Estimate one contrast of values, one array per group."""

    def run(
        contrast: str, *values: np.ndarray, resamples: int = 2000, min_group: int = 20, **fields
    ) -> Estimate:
        return estimate(
            [claim(contrast, **fields)],
            measured(m=np.concatenate(values)),
            grouped(*(len(own) for own in values)),
            gated=[],
            resamples=resamples,
            min_group=min_group,
            rng=0,
        )[contrast]

    return run


RNG = np.random.default_rng(11)
HIGH, LOW = RNG.beta(4, 4, 300), RNG.beta(3, 5, 150)
ONES, ZEROS = np.ones(60), np.zeros(60)


def test_gap_of_two_groups_is_welchs(compare) -> None:
    from scipy.stats import ttest_ind

    seen = compare("gap", LOW, HIGH, resamples=20_000)
    welch = ttest_ind(HIGH, LOW, equal_var=False)
    expected = welch.confidence_interval(0.95)
    assert seen.value == pytest.approx(HIGH.mean() - LOW.mean())
    assert (seen.low, seen.high) == pytest.approx((expected.low, expected.high), abs=0.002)
    assert seen.standard_error == pytest.approx(np.sqrt(HIGH.var(ddof=1) / 300 + LOW.var(ddof=1) / 150))
    assert seen.versus == "b - a"
    assert seen.p == pytest.approx(1 / 20_001)


def test_p_is_welchs_when_it_is_not_tiny(compare) -> None:
    from scipy.stats import ttest_ind

    rng = np.random.default_rng(5)
    first, second = rng.random(200), rng.random(300) + 0.03
    seen = compare("gap", first, second, resamples=20_000, bounds=(0.0, 2.0))
    assert seen.p == pytest.approx(ttest_ind(first, second, equal_var=False).pvalue, abs=0.02)
    assert 0.03 < seen.p < 0.9


def test_effect_size_is_hedges_g_of_statsmodels(compare) -> None:
    from statsmodels.stats.meta_analysis import effectsize_smd

    seen = compare("gap", LOW, HIGH)
    expected, _ = effectsize_smd(HIGH.mean(), HIGH.std(ddof=1), 300, LOW.mean(), LOW.std(ddof=1), 150)
    assert seen.effect_size == pytest.approx(expected, rel=1e-4)


def test_ratio_interval_is_that_of_the_percentile_bootstrap_of_scipy(compare) -> None:
    from scipy.stats import bootstrap

    seen = compare("ratio", HIGH, LOW, resamples=5000)
    oracle = bootstrap(
        (LOW, HIGH),
        lambda low, high, axis: low.mean(axis=axis) / high.mean(axis=axis),
        method="percentile",
        n_resamples=5000,
        rng=1,
    )
    assert seen.value == pytest.approx(LOW.mean() / HIGH.mean())
    assert (seen.low, seen.high) == pytest.approx(tuple(oracle.confidence_interval), abs=0.01)
    assert seen.standard_error == pytest.approx(oracle.standard_error, rel=0.05)
    assert seen.versus == "b / a"
    assert seen.effect_size is None
    assert 0 < seen.detectable < 1


def test_equal_groups_have_a_ratio_interval_that_ends_at_one(compare) -> None:
    seen = compare("ratio", HIGH, HIGH)
    assert (seen.value, seen.high) == (1.0, 1.0)
    assert seen.low < 1


def test_worst_is_the_smallest_mean_or_the_largest_when_lower_is_better(compare) -> None:
    smallest = compare("worst", HIGH, LOW)
    assert (smallest.value, smallest.versus) == (pytest.approx(LOW.mean()), "b")
    assert smallest.low < smallest.value < smallest.high
    assert smallest.p is None
    largest = compare("worst", HIGH, LOW, better="lower")
    assert (largest.value, largest.versus) == (pytest.approx(HIGH.mean()), "a")


def test_a_group_that_gets_nothing_is_found(compare) -> None:
    gap, ratio = compare("gap", HIGH, ZEROS), compare("ratio", HIGH, ZEROS)
    assert gap.value == pytest.approx(HIGH.mean())
    assert gap.low > 0.3
    assert (ratio.value, ratio.low) == (0.0, 0.0)
    assert ratio.high < 0.3
    assert gap.p is None
    assert gap.standard_error is None
    assert gap.detectable is None
    assert gap.reason == "b: conservative bound: fewer than 10 values differ from the most common one"
    assert gap.groups[1].note.startswith("conservative bound")


def test_a_small_group_that_gets_nothing_does_not_shrink_the_gap(compare) -> None:
    rng = np.random.default_rng(0)
    hits = (rng.random(400) < 0.1).astype(float)
    seen = compare("gap", hits, np.zeros(25))
    assert seen.low == 0
    assert seen.high > 0.12  # 25 misses are compatible with a rate of 0.2


def test_without_bounds_a_sparse_group_leaves_the_gap_open(compare) -> None:
    seen = compare("gap", HIGH, ZEROS, bounds=(0.0, np.inf))
    assert seen.high == np.inf


@pytest.mark.parametrize(("contrast", "value"), [("gap", 0.0), ("ratio", 1.0)])
def test_no_variation_at_all_is_degenerate(compare, contrast: str, value: float) -> None:
    seen = compare(contrast, ONES, ONES)
    assert (seen.value, seen.low, seen.high, seen.standard_error) == (value, None, None, 0.0)
    assert seen.reason == "every unit has the same value"
    assert seen.p is None


def test_nothing_against_nothing_has_no_ratio(compare) -> None:
    assert compare("ratio", ZEROS, ZEROS).value is None


def test_constant_groups_that_differ_are_not_degenerate(compare) -> None:
    seen = compare("gap", ONES, ZEROS)
    assert seen.value == 1.0
    assert 0.85 < seen.low < 1
    assert seen.high == 1.0


def test_no_ratio_of_a_metric_that_can_be_negative(compare) -> None:
    seen = compare("ratio", HIGH, LOW, bounds=(-1.0, 1.0))
    assert (seen.value, seen.reason) == (None, "no ratio: m can be negative")


def test_small_groups_are_shown_counted_and_not_compared(compare) -> None:
    seen = compare("gap", HIGH, LOW, np.full(19, 0.99), np.full(3, 0.0))
    assert seen.value == pytest.approx(HIGH.mean() - LOW.mean())
    assert (seen.n, seen.n_missing) == (450, 0)
    assert seen.reason == "2 groups of fewer than 20 units not compared (22 units in all)"
    assert [(group.group, group.n, group.value) for group in seen.groups[2:]] == [
        ("c", 19, None),
        ("d", 3, None),
    ]
    assert seen.groups[2].note == "fewer than 20 units; not compared"


@pytest.mark.parametrize("contrast", ["gap", "ratio", "worst"])
def test_one_group_is_no_comparison(compare, contrast: str) -> None:
    seen = compare(contrast, HIGH, LOW[:19])
    assert (seen.value, seen.low, seen.high) == (None, None, None)
    assert seen.reason.startswith(
        "fewer than two groups of at least 20 units; 1 group of fewer than 20 units"
    )
    assert seen.groups[0].value == pytest.approx(HIGH.mean())


def test_group_intervals_hold_the_means(compare) -> None:
    seen = compare("gap", HIGH, LOW)
    for group, values in zip(seen.groups, (HIGH, LOW), strict=True):
        assert (group.n, group.value) == (len(values), pytest.approx(values.mean()))
        reach = 2.24 * values.std(ddof=1) / np.sqrt(len(values))  # two independent groups at 95 %
        assert (group.low, group.high) == pytest.approx(
            (values.mean() - reach, values.mean() + reach), abs=0.004
        )


def test_units_without_the_attribute_are_counted(claim, measured) -> None:
    groups = pd.DataFrame({"g": ["a"] * 40 + ["b"] * 40 + [None] * 7})
    values = np.append(np.random.default_rng(0).random(86), np.nan)
    seen = estimate([claim("gap")], measured(m=values), groups, gated=[], rng=0)["gap"]
    assert (seen.n, seen.n_missing) == (80, 7)
    assert seen.reason == "1 unit without a defined value; 6 units without g"


def test_detectable_gap_of_values_of_one_spread_is_its_pairs_interval_and_power(compare) -> None:
    seen = compare("gap", HIGH, LOW)
    half = (seen.high - seen.low) / 2
    assert seen.detectable == pytest.approx(half + 0.841621 * seen.standard_error, rel=0.05)


def hits(count: int, units: int) -> np.ndarray:
    return np.repeat([1.0, 0.0], [count, units - count])


def test_rates_of_small_groups_have_a_score_interval(compare) -> None:
    from statsmodels.stats.proportion import confint_proportions_2indep

    gap, ratio = compare("gap", hits(18, 25), hits(7, 25)), compare("ratio", hits(18, 25), hits(7, 25))
    difference = confint_proportions_2indep(18, 25, 7, 25, method="score", compare="diff")
    assert (gap.low, gap.high) == pytest.approx(
        difference, abs=0.005
    )  # its rates are not the most likely ones
    quotient = confint_proportions_2indep(7, 25, 18, 25, method="score", compare="ratio")
    assert (ratio.low, ratio.high) == pytest.approx(quotient, abs=1e-5)
    assert gap.reason == "a, b: score interval: fewer than 10 values differ from the most common one"


def test_rates_of_one_small_group_spend_the_whole_error_on_the_pair(compare) -> None:
    from recaudit.statistics.proportions import score_differences

    seen = compare("gap", hits(120, 400), hits(2, 40))
    low, high = score_differences(*(np.array([x]) for x in (120.0, 400.0, 2.0, 40.0)), alpha=0.05)
    assert (seen.low, seen.high) == pytest.approx((low[0], high[0]))


def test_pairs_with_a_small_group_share_the_error_left_to_it(compare) -> None:
    from recaudit.statistics.proportions import score_differences

    seen = compare("gap", hits(120, 400), hits(90, 300), hits(0, 30))
    # One of three groups is sparse: a third of 5 % for its two pairs.
    counts = ((120.0, 90.0), (400.0, 300.0), (0.0, 0.0), (30.0, 30.0))
    _, high = score_differences(*map(np.array, counts), alpha=0.05 / 3 / 2)
    assert seen.high == pytest.approx(high.max())


def test_rates_between_other_bounds_are_scaled(compare) -> None:
    plain, wide = (
        compare("gap", hits(18, 25), hits(7, 25)),
        compare("gap", 4 * hits(18, 25) - 2, 4 * hits(7, 25) - 2, bounds=(-2.0, 2.0)),
    )
    assert (wide.low, wide.high) == pytest.approx((4 * plain.low, 4 * plain.high))


def test_values_between_the_bounds_are_no_rates(compare) -> None:
    some = hits(5, 25)
    some[0] = 0.5
    assert "conservative bound" in compare("gap", hits(18, 25), some).reason
