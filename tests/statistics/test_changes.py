from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.weightstats import DescrStatsW

from recaudit.records import Estimate, FloatArray, Hypothesis
from recaudit.statistics import paired_changes
from recaudit.statistics.changes import _extreme_change

Claim = Callable[..., Hypothesis]


def rows(values: FloatArray, metric: str = "m", arm: str = "list") -> pd.DataFrame:
    return pd.DataFrame({"unit": np.arange(len(values)), "arm": arm, "metric": metric, "value": values})


def changed(
    claims: list[Hypothesis],
    before: pd.DataFrame,
    after: pd.DataFrame,
    groups: pd.DataFrame | None = None,
    **settings: Any,
) -> dict[str, Estimate]:
    given = {"confidence": 0.9, "resamples": 1999, "min_group": 10, "family": "these", "rng": 0, **settings}
    return paired_changes(claims, before, after, pd.DataFrame() if groups is None else groups, **given)


def test_the_decision_is_that_of_a_one_sided_paired_t_test(claim: Claim) -> None:
    rng = np.random.default_rng(1)
    wide = claim("mean", bounds=(-np.inf, np.inf))
    decisions = set()
    for shift in np.linspace(-0.08, 0.02, 30):
        before = rng.normal(size=400)
        d = rng.normal(shift, 0.3, size=400)
        seen = changed([wide], rows(before), rows(before + d))["mean"]
        p = DescrStatsW(d).ttest_mean(value=-0.03, alternative="larger")[1]
        assert seen.low is not None
        assert seen.value == pytest.approx(d.mean())
        assert seen.low == pytest.approx(d.mean() - 1.649 * d.std(ddof=1) / 20, abs=0.003)
        if not 0.04 < p < 0.06:  # a bootstrap differs there by its resamples
            assert (seen.low >= -0.03) == (p < 0.05)
            decisions.add(p < 0.05)
    assert decisions == {True, False}


def test_units_are_joined_by_their_id_and_those_lost_are_counted(claim: Claim) -> None:
    rng = np.random.default_rng(2)
    before = rng.uniform(0.2, 0.5, 100)
    after = before + rng.normal(0.05, 0.02, 100)
    later = rows(after).sample(frac=1, random_state=3).iloc[:95]
    later.loc[later.index[:4], "value"] = np.nan
    kept = later.dropna()["unit"].to_numpy()
    seen = changed([claim("mean")], rows(before), later)["mean"]
    assert seen.value == pytest.approx((after - before)[kept].mean())
    assert (seen.n, seen.n_missing) == (91, 9)
    assert "9 units have a value only before or only after" in seen.reason


def test_without_a_fifth_of_the_units_there_is_no_interval(claim: Claim) -> None:
    values = np.random.default_rng(2).uniform(0, 1, 100)
    seen = changed([claim("mean")], rows(values), rows(values).iloc[:79])["mean"]
    assert (seen.low, seen.high) == (None, None)
    assert seen.reason == "21% of the units have a value only before or only after"


def test_few_units_give_no_interval_and_identical_ones_a_bound(claim: Claim) -> None:
    values = np.random.default_rng(2).uniform(0, 1, 300)
    few = changed([claim("mean")], rows(values[:9]), rows(values[:9]))["mean"]
    assert (few.value, few.low, few.reason) == (0.0, None, "fewer than 10 units")
    same = changed([claim("mean")], rows(values), rows(values))["mean"]
    assert same.low is not None
    assert same.high is not None
    # Clopper and Pearson's bound for 0 of 300
    assert same.high == pytest.approx(1 - 0.1 ** (1 / 300))
    assert same.low == -same.high


def two_groups(
    rng: np.random.Generator, gap_before: float, gap_after: float, *, n: int = 400, noise: float = 0.1
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    groups = pd.DataFrame({"g": np.repeat(["a", "b"], n // 2)})
    first = (groups["g"] == "a").to_numpy()
    easy = rng.uniform(0.2, 0.5, n)
    before = easy + first * gap_before
    after = easy + first * gap_after + rng.normal(0, noise, n)
    return rows(before), rows(after), groups


@pytest.mark.parametrize(
    ("gap_before", "gap_after", "direction"), [(0.2, 0.1, -1), (0.1, 0.2, 1), (-0.1, -0.2, 1)]
)
def test_a_gap_that_shrinks_got_better_and_one_that_widens_worse(
    claim: Claim, gap_before: float, gap_after: float, direction: int
) -> None:
    before, after, groups = two_groups(np.random.default_rng(3), gap_before, gap_after)
    seen = changed([claim("gap")], before, after, groups)["gap"]
    assert seen.low is not None
    assert seen.high is not None
    assert seen.low < direction * 0.1 < seen.high
    assert (seen.low > 0) == (direction > 0)
    assert (seen.high < 0) == (direction < 0)


def test_the_value_of_a_gap_is_the_difference_of_both_gaps_and_lies_within(claim: Claim) -> None:
    rng = np.random.default_rng(4)
    groups = pd.DataFrame({"g": rng.choice(list("abcd"), 500)})
    for _ in range(20):
        before, after = rng.uniform(0, 1, (2, 500))
        claims = [claim("gap"), claim("worst", id="worst")]
        seen = changed(claims, rows(before), rows(after), groups, resamples=400)
        means = [pd.Series(values).groupby(groups["g"]).mean() for values in (before, after)]
        gaps = [mean.max() - mean.min() for mean in means]
        assert seen["gap"].value == pytest.approx(gaps[1] - gaps[0])
        assert seen["worst"].value == pytest.approx((means[1] - means[0]).min())
        for one in seen.values():
            assert one.low is not None
            assert one.high is not None
            assert one.value is not None
            assert one.low <= one.value <= one.high
            assert one.family_size == 2


@pytest.mark.parametrize(("gap_before", "gap_after"), [(0.05, -0.1), (0.3, 0.15), (-0.1, -0.25)])
def test_the_worst_group_is_the_one_that_loses_most_wherever_it_stood(
    claim: Claim, gap_before: float, gap_after: float
) -> None:
    rng = np.random.default_rng(5)
    before, after, groups = two_groups(rng, gap_before, gap_after)
    seen = changed([claim("worst")], before, after, groups)["worst"]
    assert seen.versus == "a"
    assert seen.high is not None
    assert seen.low is not None
    assert seen.low < -0.15 < seen.high < -0.12


def test_arms_change_by_the_change_of_their_difference(claim: Claim) -> None:
    rng = np.random.default_rng(6)
    excess = claim("excess", arms=("x", "y"), baseline="same", bounds=(0, 1), better="neither")
    before = {arm: rng.uniform(0.4, 0.8, 200) for arm in ("same", "x", "y")}
    after = before | {"y": before["y"] - 0.2 + rng.normal(0, 0.02, 200)}
    tables = [pd.concat([rows(v, arm=arm) for arm, v in arms.items()]) for arms in (before, after)]
    seen = changed([excess], *tables)["excess"]
    losses = [max((arms["same"] - arms[one]).mean() for one in ("x", "y")) for arms in (before, after)]
    assert seen.value == pytest.approx(losses[1] - losses[0])
    assert seen.versus == "same - y"
    assert seen.low is not None
    assert seen.low > 0.1


def test_a_mean_that_is_best_near_zero_changes_by_its_distance(claim: Claim) -> None:
    rng = np.random.default_rng(7)
    near = claim("mean", better="zero", bounds=(-5, 5))
    before = rng.normal(-0.5, 0.3, 400)
    seen = changed([near], rows(before), rows(before + 0.3 + rng.normal(0, 0.05, 400)))["mean"]
    assert seen.value == pytest.approx(-0.3, abs=0.02)
    assert seen.high is not None
    assert seen.high < -0.2


def test_other_contrasts_are_refused(claim: Claim) -> None:
    values = rows(np.linspace(0, 1, 50))
    with pytest.raises(ValueError, match="has no change within units"):
        changed([claim("ratio")], values, values)
    assert changed([], values, values) == {}


@pytest.mark.parametrize(("groups", "gap_before"), [(2, 0.0), (5, 0.1)])
def test_a_gap_that_got_worse_by_the_margin_seldom_passes(
    claim: Claim, groups: int, gap_before: float
) -> None:
    """One group's true mean falls by exactly the margin: 5 % may be called non-inferior, and 5 % worse beyond it."""
    rng, worlds, margin, n = np.random.default_rng(8), 100, 0.05, 200
    labels = pd.DataFrame({"g": np.array(list("abcde"))[np.arange(n) % groups]})
    lowest = (labels["g"] == "a").to_numpy()
    passed = failed = 0
    for world in range(worlds):
        before = rng.normal(0.5, 0.15, n) - gap_before * lowest
        after = before + rng.normal(0, 0.15, n) - margin * lowest
        seen = changed(
            [claim("gap", bounds=(-9, 9))], rows(before), rows(after), labels, resamples=299, rng=world
        )["gap"]
        assert seen.low is not None
        assert seen.high is not None
        passed += seen.high <= margin
        failed += seen.low > margin
    most = worlds * (0.05 + 2 * np.sqrt(0.05 * 0.95 / worlds))
    assert passed <= most
    assert failed <= most


def test_bounds_on_the_change_of_a_maximum_hold_wherever_levels_and_changes_lie() -> None:
    rng = np.random.default_rng(9)
    tight = 0
    for _ in range(500):
        level, change = rng.normal(0, 1, (2, 5))
        reach = rng.exponential(0.5, (4, 5))
        least, most, down, up = level - reach[0], level + reach[1], change - reach[2], change + reach[3]
        low, high = _extreme_change((least, most), (down, up))
        for b, d in zip(rng.uniform(least, most, (200, 5)), rng.uniform(down, up, (200, 5)), strict=True):
            true = (b + d).max() - b.max()
            assert low - 1e-9 <= true <= high + 1e-9
        tight += high - low < (up - down).max()
    assert tight > 50
