from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recaudit.audit import decide
from recaudit.records import NO_ANSWER, Estimate, Limit, Measurements
from recaudit.statistics import estimate

CONTRASTS = ("mean", "gap", "ratio", "worst")


@pytest.fixture
def seen(claim, grouped):
    """Estimates about 200 units of which some are undefined for a reason."""

    def run(missing: int, reason: str, *, repeats: int = 1) -> dict[str, Estimate]:
        value = np.random.default_rng(0).uniform(0.4, 0.6, 200)
        value[200 - missing :] = np.nan
        rows = pd.DataFrame({"unit": range(200), "arm": "list", "metric": "m", "value": value})
        rows["reason"] = np.where(rows["value"].isna(), reason, "")
        again = rows.assign(value=0.5, reason="")
        rows = pd.concat([rows, *[again] * (repeats - 1)])
        groups = grouped(100, 100).sample(frac=1.0, random_state=1).reset_index(drop=True)
        claims = [claim(contrast) for contrast in CONTRASTS]
        return estimate(claims, Measurements(rows=rows), groups, gated=CONTRASTS, resamples=399, rng=0)

    return run


@pytest.mark.parametrize("contrast", CONTRASTS)
def test_what_failed_calls_left_of_the_units_decides_nothing(seen, contrast: str) -> None:
    few, many = seen(40, NO_ANSWER)[contrast], seen(120, NO_ANSWER)[contrast]
    assert few.low is not None
    assert (many.low, many.high) == (None, None)
    assert many.value is not None
    assert many.reason.startswith("calls failed for 60% of the units, more than 20%; 120 units without")
    assert decide(many, Limit(low=0.0))[0] == "INCONCLUSIVE"


@pytest.mark.parametrize("contrast", CONTRASTS)
def test_units_for_which_a_metric_is_not_defined_are_left_out_and_counted(seen, contrast: str) -> None:
    found = seen(120, "no pair of a popular and an unpopular held-out item")[contrast]
    assert found.low is not None
    assert "120 units without a defined value" in found.reason


def test_a_unit_that_answered_once_is_not_lost(seen) -> None:
    assert seen(120, NO_ANSWER, repeats=2)["mean"].low is not None
