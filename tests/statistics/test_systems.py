from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.stats import friedmanchisquare

from recaudit.records import FloatArray, Hypothesis, SystemComparison
from recaudit.statistics import compare_systems

Claim = Callable[..., Hypothesis]


def rows(values: FloatArray, arm: str = "list", metric: str = "m") -> pd.DataFrame:
    return pd.DataFrame({"unit": np.arange(len(values)), "arm": arm, "metric": metric, "value": values})


def compared(claim: Claim, columns: dict[str, FloatArray]) -> SystemComparison:
    [made] = compare_systems(
        [claim("mean", arms=("list",)), claim("gap")],
        {system: rows(values) for system, values in columns.items()},
        confidence=0.95,
        resamples=999,
        rng=0,
    )
    return made


def three(rng: np.random.Generator, units: int = 300) -> dict[str, FloatArray]:
    easy = rng.uniform(0.2, 0.6, units)
    return {
        "a": easy + rng.uniform(-0.1, 0.1, units),
        "b": easy + rng.uniform(-0.1, 0.1, units),
        "c": easy + 0.1 + rng.uniform(-0.1, 0.1, units),
    }


def test_differences_are_paired_and_hold_together(claim: Claim) -> None:
    data = three(np.random.default_rng(1))
    made = compared(claim, data)
    assert made.systems == ("a", "b", "c")
    assert made.means == pytest.approx([values.mean() for values in data.values()])
    by_pair = {(one.first, one.second): one for one in made.differences}
    assert list(by_pair) == [("a", "b"), ("a", "c"), ("b", "c")]
    for (first, second), one in by_pair.items():
        gap = data[first] - data[second]
        assert one.value == pytest.approx(gap.mean())
        assert one.low is not None
        assert one.high is not None
        # wider than one interval alone, far narrower than without pairing
        own = 1.96 * gap.std(ddof=1) / np.sqrt(300)
        assert own < (one.high - one.low) / 2 < 1.5 * own
    assert by_pair["a", "b"].low < 0 < by_pair["a", "b"].high  # type: ignore[operator]
    assert by_pair["a", "c"].high < 0  # type: ignore[operator]


def test_friedman_agrees_with_scipy(claim: Claim) -> None:
    data = three(np.random.default_rng(2))
    made = compared(claim, data)
    expected = friedmanchisquare(*data.values())
    assert made.friedman_p == pytest.approx(expected.pvalue)
    assert made.kendall_w == pytest.approx(expected.statistic / (300 * 2))


def test_only_units_that_both_have_count(claim: Claim) -> None:
    data = three(np.random.default_rng(3))
    data["a"][:250] = np.nan
    data["b"][:295] = np.nan
    made = compared(claim, data)
    assert [one.n for one in made.differences] == [5, 50, 5]
    assert made.differences[0].value is None
    assert made.differences[1].value == pytest.approx((data["a"] - data["c"])[250:].mean())
    assert made.n == 5
    assert made.friedman_p is None


def test_systems_without_the_claim_are_left_out(claim: Claim) -> None:
    values = np.random.default_rng(4).random(50)
    wanted = [claim("mean", arms=("list",))]
    alone = compare_systems(
        wanted,
        {"a": rows(values), "b": rows(values, arm="other"), "c": rows(np.full(50, np.nan))},
        confidence=0.95,
        resamples=300,
        rng=0,
    )
    assert alone == ()


def test_equal_systems_have_no_ranks_and_no_difference(claim: Claim) -> None:
    values = np.random.default_rng(5).random(60)
    made = compared(claim, {"a": values, "b": values, "c": values})
    assert made.friedman_p is None
    assert all(one.value == 0 for one in made.differences)


@pytest.mark.slow
@pytest.mark.usefixtures("no_forced_collection")
def test_equal_systems_are_told_apart_no_more_often_than_promised(claim: Claim) -> None:
    worlds, wrong = 200, 0
    for world in range(worlds):
        rng = np.random.default_rng([world, 6])
        easy = rng.random(80)
        columns = {name: np.clip(easy + rng.normal(0, 0.2, 80), 0, 1) for name in "abcd"}
        wrong += any(not one.low <= 0 <= one.high for one in compared(claim, columns).differences)  # type: ignore[operator]
    assert wrong / worlds <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / worlds)
