from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recaudit.records import Measurements
from recaudit.statistics import estimate
from recaudit.statistics.planting import planted
from recaudit.statistics.worlds import population_of

UNITS = 200


@pytest.fixture
def groups() -> pd.DataFrame:
    return pd.DataFrame({"g": ["x"] * 50 + ["y"] * 150})


def hits(arms: tuple[str, ...] = ("",)) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "unit": np.repeat(np.arange(UNITS), len(arms)),
            "arm": list(arms) * UNITS,
            "metric": "m",
            "value": (rng.random(UNITS * len(arms)) < 0.4).astype(float),
        }
    )


def mean_of_worlds(claim, population, plant) -> float:
    values = []
    for seed in range(200):
        world = plant.world(np.random.default_rng(seed))
        found = estimate(
            [claim], world.measurements, world.groups, gated=[], resamples=19, rng=0, tests=False
        )
        assert set(world.measurements.rows["value"]) <= {0.0, 1.0}
        values.append(found[claim.id].value)
    return float(np.mean(values))


@pytest.mark.parametrize(("contrast", "target"), [("gap", 0.3), ("ratio", 0.5)])
def test_a_planted_difference_of_groups_is_the_wanted_one(claim, groups, contrast, target) -> None:
    one = claim(contrast)
    rows = Measurements(rows=hits())
    population = population_of([one], rows, groups)
    seen = estimate([one], rows, groups, gated=[], resamples=199, rng=0)[contrast]
    plant = planted(one, population, seen, target)
    assert plant is not None
    assert plant.truth.of(seen) == target
    assert mean_of_worlds(one, population, plant) == pytest.approx(target, abs=0.03)


@pytest.mark.parametrize(
    ("contrast", "fields"),
    [
        ("excess", {"arms": ("b",), "baseline": "a"}),
        ("change", {"arms": ("b", "c"), "baseline": "a"}),
        ("arm gap", {"arms": ("a", "b", "c")}),
        ("trend", {"arms": ("a", "b", "c"), "levels": (1.0, 2.0, 3.0)}),
    ],
)
def test_a_planted_difference_of_arms_is_the_wanted_one(claim, groups, contrast, fields) -> None:
    one = claim(contrast, **fields)
    rows = Measurements(rows=hits(("a", "b", "c")))
    population = population_of([one], rows, groups)
    seen = estimate([one], rows, groups, gated=[], resamples=199, rng=0)[contrast]
    plant = planted(one, population, seen, 0.3)
    assert plant is not None
    assert plant.truth.of(seen) == pytest.approx(0.3, abs=1e-4)
    assert mean_of_worlds(one, population, plant) == pytest.approx(0.3, abs=0.03)


def test_what_the_measured_values_cannot_show_is_not_planted(claim, groups) -> None:
    one = claim("gap")
    rows = Measurements(rows=hits())
    population = population_of([one], rows, groups)
    seen = estimate([one], rows, groups, gated=[], resamples=199, rng=0)["gap"]
    assert planted(one, population, seen, 0.7) is None
