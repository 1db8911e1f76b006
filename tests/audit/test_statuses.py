from __future__ import annotations

import pytest

from recaudit.audit.statuses import counts_since
from recaudit.records import Estimate, Finding, Hypothesis, Limit, Margin, Verdict


def found(claim: str, verdict: Verdict | None, low: float = -1.0, high: float = 1.0) -> Finding:
    return Finding(
        system="model",
        hypothesis=Hypothesis(
            id=claim,
            question="",
            probe="quality",
            metric="ndcg@10",
            contrast="mean",
            better="higher",
            bounds=(0, 1),
        ),
        estimate=Estimate(
            value=(low + high) / 2,
            low=low,
            high=high,
            confidence=0.9,
            family="",
            family_size=1,
            n=30,
            method="",
        ),
        limit=Limit(low=0.1),
        verdict=verdict,
        reason="",
    )


@pytest.mark.parametrize(
    ("before", "after", "change", "status"),
    [
        ("PASS", "FAIL", None, "new"),
        ("FAIL", "PASS", None, "fixed"),
        ("PASS", "PASS", None, "untested"),
        ("PASS", "PASS", found("a-change", "FAIL", -0.3, -0.2), "new"),
        ("FAIL", "PASS", found("a-change", "FAIL", -0.3, -0.2), "worse"),
        ("PASS", "PASS", found("a-change", "PASS", -0.03, -0.02), "worse"),
        (None, "PASS", found("a-change", "PASS", 0.02, 0.03), "better"),
        ("PASS", "INCONCLUSIVE", found("a-change", "PASS", -0.02, 0.03), "unchanged"),
    ],
)
def test_what_became_of_a_gate(
    before: Verdict | None, after: Verdict, change: Finding | None, status: str
) -> None:
    margin = Margin(system="model", finding="a", margin=0.05, worse="lower")
    changes = [] if change is None else [change]
    assert counts_since({("model", "a"): before}, [found("a", after)], changes, [margin]) == {status: 1}


def test_gates_of_one_side_only() -> None:
    before: dict[tuple[str, str], Verdict | None] = {("model", "old"): "PASS"}
    now = [found("a", "PASS"), found("b", "FAIL")]
    assert counts_since(before, now, [], []) == {"new": 1, "added": 1, "gone": 1}
