from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from recaudit.records import CorpusMeasurement, Measurements, PartsMeasurement
from recaudit.statistics.truths import claim_values, truth_as_measured
from recaudit.statistics.worlds import population_of

UNITS = 60


@pytest.fixture
def rows() -> pd.DataFrame:
    """Two arms with two replicates each; unit u has the value u / 100 in arm a and 0.2 more in arm b."""
    return pd.DataFrame(
        {
            "unit": np.repeat([f"u{unit:02d}" for unit in range(UNITS)], 4),
            "arm": ["a", "a", "b", "b"] * UNITS,
            "replicate": [0, 1] * 2 * UNITS,
            "metric": "m",
            "value": np.repeat(np.arange(UNITS) / 100, 4) + np.tile([0, 0, 0.2, 0.2], UNITS),
        }
    )


@pytest.fixture
def groups() -> pd.DataFrame:
    return pd.DataFrame({"g": ["x"] * 20 + ["y"] * 40}, index=[f"u{unit:02d}" for unit in range(UNITS)])


def test_a_world_as_measured_holds_whole_units_with_their_groups(claim, rows, groups) -> None:
    population = population_of([claim("mean"), claim("gap")], Measurements(rows=rows), groups)
    world = population.as_measured(np.random.default_rng(0))
    by_unit = world.measurements.rows.groupby("unit")
    assert len(by_unit) == UNITS
    for unit, own in by_unit:
        assert list(own["arm"]) == ["a", "a", "b", "b"]
        first = own["value"].iloc[0]
        assert np.allclose(own["value"], [first, first, first + 0.2, first + 0.2])
        assert world.groups["g"][unit] == ("x" if first < 0.2 else "y")


def test_units_are_drawn_with_replacement(claim, rows, groups) -> None:
    population = population_of([claim("mean")], Measurements(rows=rows), groups)
    first, second = (population.drawn(np.random.default_rng(seed)) for seed in (0, 1))
    assert len(first) == UNITS
    assert len(set(first.tolist())) < UNITS
    assert not np.array_equal(first, second)
    assert np.array_equal(first, population.drawn(np.random.default_rng(0)))


def test_without_differences_groups_and_arms_say_nothing_about_values(claim, rows, groups) -> None:
    claims = [claim("gap"), claim("change", arms=("b",), baseline="a")]
    population = population_of(claims, Measurements(rows=rows), groups)
    arms, gaps = [], []
    for seed in range(300):
        world = population.null(np.random.default_rng(seed))
        made = world.measurements.rows
        arms.append(
            made.loc[made["arm"] == "b", "value"].mean() - made.loc[made["arm"] == "a", "value"].mean()
        )
        of_unit = made.groupby("unit")["value"].mean()
        gaps.append(of_unit[world.groups["g"] == "x"].mean() - of_unit[world.groups["g"] == "y"].mean())
        assert made.groupby(["unit", "arm"]).size().eq(2).all()
    for differences in (arms, gaps):
        assert abs(np.mean(differences)) < 3 * np.std(differences) / np.sqrt(300)


def test_only_arms_that_claims_join_are_exchanged(claim, rows, groups) -> None:
    other = rows.assign(metric="other")
    claims = [claim("change", arms=("b",), baseline="a"), claim("mean", id="o", metric="other")]
    population = population_of(claims, Measurements(rows=pd.concat([rows, other])), groups)
    [exchange] = population.exchanges
    assert (exchange.arms, exchange.metrics) == (("a", "b"), {"m"})
    made = population.null(np.random.default_rng(0)).measurements.rows
    values = made[made["metric"] == "other"].pivot_table(index="unit", columns="arm", values="value")
    assert np.allclose(values["b"] - values["a"], 0.2)


def test_units_are_drawn_among_those_measured_for_the_same(claim, rows, groups) -> None:
    seeds = pd.DataFrame({"unit": [f"s{seed}" for seed in range(30)], "arm": "", "metric": "n", "value": 0.5})
    claims = [claim("mean"), claim("mean", id="n", metric="n")]
    population = population_of(claims, Measurements(rows=pd.concat([rows, seeds])), groups)
    for seed in range(5):
        made = population.as_measured(np.random.default_rng(seed)).measurements.rows
        assert (made["metric"] == "n").sum() == 30


def test_statistics_of_all_lists_follow_the_drawn_units(claim, rows, groups) -> None:
    names = groups.index.to_numpy()
    matrix = csr_matrix(np.eye(UNITS))
    count = dict.fromkeys(("support", "givers", "chances"), np.array([UNITS]))
    corpus = CorpusMeasurement(metric="c", units=names, contributions=matrix, statistic=lambda t: t.sum(-1))
    parts = PartsMeasurement(
        metric="p",
        units=names,
        contributions=matrix,
        statistic=lambda t: t[..., :1],
        parts=("first",),
        most=np.array([1.0]),
        **count,
    )
    claims = [claim("mean"), claim("corpus", metric="c"), claim("part size", metric="p")]
    population = population_of(claims, Measurements(rows=rows, corpus=(corpus,), parts=(parts,)), groups)
    rng = np.random.default_rng(3)
    drawn = population.drawn(rng)
    world = population.world(drawn, drawn).measurements
    expected = np.bincount(drawn, minlength=UNITS)
    for [made] in (world.corpus, world.parts):
        assert np.array_equal(np.asarray(made.contributions.sum(axis=0)).ravel(), expected)
        assert len(made.units) == UNITS


def test_truths_are_those_of_the_measured_units(claim, rows, groups) -> None:
    claims = [
        claim("mean"),
        claim("mean", id="b", arms=("b",)),
        claim("change", arms=("b",), baseline="a"),
        claim("arm spread", arms=("a", "b")),
    ]
    population = population_of(claims, Measurements(rows=rows), groups)
    truths = [truth_as_measured(one, population).value for one in claims]
    assert truths == pytest.approx([0.395, 0.495, 0.2, 0.1])
    gap = truth_as_measured(claim("gap"), population)
    assert gap.members == pytest.approx({"x": 0.195, "y": 0.495})
    assert claim_values(claim("mean", arms=("b",)), population)[0] == pytest.approx(0.2)
