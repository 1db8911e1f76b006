"""What reports render beside findings: comparisons of runs and of systems, and a calibration."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from recaudit.audit.baseline import KeptFinding
from recaudit.audit.calibration import Calibration, GateCalibration, JointCalibration, rate_of
from recaudit.audit.compare import ComparedFinding, RunComparison
from recaudit.audit.statuses import STATUSES, Status
from recaudit.records import Limit, SystemComparison, SystemDifference

if TYPE_CHECKING:
    from recaudit.records import Estimate, Hypothesis


def kept(value: float | None, verdict: str | None = None) -> KeptFinding:
    return KeptFinding(
        system="als",
        finding="quality/ndcg@10",
        value=value,
        low=None,
        high=None,
        confidence=0.95,
        n=943,
        limit=None,
        margin=None,
        verdict=verdict,  # type: ignore[arg-type] # one of the verdicts
    )


def make_comparison(hypothesis: Hypothesis, change: Estimate) -> RunComparison:
    """One finding of each status."""

    def one(status: Status) -> ComparedFinding:
        return ComparedFinding(
            system="als",
            finding="quality/ndcg@10",
            hypothesis=None if status == "gone" else hypothesis,
            status=status,
            before=None if status == "added" else kept(0.384, "PASS"),
            after=None if status == "gone" else kept(0.3, "FAIL"),
            change=None if status in {"untested", "added", "gone"} else change,
            note="no value for each unit" if status == "untested" else "",
        )

    return RunComparison(
        name="an audit",
        before="runs/old",
        after="runs/new",
        started=("2026-11-01T00:00:00+00:00", "2026-11-02T00:00:00+00:00"),
        confidence=0.95,
        verdict="FAIL",
        counts=dict.fromkeys(STATUSES, 1),
        findings=tuple(one(status) for status in STATUSES),
        notes=("The configurations differ; limits are those of each run.",),
    )


def make_calibration() -> Calibration:
    """Two gates with rates and one without, of one system."""
    gap = GateCalibration(
        system="bpr",
        finding="quality/gender/ndcg@10-gap",
        contrast="gap",
        limit=Limit(high=0.05),
        false_fail=rate_of(20, 1000),
        false_pass=rate_of(3, 100),
        coverage=rate_of(97, 100),
        no_interval=rate_of(0, 100),
        null_fail=rate_of(1, 100),
        null_pass=rate_of(90, 100),
        power=rate_of(40, 50),
        effect=0.031,
    )
    ratio = replace(gap, finding="ratio", contrast="ratio", effect=0.8, no_interval=rate_of(50, 100))
    corpus = GateCalibration(
        system="bpr", finding="gini", contrast="corpus", limit=Limit(low=0.2), not_calibrated="because"
    )
    joint = JointCalibration(
        system="bpr", gates=2, false_fail=None, false_pass=None, coverage=rate_of(95, 100), null_fail=None
    )
    return Calibration(
        name="[bold]my audit",
        config_digest="",
        confidence=0.95,
        resamples=2000,
        worlds=100,
        audits=250,
        seed=7,
        seconds=75.2,
        interrupted=False,
        gates=(gap, ratio, corpus),
        systems=(joint,),
    )


def make_system_comparison(**changes: Any) -> SystemComparison:
    """Three systems on the same units: one pair told apart, one not, and one without enough common units."""
    fields: dict[str, Any] = {
        "claim": "quality/ndcg@10",
        "title": "",
        "metric": "ndcg@10",
        "better": "higher",
        "systems": ("knn", "als", "gpt"),
        "means": (0.10, 0.12, 0.11),
        "n": 900,
        "confidence": 0.95,
        "friedman_p": 0.0004,
        "kendall_w": 0.25,
        "differences": (
            SystemDifference(first="knn", second="als", value=-0.02, low=-0.03, high=-0.01, n=900),
            SystemDifference(first="knn", second="gpt", value=-0.01, low=-0.02, high=0.001, n=900),
            SystemDifference(first="als", second="gpt", value=None, low=None, high=None, n=4),
        ),
        **changes,
    }
    return SystemComparison(**fields)
