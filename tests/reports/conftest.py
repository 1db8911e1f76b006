"""Small audit results, and the page they become, for all tests of the reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from report_inputs import make_calibration, make_comparison

from recaudit.audit.funnel import Funnel, FunnelRow
from recaudit.audit.result import (
    Asked,
    AuditResult,
    DataCard,
    NotTested,
    ProbeTables,
    Provenance,
    SystemResult,
)
from recaudit.audit.usage import Usage
from recaudit.records import (
    Contrast,
    Distribution,
    Estimate,
    Example,
    ExampleSide,
    Finding,
    GroupEstimate,
    GroupTable,
    Hypothesis,
    Limit,
    ShownItem,
    Slot,
    SystemCard,
    UnitSpread,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from recaudit.audit.calibration import Calibration
    from recaudit.audit.compare import RunComparison

WORST_FIRST: tuple[Verdict, ...] = ("ERROR", "FAIL", "INCONCLUSIVE", "PASS", "NOT_RUN")


def make_groups(lower: str = "F", higher: str = "M") -> tuple[GroupEstimate, ...]:
    return (
        GroupEstimate(group=higher, n=670, value=0.384, low=0.360, high=0.408),
        GroupEstimate(group=lower, n=273, value=0.300, low=0.270, high=0.330),
        GroupEstimate(
            group="other", n=4, value=None, low=None, high=None, note="fewer than 20 units; not compared"
        ),
    )


def make_estimate(
    value: float | None = 0.084, low: float | None = 0.051, high: float | None = 0.117, **changes: Any
) -> Estimate:
    fields: dict[str, Any] = {
        "value": value,
        "low": low,
        "high": high,
        "confidence": 0.95,
        "family": "gated claims about this system",
        "family_size": 2,
        "n": 943,
        "n_missing": 3,
        "method": "studentised bootstrap",
        "standard_error": 0.01,
        **changes,
    }
    return Estimate(**fields)


def make_finding(
    system: str = "als",
    *,
    contrast: Contrast = "gap",
    metric: str = "ndcg@10",
    probe: str = "quality",
    attribute: str | None = "gender",
    verdict: Verdict | None = "FAIL",
    limit: Limit | None = None,
    estimate: Estimate | None = None,
    reason: str = "",
    **hypothesis: Any,
) -> Finding:
    about = f"{attribute}/" if attribute else ""
    ending = f"-{contrast}" if attribute else ""
    fields: dict[str, Any] = {
        "id": f"{probe}/{about}{metric}{ending}",
        "question": f"What of {metric}?",
        "probe": probe,
        "metric": metric,
        "contrast": contrast,
        "attribute": attribute,
        "better": "higher",
        "bounds": (0.0, 1.0),
        **hypothesis,
    }
    return Finding(
        system=system,
        hypothesis=Hypothesis(**fields),
        estimate=estimate,
        limit=limit if limit is not None or verdict is None else Limit(high=0.05),
        verdict=verdict,
        reason=reason,
    )


def gap_finding(system: str = "als", verdict: Verdict = "FAIL", **changes: Any) -> Finding:
    ends = {"FAIL": (0.084, 0.051, 0.117), "INCONCLUSIVE": (0.04, 0.01, 0.07), "PASS": (0.01, 0.0, 0.03)}
    value, low, high = ends[verdict]
    estimate = make_estimate(
        value, low, high, versus="M \N{MINUS SIGN} F", groups=make_groups(), p=0.0005, p_adjusted=0.001
    )
    return make_finding(system, verdict=verdict, estimate=estimate, **changes)


def mean_finding(system: str = "als", value: float = 0.3, **changes: Any) -> Finding:
    fields: dict[str, Any] = {"contrast": "mean", "attribute": None, "verdict": None, **changes}
    return make_finding(system, estimate=make_estimate(value, value - 0.02, value + 0.02), **fields)


def make_funnel_row(**changes: Any) -> FunnelRow:
    fields: dict[str, Any] = {
        "attribute": "",
        "group": "",
        "planned": 943,
        "answered": 940,
        "problems": {"timeout": 2},
        "empty": 1,
        "short": 5,
        "titles": {},
        "measured": 937,
        **changes,
    }
    return FunnelRow(**fields)


def make_system(name: str = "als", verdict: Verdict = "PASS", **changes: Any) -> SystemResult:
    card = changes.pop("card", SystemCard(name=name, version="1.2", description="Factors."))
    fields: dict[str, Any] = {
        "card": card,
        "quadrant": card.quadrant,
        "verdict": verdict,
        "funnel": Funnel(
            everybody=make_funnel_row(),
            groups=(
                make_funnel_row(attribute="gender", group="M", planned=670, answered=668),
                make_funnel_row(attribute="gender", group="F", planned=273, answered=272),
            ),
            measured={"ndcg@10": 937},
            undefined={"ndcg@10: no relevant held-out item": 3},
        ),
        "usage": Usage(
            calls=0,
            retries=0,
            tokens_in=0,
            tokens_out=0,
            cost=None,
            currency="",
            seconds=(),
            request_seconds=(),
            throughput=None,
        ),
        "probes": (
            ProbeTables(
                probe="quality",
                tables=(
                    GroupTable(
                        attribute="gender",
                        metrics=("ndcg@10", "hit@10"),
                        groups=("M", "F", "other"),
                        counts=(670, 273, 4),
                        values=((0.384, 0.8), (0.3, 0.7), (0.1, None)),
                        overall=(0.36, 0.77),
                        difference=(0.084, 0.1),
                        ratio=(0.78125, 0.875),
                        min_group=20,
                    ),
                ),
                distributions=(),
                spreads=(
                    UnitSpread(
                        metric="ndcg@10",
                        arms="",
                        n=937,
                        quartiles=(0.0, 0.1, 0.3, 0.5, 1.0),
                        counts=(400, 250, 200, 60, 27),
                    ),
                ),
            ),
            ProbeTables(
                probe="popularity",
                tables=(),
                distributions=(
                    Distribution(
                        name="exposure by popularity",
                        question="Which part of the catalogue is shown?",
                        ordered=True,
                        categories=("head", "middle", "tail"),
                        series={"history": (0.5, 0.3, 0.2), "recommended": (0.7, 0.2, len(name) / 100)},
                    ),
                ),
            ),
        ),
        "failure": "",
        "seconds": {"build": 1.5, "answer": 0.25},
        **changes,
    }
    return SystemResult(**fields)


def make_result(
    *findings: Finding, systems: tuple[SystemResult, ...] | None = None, **changes: Any
) -> AuditResult:
    names = dict.fromkeys(finding.system for finding in findings) or {"als": None}
    if systems is None:
        systems = tuple(
            make_system(name, _worst([f.verdict for f in findings if f.system == name and f.verdict]))
            for name in names
        )
    config = changes.pop("config_text", "[audit]\nname = 'test'\n")
    fields: dict[str, Any] = {
        "name": "an audit",
        "verdict": _worst([system.verdict for system in systems]),
        "questions": {"quality": "Is it good?", "popularity": "Does it push what is popular?"},
        "aspects": {"quality": "good", "popularity": "fair", "position": "steady"},
        "glossary": {"ndcg": "Discounted gain of the list, as a share of the best list's. Between 0 and 1."},
        "systems": systems,
        "findings": findings,
        "comparisons": (),
        "examples": (),
        "not_tested": (NotTested(what="position", why="the configuration does not ask for it"),),
        "data": DataCard(
            name="films",
            source="made for a test",
            licence="none",
            digest="d" * 64,
            split="last 5 held out",
            users=947,
            items=1682,
            interactions=95000,
            truth=4715,
            users_without_truth=3,
            groups={"gender": {"M": 670, "F": 273, "other": 4}},
            missing={"gender": 12},
        ),
        "asked": Asked(users=947, sample="a" * 64, requests={"quality": 947}, digests={"quality": "b" * 64}),
        "provenance": Provenance(
            recaudit_version="0.1.0",
            versions={"python": "3.11.9"},
            config_name="audit.toml",
            config_text=config,
            config_digest="c" * 64,
            seed=7,
            confidence=0.95,
            resamples=2000,
            min_group=20,
            started="2026-11-24T01:02:03+00:00",
            seconds=12.5,
            inconclusive="fail",
        ),
        **changes,
    }
    return AuditResult(**fields)


def _worst(verdicts: list[Verdict]) -> Verdict:
    return next((verdict for verdict in WORST_FIRST if verdict in verdicts), "NOT_RUN")


def make_side(arm: str, asked: str, *titles: str, **changes: Any) -> ExampleSide:
    fields: dict[str, Any] = {
        "request": f"request of {arm}",
        "arm": arm,
        "asked": asked,
        "items": tuple(ShownItem(key=title, title=title, known=title != "Made up") for title in titles),
        "problem": None,
        "sent": '{"messages": []}',
        "text": "\n".join(titles),
        "slots": tuple(Slot(title=title, item=1, how="fuzzy", similarity=91.26) for title in titles),
        **changes,
    }
    return ExampleSide(**fields)


def make_example(finding: Finding, **changes: Any) -> Example:
    fields: dict[str, Any] = {
        "system": finding.system,
        "claim": finding.hypothesis.id,
        "metric": finding.hypothesis.metric,
        "kind": "largest",
        "unit": "Heat",
        "value": 0.25,
        "floor": 0.9,
        "first": make_side("neutral", "I am a fan of Heat.", "Alien", "Blade", "Casino"),
        "second": make_side("gender=female", "I am a female fan of Heat.", "Blade", "Made up", "Casino"),
        **changes,
    }
    return Example(**fields)


def make_paired(system: str = "als") -> AuditResult:
    """An audit with arms, and pairs of answers to look at."""
    claim = make_finding(
        system,
        contrast="excess",
        attribute=None,
        probe="counterfactual",
        metric="jaccard@10",
        better="zero",
        id="counterfactual/gender/jaccard@10",
        title="jaccard@10 lost by naming gender, beyond the placebo",
        arms=("gender=female",),
        baseline="placebo",
        estimate=make_estimate(versus="placebo - gender=female"),
    )
    refusal = make_side("gender=female", "I am a female fan of Heat.", problem="refused", text="Sorry.")
    card = SystemCard(
        name=system, version="2", llm="small", llm_parameters=135_000_000, crm_at_inference=False
    )
    return make_result(
        claim,
        mean_finding(system),
        systems=(make_system(card=card, verdict="FAIL"),),
        questions={"counterfactual": "Is it fair?", "quality": "Is it good?"},
        aspects={"counterfactual": "fair", "quality": "good"},
        examples=(
            make_example(claim),
            make_example(claim, kind="one list only", value=None, unit="Alien", second=refusal),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Factory:
    """What the tests build results from."""

    estimate: Callable[..., Estimate] = make_estimate
    finding: Callable[..., Finding] = make_finding
    gap: Callable[..., Finding] = gap_finding
    mean: Callable[..., Finding] = mean_finding
    groups: Callable[..., tuple[GroupEstimate, ...]] = make_groups
    system: Callable[..., SystemResult] = make_system
    result: Callable[..., AuditResult] = make_result
    side: Callable[..., ExampleSide] = make_side
    example: Callable[..., Example] = make_example
    paired: Callable[..., AuditResult] = make_paired


@pytest.fixture(scope="session")
def make() -> Factory:
    """Factories with plausible defaults; every field can be given."""
    return Factory()


@pytest.fixture(scope="session")
def mixed(make: Factory) -> AuditResult:
    """Two systems, every kind of claim, FAIL, INCONCLUSIVE and PASS, one claim that could not be measured."""
    findings = []
    for system, verdict in (("als", "FAIL"), ("knn", "INCONCLUSIVE")):
        findings += [
            make.mean(system, verdict="PASS", limit=Limit(low=0.1)),
            make.gap(system, verdict),
            make.gap(system, "PASS", metric="hit@10"),
            make.finding(
                system,
                contrast="ratio",
                verdict=None,
                estimate=make.estimate(0.78, 0.7, 0.86, versus="F / M", groups=make.groups()),
            ),
            make.finding(
                system, contrast="worst", verdict=None, estimate=make.estimate(0.3, 0.27, 0.33, versus="F")
            ),
            make.mean(system, 0.6, metric="coverage@10", probe="popularity", contrast="corpus"),
            make.finding(
                system,
                contrast="mean",
                attribute=None,
                metric="rmse",
                verdict="NOT_RUN",
                reason="the system does not offer ratings, which this question needs",
            ),
        ]
    return make.result(*findings)


@pytest.fixture(scope="session")
def comparison(make: Factory) -> RunComparison:
    return make_comparison(make.mean().hypothesis, make.estimate(-0.084, -0.117, -0.051))


@pytest.fixture(scope="session")
def calibration() -> Calibration:
    return make_calibration()
