from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from recaudit.records import Estimate, FloatArray, Hypothesis, Measurements, PartsMeasurement
from recaudit.statistics import estimate

Claim = Callable[..., Hypothesis]
NO_ROWS = pd.DataFrame({"unit": [], "arm": [], "metric": [], "value": []})


def shares(totals: FloatArray) -> FloatArray:
    return totals / totals.sum(axis=-1, keepdims=True)


def seen(
    claim: Hypothesis, contributions: FloatArray, *, most: float = 1.0, support: Any = None, **options: Any
) -> Estimate:
    n, parts = contributions.shape
    given = (contributions > 0).sum(axis=0) if support is None else np.asarray(support)
    measurement = PartsMeasurement(
        metric=claim.metric,
        units=np.arange(n),
        contributions=csr_matrix(contributions),
        statistic=shares,
        parts=tuple("abcdefgh"[:parts]),
        support=given,
        givers=(contributions > 0).sum(axis=0),
        chances=np.full(parts, n),
        most=np.full(parts, most),
    )
    settings = {"gated": [claim.id], "resamples": 500, "rng": 0, "min_group": 5, **options}
    made = Measurements(rows=NO_ROWS, parts=(measurement,))
    return estimate([claim], made, pd.DataFrame(), **settings)[claim.id]


def drawn(rng: np.random.Generator, units: int, chances: list[float], each: int = 10) -> FloatArray:
    return rng.multinomial(each, chances, units).astype(float)


def test_gap_ratio_and_size_by_hand(claim: Claim) -> None:
    data = drawn(np.random.default_rng(0), 200, [0.5, 0.3, 0.2])
    value = shares(data.sum(axis=0))
    gap = seen(claim("part gap"), data)
    assert gap.value == pytest.approx(value[0] - value[2])
    assert gap.versus == "a - c"
    assert [group.value for group in gap.groups] == pytest.approx(value)
    assert [group.n for group in gap.groups] == (data > 0).sum(axis=0).tolist()
    assert gap.p == 1 / 501
    ratio = seen(claim("part ratio"), data)
    assert ratio.value == pytest.approx(value[2] / value[0])
    assert ratio.versus == "c / a"
    size = seen(claim("part size"), data)
    assert size.value == pytest.approx(1 / 3)
    # shares add up to 1, so that only the parts' own intervals say what can be seen
    assert size.detectable == pytest.approx(size.value - size.low)
    for found, truth in ((gap, 0.3), (ratio, 0.4), (size, 1 / 3)):
        assert found.low is not None
        assert found.high is not None
        assert found.low < truth < found.high
        assert found.standard_error


def test_a_part_that_got_nothing_is_bounded_from_above(claim: Claim) -> None:
    data = drawn(np.random.default_rng(1), 300, [0.6, 0.4, 0.0])
    found = seen(claim("part ratio"), data, support=[300, 300, 300])
    assert found.value == 0
    assert found.low == 0
    assert found.high is not None
    # At most 1 - alpha^(1/300) of the units would ever give c something, all of which would be 1 against 0.6.
    assert 0.015 < found.high < 0.03
    assert found.reason == "got nothing at all: c"


@pytest.mark.slow
@pytest.mark.usefixtures("no_forced_collection")
def test_a_part_that_few_units_give_something_is_covered(claim: Claim) -> None:
    """Conservative: the truth is missed in at most 5 % of worlds, with 2 Monte-Carlo errors."""
    chances, worlds, missed = [0.699, 0.3, 0.001], 300, 0
    for world in range(worlds):
        data = drawn(np.random.default_rng([world, 9]), 300, chances)
        found = seen(claim("part ratio"), data, support=[300] * 3, resamples=300, rng=world)
        assert found.low is not None
        assert found.high is not None
        missed += not found.low <= 0.001 / 0.699 <= found.high
    assert missed / worlds <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / worlds)


def test_thin_undefined_and_surplus_parts_are_left_out_and_named(claim: Claim) -> None:
    data = drawn(np.random.default_rng(2), 100, [0.5, 0.5, 0.0])
    data[:2, 2] = 1
    found = seen(claim("part gap"), data)
    assert found.reason == "not compared, too few units or items: c"
    assert len(found.groups) == 2


@pytest.mark.parametrize(
    ("data", "options", "reason"),
    [
        (np.ones((50, 2)), {}, "every resample gives the same value"),
        (
            np.ones((50, 2)),
            {"support": [50, 1]},
            "fewer than 2 parts to compare; not compared, too few units or items: b",
        ),
        (np.random.default_rng(0).random((6, 2)), {}, "fewer than 10 units"),
    ],
)
def test_what_cannot_be_compared_says_why(
    claim: Claim, data: FloatArray, options: dict[str, Any], reason: str
) -> None:
    found = seen(claim("part gap"), data, **options)
    assert found.low is None
    assert found.reason == reason


@pytest.mark.slow
@pytest.mark.usefixtures("no_forced_collection")
@pytest.mark.parametrize("contrast", ["part gap", "part ratio", "part size"])
@pytest.mark.parametrize("chances", [[0.2] * 5, [0.5, 0.3, 0.1, 0.06, 0.04]])
def test_intervals_cover_the_truth(claim: Claim, contrast: str, chances: list[float]) -> None:
    """Nominal 95 %; units differ in how much they take part. Bound at 2 Monte-Carlo errors below."""
    truth = {
        "part gap": max(chances) - min(chances),
        "part ratio": min(chances) / max(chances),
        "part size": 0.2,
    }[contrast]
    worlds, held = 400, 0
    for world in range(worlds):
        rng = np.random.default_rng([world, len(contrast)])
        own = rng.dirichlet(np.array(chances) * 8, 120)
        data = np.array([rng.multinomial(10, chance) for chance in own], dtype=float)
        found = seen(claim(contrast), data, resamples=500, rng=world)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= truth <= found.high
    assert held / worlds >= 0.95 - 2 * np.sqrt(0.95 * 0.05 / worlds)
