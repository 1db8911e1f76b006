from __future__ import annotations

import math

import pandas as pd

from recaudit.audit.spreads import MOST_BINS, spreads_of
from recaudit.records import Contrast, Hypothesis


def claim(metric: str, contrast: Contrast = "mean", **changes: object) -> Hypothesis:
    fields = {
        "id": f"quality/{metric}",
        "question": "",
        "probe": "quality",
        "metric": metric,
        "contrast": contrast,
        "better": "higher",
        "bounds": (0, 1),
        **changes,
    }
    return Hypothesis(**fields)  # type: ignore[arg-type]


def rows(*entries: tuple[object, str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(entries, columns=["unit", "arm", "metric", "value"])


def test_a_unit_counts_once_with_the_mean_of_its_replicates() -> None:
    made = rows(
        (1, "list", "hit", 0.0), (1, "list", "hit", 1.0), (2, "list", "hit", 1.0), (3, "list", "hit", 1.0)
    )
    [spread] = spreads_of(made, [claim("hit"), claim("hit", "gap", attribute="gender")])
    assert (spread.metric, spread.arms, spread.n) == ("hit", "", 3)
    assert spread.quartiles == (0.5, 0.75, 1.0, 1.0, 1.0)
    assert spread.counts == (1, 0, 2)


def test_what_is_undefined_is_left_out_and_nothing_makes_nothing() -> None:
    made = rows((1, "list", "ndcg", math.nan), (2, "list", "ndcg", 0.25), (1, "list", "gone", math.nan))
    [spread] = spreads_of(made, [claim("ndcg"), claim("gone"), claim("gini", "corpus")])
    assert (spread.n, spread.counts, spread.quartiles[2]) == (1, (1,), 0.25)


def test_arms_and_their_baseline_stand_beside_each_other() -> None:
    made = rows(
        ("Heat", "placebo", "rbo", 0.9),
        ("Heat", "F", "rbo", 0.2),
        ("Heat", "M", "rbo", 0.4),
        ("Heat", "neutral", "rbo", 1.0),
    )
    held = spreads_of(made, [claim("rbo", "excess", arms=("F", "M"), baseline="placebo")])
    assert [(one.arms, round(one.quartiles[2], 12)) for one in held] == [("placebo", 0.9), ("F, M", 0.3)]


def test_it_stays_small_however_many_units_there_are() -> None:
    made = rows(*((unit, "list", "ndcg", unit / 5000) for unit in range(5000)))
    [spread] = spreads_of(made, [claim("ndcg")])
    assert len(spread.counts) == MOST_BINS
    assert sum(spread.counts) == spread.n == 5000
