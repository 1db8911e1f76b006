"""Units that have no value because the system could not be reached.

A value that a metric does not define for a unit, such as a user without held-out items, is none by design, and the
others make the mean. A call that failed is no design: those that came through may be easy ones.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from recaudit.records import NO_ANSWER, Estimate, Hypothesis
from recaudit.statistics.arm_claims import MOST_MISSING
from recaudit.statistics.claims import Claim, sentence

if TYPE_CHECKING:
    import pandas as pd


def lost_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows whose value a failed call left undefined; none if `rows` gives no reasons."""
    if "reason" not in rows.columns:
        return rows.iloc[:0]
    return rows[rows["value"].isna() & (rows["reason"] == NO_ANSWER)]


def lost_share(claim: Hypothesis, rows: pd.DataFrame, lost: pd.DataFrame) -> float:
    """The share of a claim's units that have no value, and would have one but for failed calls.

    Args:
        claim: About units or groups.
        rows: All measurements.
        lost: `lost_rows` of them.
    """
    if lost.empty or not (lost["metric"] == claim.metric).any():
        return 0.0

    def own(table: pd.DataFrame) -> pd.DataFrame:
        chosen = table[table["metric"] == claim.metric]
        return chosen[chosen["arm"].isin(claim.arms)] if claim.arms else chosen

    asked = own(rows)
    known = asked.loc[asked["value"].notna(), "unit"]
    gone = own(lost)["unit"]
    return float(gone[~gone.isin(known)].nunique() / asked["unit"].nunique())


def withheld(claim: Claim, share: float) -> Claim:
    """The claim without an interval, if more than the tolerated share of its units is lost."""
    if share <= MOST_MISSING:
        return claim

    def finish(_critical: float, _per_sparse: float) -> Estimate:
        seen = claim.finish(math.inf, 0.0)
        why = f"calls failed for {share:.0%} of the units, more than {MOST_MISSING:.0%}"
        return replace(
            seen, low=None, high=None, standard_error=None, detectable=None, reason=sentence(why, seen.reason)
        )

    return Claim(components=0, finish=finish)
