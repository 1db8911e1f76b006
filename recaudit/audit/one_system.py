"""The audit of one system: ask, measure, estimate, decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from recaudit.audit.build import BuiltSystem
from recaudit.audit.decide import decide, worst
from recaudit.audit.evidence import EvidenceStore
from recaudit.audit.execute import ask
from recaudit.audit.plan import AuditPlan, PlannedProbe, attributes_of
from recaudit.audit.progress import Progress, timed
from recaudit.audit.result import Funnel, ProbeTables, SystemResult
from recaudit.errors import SystemFailureError
from recaudit.records import (
    Answer,
    Capability,
    Estimate,
    Finding,
    Hypothesis,
    Measurements,
    Request,
    Verdict,
)
from recaudit.statistics import estimate, group_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the audit of one system adds to the result."""

    result: SystemResult
    findings: tuple[Finding, ...]
    measurements: Mapping[str, Measurements]


def audit_system(plan: AuditPlan, built: BuiltSystem, evidence: EvidenceStore, progress: Progress) -> Outcome:
    """Ask a system everything it offers to answer, and decide every claim about it."""
    name, seconds, failure = built.card.name, {"build": built.seconds}, built.failure
    offered: frozenset[Capability] = frozenset()
    requests: list[Request] = list(plan.requests.values())
    if built.recommender is not None:
        offered = built.recommender.offers
        requests = [request for request in requests if request.needs in offered]
        progress(f"asking {name}", 0, len(requests))
        with timed(seconds, "answer"):
            try:
                done = 0
                for batch in ask(built.recommender, requests, plan.data.items.index):
                    evidence.add_answers(name, batch)
                    done += len(batch)
                    progress(f"asking {name}", done, len(requests))
            except SystemFailureError as error:
                failure = str(error)
    answers = evidence.answers(name)
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
    gated = [
        finding.verdict for finding in findings if finding.limit is not None and finding.verdict is not None
    ]
    result = SystemResult(
        card=built.card,
        quadrant=built.card.quadrant,
        verdict="ERROR" if failure else worst(gated),
        funnel=_funnel(requests, answers, measured),
        probes=tables,
        failure=failure,
        seconds=seconds,
    )
    return Outcome(result=result, findings=findings, measurements=measured)


def _estimates(
    plan: AuditPlan, name: str, measured: Mapping[str, Measurements], offered: frozenset[Capability]
) -> dict[str, Estimate]:
    claims = [claim for claim in plan.hypotheses if claim.needs in offered]
    if not claims:
        return {}
    together = Measurements(
        rows=pd.concat([measurements.rows for measurements in measured.values()], ignore_index=True),
        corpus=tuple(corpus for measurements in measured.values() for corpus in measurements.corpus),
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
        verdict, reason = "NOT_RUN", f"the system does not offer {claim.needs}, which this question needs"
    elif limit is not None:
        verdict, reason = decide(seen, limit)
    return Finding(system=name, hypothesis=claim, estimate=seen, limit=limit, verdict=verdict, reason=reason)


def _funnel(
    requests: Sequence[Request], answers: Mapping[str, Answer], measured: Mapping[str, Measurements]
) -> Funnel:
    measured_units: Counter[str] = Counter()
    undefined: Counter[str] = Counter()
    for measurements in measured.values():
        rows = measurements.rows
        missing = rows["value"].isna()
        measured_units.update(rows.loc[~missing, "metric"].tolist())
        undefined.update((rows.loc[missing, "metric"] + ": " + rows.loc[missing, "reason"]).tolist())
    given = [(request, answers[request.id]) for request in requests if request.id in answers]
    return Funnel(
        planned=len(requests),
        answered=len(given),
        problems=dict(Counter(answer.problem for _, answer in given if answer.problem is not None)),
        empty=sum(not answer.items for _, answer in given if answer.problem is None),
        short=sum(0 < len(answer.items) < request.k for request, answer in given),
        measured=dict(sorted(measured_units.items())),
        undefined=dict(sorted(undefined.items())),
    )


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
