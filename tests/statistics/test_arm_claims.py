from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_rel

from recaudit.records import Estimate, FloatArray, Hypothesis, Measurements
from recaudit.statistics import estimate

Claim = Callable[..., Hypothesis]
NO_GROUPS = pd.DataFrame()


def measured(arms: Mapping[str, FloatArray], metric: str = "m") -> Measurements:
    frames = [
        pd.DataFrame(
            {"unit": np.arange(len(values)), "arm": arm, "replicate": 0, "metric": metric, "value": values}
        )
        for arm, values in arms.items()
    ]
    return Measurements(rows=pd.concat(frames, ignore_index=True))


def seen(
    claims: Hypothesis | Sequence[Hypothesis], data: Measurements, **options: Any
) -> dict[str, Estimate]:
    listed = [claims] if isinstance(claims, Hypothesis) else list(claims)
    settings: dict[str, Any] = {
        "gated": [claim.id for claim in listed],
        "resamples": 999,
        "rng": 1,
        **options,
    }
    return estimate(listed, data, NO_GROUPS, **settings)


def noisy(rng: np.random.Generator, units: int, *means: float, spread: float = 0.1) -> dict[str, FloatArray]:
    """Arms "base", "a", "b", ... with a strong effect of the unit."""
    of_unit = rng.uniform(0.3, 0.6, units)
    names = ["base", *(chr(ord("a") + place) for place in range(len(means) - 1))]
    return {
        name: np.clip(of_unit + mean + rng.uniform(-spread, spread, units), 0, 1)
        for name, mean in zip(names, means, strict=True)
    }


def test_excess_is_the_largest_loss_against_the_baseline(claim: Claim) -> None:
    arms = noisy(np.random.default_rng(0), 200, 0.0, -0.02, -0.15, 0.1)
    found = seen(claim("excess", arms=("a", "b", "c"), baseline="base"), measured(arms))["excess"]
    difference = arms["base"] - arms["b"]
    assert found.value == pytest.approx(difference.mean())
    assert found.versus == "base - b"
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.15 < found.high
    assert found.high - found.low < 0.05
    assert found.standard_error == pytest.approx(difference.std(ddof=1) / np.sqrt(200))
    assert found.effect_size == pytest.approx(
        (1 - 3 / (4 * 199 - 1)) * difference.mean() / difference.std(ddof=1)
    )
    assert found.p == 1 / 1000
    assert found.by_chance is None
    assert [group.group for group in found.groups] == ["base", "a", "b", "c"]
    assert found.groups[2].value == pytest.approx(arms["b"].mean())
    assert found.method.startswith("paired within units")


def test_pairing_takes_the_unit_out(claim: Claim) -> None:
    arms = noisy(np.random.default_rng(1), 100, 0.0, -0.05, spread=0.02)
    found = seen(claim("excess", arms=("a",), baseline="base"), measured(arms))["excess"]
    assert found.value is not None
    assert found.standard_error is not None
    assert found.value / found.standard_error == pytest.approx(ttest_rel(arms["base"], arms["a"]).statistic)


def test_a_gain_is_a_negative_excess_and_not_an_offence(claim: Claim) -> None:
    arms = noisy(np.random.default_rng(2), 100, 0.0, 0.1)
    found = seen(claim("excess", arms=("a",), baseline="base"), measured(arms))["excess"]
    assert found.value is not None
    assert found.value < 0
    assert found.high is not None
    assert found.high < 0
    assert found.p is not None
    assert found.p > 0.99


def test_change_counts_in_both_directions(claim: Claim) -> None:
    arms = noisy(np.random.default_rng(3), 200, 0.0, 0.1, -0.05)
    found = seen(claim("change", arms=("a", "b"), baseline="base"), measured(arms))["change"]
    assert found.value == pytest.approx(abs((arms["a"] - arms["base"]).mean()))
    assert found.versus == "a - base"
    down = seen(
        claim("change", arms=("a", "b"), baseline="base"),
        measured(noisy(np.random.default_rng(3), 200, 0.0, 0.05, -0.1)),
    )["change"]
    assert down.versus == "base - b"
    assert down.low is not None
    assert down.high is not None
    assert 0 < down.low < 0.1 < down.high


def test_gap_and_spread_are_snsr_and_snsv(claim: Claim) -> None:
    arms = noisy(np.random.default_rng(4), 150, 0.0, 0.1, 0.02)
    claims = [claim(contrast, arms=("base", "a", "b")) for contrast in ("arm gap", "arm spread")]
    found = seen(claims, measured(arms))
    means = np.array([values.mean() for values in arms.values()])
    assert found["arm gap"].value == pytest.approx(means.max() - means.min())
    assert found["arm gap"].versus == "a - base"
    assert found["arm spread"].value == pytest.approx(means.std())
    truth = {"arm gap": 0.1, "arm spread": np.std([0.0, 0.1, 0.02])}
    for name, expected in truth.items():
        low, high, chance = found[name].low, found[name].high, found[name].by_chance
        assert low is not None
        assert high is not None
        assert chance is not None
        assert low < expected < high
        assert 0 < chance < expected
        assert found[name].p == 1 / 1000


def test_units_without_one_of_two_arms_are_left_out_of_that_pair_and_counted(claim: Claim) -> None:
    arms = noisy(np.random.default_rng(5), 60, 0.0, -0.1)
    arms["a"][:6] = np.nan
    found = seen(claim("excess", arms=("a",), baseline="base"), measured(arms))["excess"]
    assert (found.n, found.n_missing) == (54, 6)
    assert found.value == pytest.approx((arms["base"] - arms["a"])[6:].mean())
    assert "up to 6 units without a value in one of two compared arms" in found.reason


def test_many_missing_answers_leave_no_interval(claim: Claim) -> None:
    arms = noisy(np.random.default_rng(6), 60, 0.0, -0.1, -0.1)
    arms["b"][:13] = np.nan
    found = seen(claim("excess", arms=("a", "b"), baseline="base"), measured(arms))["excess"]
    assert found.low is None
    assert found.reason == "22% of the units have no value in base - b, more than 20%"


@pytest.mark.parametrize(
    ("arms", "fields", "reason"),
    [
        ({"base": np.ones(50)}, {}, "no unit has a value of m in a"),
        ({"base": np.ones(50), "a": np.full(50, np.nan)}, {}, "no unit has a value of m in a"),
        (
            {"base": np.repeat([0.5, np.nan], 25), "a": np.repeat([np.nan, 0.5], 25)},
            {},
            "no unit has a value of m in both arms",
        ),
        ({"base": np.linspace(0, 1, 9), "a": np.zeros(9)}, {}, "fewer than 10 units in base - a"),
        (
            {"a": np.linspace(0, 1, 50)},
            {"contrast": "arm gap", "baseline": ""},
            "there is only one arm, a, and nothing to compare it with",
        ),
    ],
)
def test_what_cannot_be_compared_says_why(
    claim: Claim, arms: dict[str, FloatArray], fields: dict[str, str], reason: str
) -> None:
    made = claim(fields.get("contrast", "excess"), arms=("a",), baseline=fields.get("baseline", "base"))
    [found] = seen(made, measured(arms)).values()
    assert found.low is None
    assert reason in found.reason


def test_a_system_that_ignores_the_arm_gets_a_conservative_bound(claim: Claim) -> None:
    values = np.random.default_rng(7).random(100)
    found = seen(claim("excess", arms=("a",), baseline="base"), measured({"base": values, "a": values}))
    assert found["excess"].value == 0
    # Clopper-Pearson: with no unit of 100 that differs, at most 1 - 0.05 ** (1 / 100) do, each by at most 1
    assert found["excess"].high == pytest.approx(1 - 0.05 ** (1 / 100))
    assert found["excess"].low == pytest.approx(-(1 - 0.05 ** (1 / 100)))
    assert found["excess"].p == 1.0


def test_order_of_rows_and_of_claims_changes_nothing(claim: Claim) -> None:
    data = measured(noisy(np.random.default_rng(8), 80, 0.0, -0.1, 0.05))
    shuffled = Measurements(rows=data.rows.sample(frac=1, random_state=1))
    claims = [
        claim("excess", arms=("a", "b"), baseline="base"),
        claim("arm gap", arms=("base", "a", "b")),
        claim("change", arms=("b", "a"), baseline="base"),
    ]
    first = seen(claims, data)
    again = seen(claims[::-1], shuffled)
    for name, one in first.items():
        assert (one.value, one.p, one.by_chance) == (again[name].value, again[name].p, again[name].by_chance)
        assert (one.low, one.high) == pytest.approx((again[name].low, again[name].high), rel=1e-12)


def test_other_claims_count_only_the_arms_they_name(claim: Claim) -> None:
    arms = {"list": np.linspace(0.2, 0.4, 40), "a": np.linspace(0.6, 0.8, 40)}
    claims = [
        claim("mean", id="all"),
        claim("mean", id="one", arms=("a",)),
        claim("mean", id="two", arms=("list", "a")),
    ]
    found = seen(claims, measured(arms))
    assert found["one"].value == pytest.approx(0.7)
    assert found["all"].value == found["two"].value == pytest.approx(0.5)


@pytest.mark.slow
@pytest.mark.usefixtures("no_forced_collection")
@pytest.mark.parametrize(("units", "arms"), [(40, 2), (40, 6), (200, 4)])
def test_worlds_without_an_effect_are_not_accused_and_worlds_at_the_limit_do_not_pass(
    claim: Claim, units: int, arms: int
) -> None:
    """Similarities of short lists: few values, many ties, strong effects of the unit."""
    worlds, limit = 300, 0.1
    names = tuple(f"a{place}" for place in range(arms))
    claims = [
        claim("excess", arms=names, baseline="base", bounds=(0.0, 1.0)),
        claim("arm gap", arms=names),
        claim("arm spread", arms=names),
    ]
    rng = np.random.default_rng(units + arms)
    accused, passed, chance = 0, 0, []
    for world in range(worlds):
        of_unit = rng.uniform(0.3, 1.0, (units, 1))
        kept = rng.random((units, arms + 1, 3)) < of_unit[:, :, None]
        shared = kept.sum(axis=2)
        values = shared / (6 - shared)
        null = measured(dict(zip(("base", *names), values.T, strict=True)))
        found = seen(claims, null, resamples=299, rng=world)
        accused += found["excess"].low > 0 or found["arm gap"].low > 0 or found["arm spread"].low > 0
        chance.append(found["arm gap"].value - found["arm gap"].by_chance)
        values[:, 0] += limit  # every mean similarity of the baseline is higher by exactly the limit
        edge = measured(dict(zip(("base", *names), np.minimum(values, 1.0 + limit).T, strict=True)))
        wide = claim("excess", arms=names, baseline="base", bounds=(0.0, 1.0 + limit))
        passed += seen(wide, edge, resamples=299, rng=world)["excess"].high <= limit
    allowed = 0.05 + 2 * np.sqrt(0.05 * 0.95 / worlds)
    assert accused / worlds <= allowed
    assert passed / worlds <= allowed
    assert abs(np.mean(chance)) < 4 * np.std(chance) / np.sqrt(worlds)
