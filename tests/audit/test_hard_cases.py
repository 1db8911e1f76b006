"""What cannot be estimated gets a named reason and ERROR or INCONCLUSIVE: never a zero, a PASS or a warning."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from recaudit.audit import decide
from recaudit.records import (
    Contrast,
    CorpusMeasurement,
    Estimate,
    FloatArray,
    Hypothesis,
    Limit,
    Measurements,
    PartsMeasurement,
    Verdict,
)
from recaudit.statistics import estimate

ARMS = ("a", "b", "c")
OF_UNITS: tuple[Contrast, ...] = ("mean",)
OF_GROUPS: tuple[Contrast, ...] = ("gap", "ratio", "worst")
OF_ARMS: tuple[Contrast, ...] = ("excess", "change", "arm gap", "arm spread", "trend")
EVERYTHING = {
    "mean": Limit(low=0.0),
    "gap": Limit(high=1.0),
    "ratio": Limit(low=0.0),
    "worst": Limit(low=0.0),
    **{contrast: Limit(low=-1.0, high=1.0) for contrast in OF_ARMS},
}
"""Limits that any interval would pass."""

NONE = np.nan
NOISE = np.random.default_rng(0).random((60, 3))


def hypothesis(contrast: Contrast, metric: str = "m") -> Hypothesis:
    fields: dict[str, object] = {}
    if contrast in OF_GROUPS:
        fields["attribute"] = "g"
    if contrast in {"excess", "change"}:
        fields |= {"baseline": "a", "arms": ("b", "c")}
    elif contrast in OF_ARMS:
        fields["arms"] = ARMS
    if contrast == "trend":
        fields["levels"] = (1.0, 2.0, 3.0)
    return Hypothesis(
        id=contrast,
        question="",
        probe="test",
        metric=metric,
        contrast=contrast,
        better="higher",
        bounds=(0.0, 1.0),
        **fields,  # type: ignore[arg-type]
    )


def decided(contrast: Contrast, values: FloatArray, sizes: tuple[int, ...]) -> tuple[Verdict, str, Estimate]:
    """The verdict on (n,) values, or (n, 3) for three arms, of units in groups of the given sizes."""
    of_arms = values.ndim == 2
    units = len(values)
    rows = pd.DataFrame(
        {
            "unit": np.repeat(np.arange(units), 3 if of_arms else 1),
            "arm": list(ARMS) * units if of_arms else "",
            "metric": "m",
            "value": values.ravel(),
        }
    )
    groups = pd.DataFrame({"g": np.repeat([f"g{group}" for group in range(len(sizes))], sizes)})
    seen = estimate(
        [hypothesis(contrast)], Measurements(rows=rows), groups, gated=[contrast], resamples=199, rng=0
    )[contrast]
    return *decide(seen, EVERYTHING[contrast]), seen


CASES: list[tuple[str, tuple[Contrast, ...], FloatArray, tuple[int, ...], str]] = [
    ("one unit", OF_UNITS, np.array([0.5]), (1,), "fewer than 10 units"),
    ("one unit", OF_GROUPS, np.array([0.5]), (1,), "fewer than two groups of at least 20 units"),
    ("one unit", OF_ARMS, NOISE[:1], (1,), "fewer than 10 units in"),
    ("below the resampling floor", OF_UNITS, NOISE[:9, 0], (9,), "fewer than 10 units"),
    ("below the resampling floor", OF_GROUPS, NOISE[:9, 0], (5, 4), "2 groups of fewer than 20 units"),
    ("below the resampling floor", OF_ARMS, NOISE[:9], (9,), "fewer than 10 units in"),
    ("a group with one member", OF_GROUPS, NOISE[:, 0], (59, 1), "1 group of fewer than 20 units"),
    ("constant values", ("gap", "ratio"), np.full(60, 0.5), (30, 30), "every unit has the same value"),
    ("all zero", ("ratio",), np.zeros(60), (30, 30), "every unit has the same value"),
    ("empty arm", OF_ARMS, np.column_stack([NOISE[:, :2], np.full(60, NONE)]), (60,), "no unit has a value of m in c"),
    ("nothing measured", OF_UNITS, np.full(60, NONE), (60,), "60 units without a defined value"),
    ("nothing measured", OF_GROUPS, np.full(60, NONE), (30, 30), "60 units without a defined value"),
    ("nothing measured", OF_ARMS, np.full((60, 3), NONE), (60,), "no unit has a value of m in a, b, c"),
    (
        "missing in one arm",
        OF_ARMS,
        np.column_stack([NOISE[:, 0], np.where(np.arange(60) < 30, NONE, NOISE[:, 1]), NOISE[:, 2]]),
        (60,),
        "50% of the units have no value in",
    ),
    ("no rows", OF_UNITS, np.zeros(0), (1,), "nothing was measured for m"),
    ("no rows", OF_GROUPS, np.zeros(0), (1,), "fewer than two groups"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("contrast", "values", "sizes", "reason"),
    [
        pytest.param(contrast, values, sizes, reason, id=f"{name}-{contrast}")
        for name, contrasts, values, sizes, reason in CASES
        for contrast in contrasts
    ],
)
def test_what_cannot_be_estimated_never_passes(
    contrast: Contrast, values: FloatArray, sizes: tuple[int, ...], reason: str
) -> None:
    verdict, said, seen = decided(contrast, values, sizes)
    assert verdict in {"ERROR", "INCONCLUSIVE"}
    assert reason in said
    assert (seen.low, seen.high) == (None, None)


IDENTICAL: dict[Contrast, FloatArray] = {
    "mean": np.zeros(60),
    "worst": np.zeros(60),
    **{contrast: np.repeat(NOISE[:, :1], 3, axis=1) for contrast in OF_ARMS},
}


@pytest.mark.parametrize("contrast", IDENTICAL)
def test_no_variation_is_bounded_by_the_number_of_units_and_says_so(contrast: Contrast) -> None:
    _, _, seen = decided(contrast, IDENTICAL[contrast], (30, 30))
    assert seen.low is not None
    assert seen.high is not None
    assert seen.high - seen.low > 0.02
    assert "fewer than 10 values differ from the most common one" in seen.reason
    assert seen.standard_error is None
    assert decide(seen, Limit(high=0.01))[0] == "INCONCLUSIVE"


@pytest.mark.parametrize("contrast", OF_ARMS)
def test_the_same_difference_in_every_unit_is_not_certain(contrast: Contrast) -> None:
    values = np.column_stack([NOISE[:, 0] / 2 + 0.3, NOISE[:, 0] / 2 + 0.1, NOISE[:, 0] / 2 + 0.1])
    _, _, seen = decided(contrast, values, (60,))
    assert seen.value is not None
    assert seen.low is not None
    assert seen.high is not None
    assert seen.low < seen.value < seen.high
    assert "fewer than 10 values differ" in seen.reason


def test_perfectly_separated_groups_fail_with_a_bound_and_not_with_certainty() -> None:
    values = np.repeat([0.0, 1.0], 30)
    for contrast, limit in (("gap", Limit(high=0.1)), ("ratio", Limit(low=0.8))):
        _, _, seen = decided(contrast, values, (30, 30))
        assert decide(seen, limit)[0] == "FAIL"
        assert seen.low is not None
        assert seen.high is not None
        assert seen.high - seen.low > 0.1
    assert decide(decided("gap", values, (30, 30))[2], Limit(high=0.9))[0] == "INCONCLUSIVE"


@pytest.mark.parametrize("contrast", [*OF_UNITS, *OF_GROUPS, *OF_ARMS])
def test_ties_everywhere_give_an_interval_with_the_value_inside(contrast: Contrast) -> None:
    values = np.random.default_rng(1).integers(0, 2, (60, 3)) * 0.5
    _, _, seen = decided(contrast, values if contrast in OF_ARMS else values[:, 0], (30, 30))
    assert seen.low is not None
    assert seen.value is not None
    assert seen.high is not None
    assert seen.low <= seen.value <= seen.high
    assert seen.high - seen.low > 0.01


def corpus(units: int, statistic: Callable[[FloatArray], FloatArray]) -> CorpusMeasurement:
    lists = np.random.default_rng(0).poisson(1.0, (units, 4)).astype(float)
    return CorpusMeasurement(
        metric="c", units=np.arange(units), contributions=csr_matrix(lists), statistic=statistic
    )


@pytest.mark.parametrize(
    ("units", "statistic", "reason"),
    [
        (1, lambda t: t[..., 0] / (t.sum(axis=-1) + 1), "fewer than 10 units"),
        (60, lambda t: np.full(t.shape[:-1], np.nan), "undefined"),
        (60, lambda t: np.zeros(t.shape[:-1]), "every resample gives the same value"),
    ],
)
def test_statistics_of_all_lists_that_cannot_be_estimated(
    units: int, statistic: Callable[[FloatArray], FloatArray], reason: str
) -> None:
    rows = pd.DataFrame({"unit": [0], "arm": [""], "metric": ["m"], "value": [0.5]})
    made = Measurements(rows=rows, corpus=(corpus(units, statistic),))
    seen = estimate(
        [hypothesis("corpus", "c")], made, pd.DataFrame(), gated=["corpus"], resamples=199, rng=0
    )["corpus"]
    verdict, said = decide(seen, Limit(low=0.0, high=1.0))
    assert verdict in {"ERROR", "INCONCLUSIVE"}
    assert reason in said


@pytest.mark.parametrize("contrast", ["part gap", "part ratio", "part size"])
def test_parts_that_got_nothing_never_pass(contrast: Contrast) -> None:
    nothing = np.zeros(2, dtype=np.int64)
    parts = PartsMeasurement(
        metric="p",
        units=np.arange(60),
        contributions=csr_matrix((60, 2)),
        statistic=lambda totals: totals,
        parts=("x", "y"),
        support=np.array([60, 60]),
        givers=nothing,
        chances=np.array([60, 60]),
        most=np.ones(2),
    )
    rows = pd.DataFrame({"unit": [0], "arm": [""], "metric": ["m"], "value": [0.5]})
    made = Measurements(rows=rows, parts=(parts,))
    claim = hypothesis(contrast, "p")
    seen = estimate([claim], made, pd.DataFrame(), gated=[contrast], resamples=199, rng=0)[contrast]
    verdict, said = decide(seen, Limit(low=0.0, high=1.0))
    assert verdict in {"ERROR", "INCONCLUSIVE"}
    assert said


def test_a_claim_without_an_interval_leaves_the_others_in_its_family_alone() -> None:
    rows = pd.DataFrame(
        {
            "unit": np.tile(np.arange(60), 2),
            "arm": "",
            "metric": np.repeat(["m", "n"], 60),
            "value": np.concatenate([NOISE[:, 0], np.full(60, NONE)]),
        }
    )
    claims = [hypothesis("mean"), hypothesis("gap", "n")]
    groups = pd.DataFrame({"g": np.repeat(["x", "y"], 30)})
    both = estimate(claims, Measurements(rows=rows), groups, gated=["mean", "gap"], resamples=199, rng=0)
    alone = estimate(claims[:1], Measurements(rows=rows), groups, gated=["mean"], resamples=199, rng=0)
    assert (both["mean"].low, both["mean"].high) == (alone["mean"].low, alone["mean"].high)
    assert decide(both["gap"], Limit(high=1.0))[0] == "ERROR"
