"""From the answers of one system to decided claims: measure, estimate, decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recaudit.audit.batches import Batch, batches_of, finished
from recaudit.audit.config_tables import SystemTable
from recaudit.audit.decide import decide, verdict_of
from recaudit.audit.estimating import estimates_of, gated_claims, measured_by_probe
from recaudit.audit.evidence import AskedSystem, EvidenceStore
from recaudit.audit.examples import Telling, examples_of
from recaudit.audit.funnel import funnel_of
from recaudit.audit.otherwise import matches_titles, measured_otherwise
from recaudit.audit.plan import AuditPlan, PlannedProbe, attributes_of, why_not_run
from recaudit.audit.progress import Progress, timed
from recaudit.audit.result import ProbeTables, SequentialRun, SystemResult
from recaudit.audit.spreads import spreads_of
from recaudit.audit.usage import usage_of
from recaudit.records import (
    Answer,
    Capability,
    Estimate,
    Example,
    Finding,
    Hypothesis,
    Measurements,
    OtherReading,
    Request,
    SystemCard,
    Verdict,
)
from recaudit.statistics import group_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the audit of one system adds to the result."""

    result: SystemResult
    findings: tuple[Finding, ...]
    measurements: Mapping[str, Measurements]
    examples: Mapping[str, tuple[Example, ...]]


def measure_system(
    plan: AuditPlan, table: SystemTable, evidence: EvidenceStore, progress: Progress
) -> Outcome:
    """Decide every claim about one system from what it answered; the system itself is not touched.

    A sequential run is decided from the batches that are finished.
    """
    name = table.name
    asked = evidence.systems().get(name)
    answers = evidence.answers(name)
    offered: frozenset[Capability] = frozenset() if asked is None else asked.offers
    requests = [request for request in plan.requests_of(table) if asked is None or request.needs in offered]
    batches = batches_of(plan, table, offered) if plan.sequential else ()
    done = batches[: finished(batches, answers)]
    if done:
        requests = [request for batch in done for request in batch.requests]
    failure = evidence.failures().get(name) or _incomplete(requests, asked, answers)
    seconds = {} if asked is None else dict(asked.seconds)
    measured: dict[str, Measurements] = {}
    estimates: dict[str, Estimate] = {}
    tables: tuple[ProbeTables, ...] = ()
    otherwise: tuple[OtherReading, ...] = ()
    if not failure:
        progress(f"measuring {name}", 0, 1)
        with timed(seconds, "measure"):
            measured = measured_by_probe(plan, plan.hypotheses, requests, answers, offered)
        with timed(seconds, "estimate"):
            estimates = estimates_of(plan, name, plan.hypotheses, measured, offered=offered, batches=batches)
        with timed(seconds, "group tables"):
            tables = tuple(
                _tables(plan, name, probe, measured[probe.name])
                for probe in plan.probes
                if probe.name in measured
            )
        if plan.gated(name) and matches_titles(plan.data.items, answers):
            with timed(seconds, "read otherwise"):
                otherwise = measured_otherwise(
                    plan, name, requests, answers, offered=offered, batches=batches
                )
        progress(f"measuring {name}", 1, 1)
    findings = tuple(
        _finding(plan, name, claim, estimates.get(claim.id), failure) for claim in plan.hypotheses
    )
    gated = [
        finding.verdict for finding in findings if finding.verdict is not None and finding.limit is not None
    ]
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
        sequential=None
        if failure or not plan.sequential
        else _progress_of(plan, batches, done, answers, settled=all(map(_is_settled, gated))),
        otherwise=otherwise,
    )
    return Outcome(
        result=result,
        findings=findings,
        measurements=measured,
        examples=_examples(
            plan,
            findings,
            measured,
            Telling(
                system=name,
                data=plan.data,
                requests={request.id: request for request in requests},
                answers=answers,
            ),
        ),
    )


def _examples(
    plan: AuditPlan, findings: Sequence[Finding], measured: Mapping[str, Measurements], telling: Telling
) -> dict[str, tuple[Example, ...]]:
    """By probe; claims with a gate come first."""
    gated = {finding.hypothesis.id for finding in findings if finding.limit is not None}
    return {
        probe.name: examples_of(
            telling, sorted(probe.hypotheses, key=lambda claim: claim.id not in gated), measured[probe.name]
        )
        for probe in plan.probes
        if probe.name in measured
    }


def settled(
    plan: AuditPlan,
    name: str,
    *,
    offered: frozenset[Capability],
    batches: Sequence[Batch],
    done: int,
    answers: Mapping[str, Answer],
) -> bool:
    """Whether the first batches settle every gate of a system that it offers to answer."""
    claims = gated_claims(plan, name)
    requests = [request for batch in batches[:done] for request in batch.requests]
    measured = measured_by_probe(plan, claims, requests, answers, offered)
    estimates = estimates_of(plan, name, claims, measured, offered=offered, batches=batches)
    verdicts = [decide(seen, plan.limits[name, claim])[0] for claim, seen in estimates.items()]
    return all(map(_is_settled, verdicts))


def _is_settled(verdict: Verdict) -> bool:
    return verdict in {"PASS", "FAIL", "NOT_RUN"}


def _progress_of(
    plan: AuditPlan,
    batches: Sequence[Batch],
    done: Sequence[Batch],
    answers: Mapping[str, Answer],
    *,
    settled: bool,
) -> SequentialRun:
    return SequentialRun(
        batch=plan.config.tables.audit.batch,
        looks=len(done),
        units=sum(len(batch.units) for batch in done),
        planned_units=sum(len(batch.units) for batch in batches),
        requests=len(answers),
        planned_requests=sum(len(batch.requests) for batch in batches),
        settled=settled,
    )


def _incomplete(requests: Sequence[Request], asked: AskedSystem | None, answers: Mapping[str, Answer]) -> str:
    left = sum(request.id not in answers for request in requests)
    if asked is None and left == len(requests):
        return "it was not asked before the run stopped; go on with --resume"
    return f"{left:,} of {len(requests):,} requests have no answer yet; go on with --resume" if left else ""


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


def _tables(plan: AuditPlan, name: str, probe: PlannedProbe, measurements: Measurements) -> ProbeTables:
    gated = plan.gated(name) | {margin.finding for margin in plan.margins if margin.system == name}
    tables = (
        group_table(
            measurements.rows,
            plan.groups[attribute],
            attribute=attribute,
            metrics=list(measurements.rows["metric"].unique()),
            min_group=plan.config.tables.audit.min_group,
            shrink=plan.config.tables.audit.shrink and "*" in attribute,
        )
        for attribute in attributes_of(probe.hypotheses)
    )
    return ProbeTables(
        probe=probe.name,
        tables=tuple(tables),
        distributions=measurements.distributions,
        spreads=spreads_of(measurements.rows, [claim for claim in probe.hypotheses if claim.id in gated]),
    )
