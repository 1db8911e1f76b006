from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from recaudit.records import Hypothesis
from recaudit.statistics.arms import arm_tables, check_arms, labels_of, pairs_of

Claim = Callable[..., Hypothesis]

ROWS = pd.DataFrame(
    [
        ("u", "base", 0, "m", 1.0),
        ("u", "base", 1, "m", 0.5),
        ("u", "a", 0, "m", 0.25),
        ("v", "base", 0, "m", 0.5),
        ("v", "a", 0, "m", np.nan),
        ("v", "b", 0, "m", 0.1),
        ("w", "elsewhere", 0, "m", 0.9),
        ("u", "a", 0, "other", 7.0),
    ],
    columns=["unit", "arm", "replicate", "metric", "value"],
)
UNITS = pd.Index(["u", "v", "w"])


def test_replicates_are_averaged_and_arms_stand_side_by_side(claim: Claim) -> None:
    tables = arm_tables([claim("excess", arms=("a", "b"), baseline="base"), claim("mean")], ROWS, UNITS)
    assert list(tables) == ["excess"]
    table = tables["excess"]
    assert table.labels == ("base", "a", "b")
    np.testing.assert_array_equal(table.values, [[0.75, 0.25, np.nan], [0.5, np.nan, 0.1], [np.nan] * 3])
    np.testing.assert_array_equal(table.differences, [[0.5, np.nan], [np.nan, 0.4], [np.nan, np.nan]])
    assert table.asked.tolist() == [True, True, False]


def test_float_noise_is_no_difference(claim: Claim) -> None:
    rows = pd.DataFrame({"unit": ["u", "u"], "arm": ["a", "b"], "metric": "m", "value": [0.1 + 0.2, 0.3]})
    [table] = arm_tables([claim("arm gap", arms=("a", "b"))], rows, pd.Index(["u"])).values()
    assert table.differences.tolist() == [[0.0]]


@pytest.mark.parametrize(
    ("contrast", "better", "pairs"),
    [
        ("excess", "higher", ((0, 1), (0, 2))),
        ("excess", "neither", ((0, 1), (0, 2))),
        ("excess", "lower", ((1, 0), (2, 0))),
        ("change", "higher", ((1, 0), (2, 0))),
    ],
)
def test_what_is_taken_from_what(
    claim: Claim, contrast: str, better: str, pairs: tuple[tuple[int, int], ...]
) -> None:
    made = claim(contrast, arms=("a", "b"), baseline="base", better=better)
    assert labels_of(made) == ("base", "a", "b")
    assert pairs_of(made) == pairs


def test_gaps_compare_all_pairs(claim: Claim) -> None:
    assert pairs_of(claim("arm gap", arms=("a", "b", "c"))) == ((0, 1), (0, 2), (1, 2))


@pytest.mark.parametrize(
    ("contrast", "fields", "message"),
    [
        ("excess", {"arms": ("a",)}, "names no baseline"),
        ("arm gap", {"arms": ("a", "b"), "baseline": "c"}, "names a baseline, which it has no use for"),
        ("arm spread", {}, "needs arms"),
        ("change", {"arms": ("a", "a"), "baseline": "b"}, "each named once"),
    ],
)
def test_a_claim_that_makes_no_sense_is_refused(
    claim: Claim, contrast: str, fields: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        check_arms(claim(contrast, **fields))
