"""From the answers of one system to decided claims: measure, estimate, decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from recaudit.audit.config_tables import SystemTable
from recaudit.audit.decide import decide, verdict_of
from recaudit.audit.evidence import AskedSystem, EvidenceStore
from recaudit.audit.funnel import funnel_of
from recaudit.audit.plan import AuditPlan, PlannedProbe, attributes_of, why_not_run
from recaudit.audit.progress import Progress, timed
from recaudit.audit.result import ProbeTables, SystemResult
from recaudit.audit.usage import usage_of
from recaudit.records import (
    Answer,
    Capability,
    Estimate,
    Finding,
    Hypothesis,
    Measurements,
    Request,
    SystemCard,
    Verdict,
)
from recaudit.statistics import estimate, group_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the audit of one system adds to the result."""

    result: SystemResult
    findings: tuple[Finding, ...]
    measurements: Mapping[str, Measurements]


def measure_system(
    plan: AuditPlan, table: SystemTable, evidence: EvidenceStore, progress: Progress
) -> Outcome:
    """Decide every claim about one system from what it answered; the system itself is not touched."""
    name = table.name
    asked = evidence.systems().get(name)
    answers = evidence.answers(name)
    offered: frozenset[Capability] = frozenset() if asked is None else asked.offers
    requests = [request for request in plan.requests_of(table) if asked is None or request.needs in offered]
    failure = evidence.failures().get(name) or _incomplete(requests, asked, answers)
    seconds = {} if asked is None else dict(asked.seconds)
    measured: dict[str, Measurements] = {}
    estimates: dict[str, Estimate] = {}
    tables: tuple[ProbeTables, ...] = ()
    if not failure:
        progress(f"measuring {name}", 0, 1)
        with timed(seconds, "measure"):
            for probe in plan.probes:
                if any(claim.needs in offered for claim in probe.hypotheses):
                    measure = probe.plan.probe.measure
                    measured[probe.name] = measure(plan.data, probe.plan.options, requests, answers)
        with timed(seconds, "estimate"):
            estimates = _estimates(plan, name, measured, offered)
        with timed(seconds, "group tables"):
            tables = tuple(
                _tables(plan, probe, measured[probe.name]) for probe in plan.probes if probe.name in measured
            )
        progress(f"measuring {name}", 1, 1)
    findings = tuple(
        _finding(plan, name, claim, estimates.get(claim.id), failure) for claim in plan.hypotheses
    )
    card = SystemCard(name=name) if asked is None else asked.card
    result = SystemResult(
        card=card,
        quadrant=card.quadrant,
        verdict=verdict_of(findings, failure),
        funnel=funnel_of(requests, answers, measured, plan.groups),
        usage=usage_of(list(answers.values()), table.prices, asking=seconds.get("answer")),
        probes=tables,
        failure=failure,
        seconds=seconds,
    )
    return Outcome(result=result, findings=findings, measurements=measured)


def _incomplete(requests: Sequence[Request], asked: AskedSystem | None, answers: Mapping[str, Answer]) -> str:
    left = sum(request.id not in answers for request in requests)
    if asked is None and left == len(requests):
        return "it was not asked before the run stopped; go on with --resume"
    return f"{left:,} of {len(requests):,} requests have no answer yet; go on with --resume" if left else ""


def _estimates(
    plan: AuditPlan, name: str, measured: Mapping[str, Measurements], offered: frozenset[Capability]
) -> dict[str, Estimate]:
    claims = [claim for claim in plan.hypotheses if claim.needs in offered]
    if not claims:
        return {}
    together = Measurements(
        rows=pd.concat([measurements.rows for measurements in measured.values()], ignore_index=True),
        corpus=tuple(corpus for measurements in measured.values() for corpus in measurements.corpus),
        parts=tuple(parts for measurements in measured.values() for parts in measurements.parts),
    )
    settings = plan.config.tables.audit
    return estimate(
        claims,
        together,
        plan.groups,
        gated={claim.id for claim in claims if (name, claim.id) in plan.limits},
        confidence=settings.confidence,
        resamples=settings.resamples,
        min_group=settings.min_group,
        rng=settings.seed,
    )


def _finding(plan: AuditPlan, name: str, claim: Hypothesis, seen: Estimate | None, failure: str) -> Finding:
    limit = plan.limits.get((name, claim.id))
    verdict: Verdict | None = None
    reason = ""
    if failure:
        verdict, reason = "ERROR", failure
    elif seen is None:
        verdict, reason = "NOT_RUN", why_not_run(claim)
    elif limit is not None:
        verdict, reason = decide(seen, limit)
    return Finding(system=name, hypothesis=claim, estimate=seen, limit=limit, verdict=verdict, reason=reason)


def _tables(plan: AuditPlan, probe: PlannedProbe, measurements: Measurements) -> ProbeTables:
    tables = (
        group_table(
            measurements.rows,
            plan.groups[attribute],
            attribute=attribute,
            metrics=list(measurements.rows["metric"].unique()),
            min_group=plan.config.tables.audit.min_group,
        )
        for attribute in attributes_of(probe.hypotheses)
    )
    return ProbeTables(probe=probe.name, tables=tuple(tables), distributions=measurements.distributions)
