from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from recaudit.errors import DataError
from recaudit.records import Contrast, Estimate, FloatArray, Hypothesis, Measurements
from recaudit.statistics import estimate_so_far, why_not_sequential
from recaudit.statistics.confidence_sequence import mean_bounds

ARMS = ("a", "b", "c")


def claim(contrast: Contrast, **changes: object) -> Hypothesis:
    made = Hypothesis(
        id=contrast,
        question="",
        probe="p",
        metric="m",
        contrast=contrast,
        better="higher",
        bounds=(0.0, 1.0),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


MEAN = claim("mean")
GAP = claim("gap", attribute="group")
RATIO = claim("ratio", attribute="group")
WORST = claim("worst", attribute="group")
EXCESS = claim("excess", baseline="a", arms=("b", "c"))
CHANGE = claim("change", baseline="a", arms=("b", "c"))
SNSR = claim("arm gap", arms=ARMS)
SNSV = claim("arm spread", arms=ARMS)
TREND = claim("trend", arms=ARMS, levels=(0.0, 1.0, 2.0))
ALL = [MEAN, GAP, RATIO, WORST, EXCESS, CHANGE, SNSR, SNSV, TREND]


def measured(values: FloatArray) -> Measurements:
    """Rows of (n, a) values of units 0, 1, ... in the arms."""
    n, arms = values.shape
    return Measurements(
        rows=pd.DataFrame(
            {
                "unit": np.repeat(np.arange(n), arms),
                "arm": np.tile(ARMS[:arms], n),
                "metric": "m",
                "value": values.ravel(),
            }
        )
    )


def groups_of(n: int) -> pd.DataFrame:
    return pd.DataFrame({"group": np.where(np.arange(n) % 3 == 0, "F", "M")})


def seen(
    claims: list[Hypothesis], values: FloatArray, *, planned: int, gated: int | None = None
) -> dict[str, Estimate]:
    return estimate_so_far(
        claims,
        measured(values),
        groups_of(planned),
        order=list(range(planned)),
        gated={one.id for one in claims[:gated]},
        confidence=0.95,
        min_group=20,
    )


def test_every_claim_gets_its_share_of_the_error_and_bounds_from_its_components() -> None:
    values = np.random.default_rng(1).beta([[2, 3, 4]], 4, (300, 3))
    found = seen(ALL, values, planned=400)
    share = 0.05 / len(ALL)
    mean = values.mean(axis=1)
    assert (found["mean"].low, found["mean"].high) == mean_bounds(mean, bounds=(0, 1), alpha=share)
    women = np.arange(300) % 3 == 0
    (f_low, f_high), (m_low, m_high) = (
        mean_bounds(mean[own], bounds=(0, 1), alpha=share / 2) for own in (women, ~women)
    )
    assert found["gap"].low == pytest.approx(max(f_low - m_high, m_low - f_high, 0))
    assert found["gap"].high == pytest.approx(max(f_high - m_low, m_high - f_low))
    assert found["worst"].low == pytest.approx(min(f_low, m_low))
    assert found["worst"].high == pytest.approx(min(f_high, m_high))
    assert found["ratio"].low == pytest.approx(min(f_low / m_high, m_low / f_high))
    assert found["ratio"].high == pytest.approx(min(1, f_high / m_low, m_high / f_low))
    pairs = [mean_bounds(values[:, 0] - values[:, arm], bounds=(-1, 1), alpha=share / 2) for arm in (1, 2)]
    assert found["excess"].low == pytest.approx(max(low for low, _ in pairs), abs=1e-8)
    assert found["excess"].high == pytest.approx(max(high for _, high in pairs), abs=1e-8)
    slope = (values[:, 2] - values[:, 0]) / 2
    low, high = mean_bounds(slope, bounds=(-0.5, 0.5), alpha=share)
    assert found["trend"].low == pytest.approx(low, abs=1e-8)
    assert found["trend"].high == pytest.approx(high, abs=1e-8)
    for one in ALL:
        estimate = found[one.id]
        assert estimate.value is not None
        assert estimate.low is not None
        assert estimate.high is not None
        assert estimate.low <= estimate.value <= estimate.high
        assert {type(end) for end in (estimate.low, estimate.value, estimate.high)} == {float}
        assert estimate.family == "9 gated claims about this system"
        assert "betting confidence sequence" in estimate.method
        assert estimate.p is None


def test_intervals_only_narrow_from_look_to_look() -> None:
    values = np.random.default_rng(2).random((300, 3))
    looks = [seen(ALL, values[:n], planned=300) for n in (60, 150, 300)]
    for before, after in pairwise(looks):
        for one in ALL:
            low, high = before[one.id].low, before[one.id].high
            assert low is not None
            assert high is not None
            assert low <= (after[one.id].low or 0) <= (after[one.id].high or 0) <= high


def test_a_group_that_has_yet_to_come_keeps_its_claim_open() -> None:
    groups = pd.DataFrame({"group": ["M"] * 100 + ["F"] * 50})
    found = estimate_so_far(
        [GAP],
        measured(np.full((100, 1), 0.5)),
        groups,
        order=list(range(150)),
        gated={"gap"},
        confidence=0.95,
        min_group=20,
    )["gap"]
    assert found.low is None
    assert found.reason == "no unit has a value so far in F"
    assert [group.n for group in found.groups] == [100, 0]


def test_a_group_that_is_too_small_to_be_compared_is_left_out_from_the_start() -> None:
    groups = pd.DataFrame({"group": ["M"] * 100 + ["F"] * 10})
    found = estimate_so_far(
        [GAP],
        measured(np.full((110, 1), 0.5)),
        groups,
        order=list(range(110)),
        gated=(),
        confidence=0.95,
        min_group=20,
    )["gap"]
    assert found.reason == "fewer than two groups of at least 20 units are to be asked"


def test_the_order_of_asking_decides_and_not_the_order_of_rows() -> None:
    values = np.random.default_rng(3).random((80, 3))
    rows = measured(values).rows
    shuffled = Measurements(rows=rows.sample(frac=1, random_state=1))
    settings = {"groups": groups_of(80), "gated": {"mean"}, "confidence": 0.95, "min_group": 20}
    order = np.random.default_rng(4).permutation(80).tolist()
    one = estimate_so_far(ALL, Measurements(rows=rows), order=order, **settings)  # type: ignore[arg-type]
    assert one == estimate_so_far(ALL, shuffled, order=order, **settings)  # type: ignore[arg-type]


def test_values_that_drift_with_the_order_give_no_interval_and_say_so() -> None:
    values = np.repeat([[0.0], [1.0]], 200, axis=0)
    found = seen([MEAN], values, planned=400)["mean"]
    assert found.value == 0.5
    assert found.low is None
    assert "they drifted while units were asked" in found.reason


def test_missing_values_are_counted() -> None:
    values = np.random.default_rng(5).random((100, 3))
    values[:5] = np.nan
    found = seen([MEAN, GAP, EXCESS], values, planned=100)
    assert [found[name].n_missing for name in ("mean", "gap", "excess")] == [5, 5, 5]
    assert found["mean"].reason == "5 unit(s) without a defined value"
    values[:40, 1] = np.nan
    withheld = seen([EXCESS], values, planned=100)["excess"]
    assert withheld.low is None
    assert "of the units have no value in a - b" in withheld.reason


def test_values_outside_their_bounds_are_refused() -> None:
    with pytest.raises(DataError, match=r"m has the value 1.5, outside the bounds 0 and 1"):
        seen([MEAN], np.full((30, 1), 1.5), planned=30)


@pytest.mark.parametrize(
    ("hypothesis", "reason"),
    [
        (claim("corpus"), "it is a statistic of all lists together, not a mean over units"),
        (claim("part gap"), "it is a statistic of all lists together, not a mean over units"),
        (claim("mean", bounds=(0.0, math.inf)), "m has no finite bounds"),
        (claim("ratio", bounds=(-1.0, 1.0)), "m can be negative, so that a ratio means nothing"),
    ],
)
def test_what_has_no_such_interval_is_named(hypothesis: Hypothesis, reason: str) -> None:
    assert why_not_sequential(hypothesis) == reason
    found = seen([hypothesis], np.full((30, 1), 0.5), planned=30, gated=0)[hypothesis.id]
    assert found.value is None
    assert found.reason == f"not estimated in a sequential run: {reason}"
    assert all(why_not_sequential(one) == "" for one in ALL)


@pytest.mark.slow
def test_a_family_of_contrasts_is_rarely_wrong_in_any_of_them() -> None:
    """Equal arms and groups, so that the truth of every contrast is known: one half, or no difference."""
    truths = {"mean": 0.5, "gap": 0.0, "excess": 0.0, "trend": 0.0}
    claims = [one for one in ALL if one.id in truths]
    worlds = 400
    rng = np.random.default_rng(6)
    wrong = 0
    for _ in range(worlds):
        values = np.clip(0.5 + rng.uniform(-0.25, 0.25, (100, 1)) + rng.uniform(-0.25, 0.25, (100, 3)), 0, 1)
        found = seen(claims, values, planned=100)
        wrong += any(
            not (found[name].low or 0.0) <= truth <= (found[name].high or 0.0)
            for name, truth in truths.items()
        )
    assert wrong / worlds <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / worlds)
