"""From answers to estimates: what the probes measure on one system, and what that says about its claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from recaudit.audit.batches import Batch
from recaudit.audit.plan import AuditPlan
from recaudit.records import Answer, Capability, Estimate, Hypothesis, Measurements, Request
from recaudit.statistics import estimate, estimate_so_far


def gated_claims(plan: AuditPlan, name: str) -> list[Hypothesis]:
    """The claims about a system that a gate limits."""
    gated = plan.gated(name)
    return [claim for claim in plan.hypotheses if claim.id in gated]


def measured_by_probe(
    plan: AuditPlan,
    claims: Sequence[Hypothesis],
    requests: Sequence[Request],
    answers: Mapping[str, Answer],
    offered: frozenset[Capability],
) -> dict[str, Measurements]:
    """What the probes that these claims belong to measure."""
    wanted = {claim.probe for claim in claims if claim.needs in offered}
    return {
        probe.name: probe.plan.probe.measure(plan.data, probe.plan.options, requests, answers)
        for probe in plan.probes
        if probe.name in wanted
    }


def estimates_of(
    plan: AuditPlan,
    name: str,
    hypotheses: Sequence[Hypothesis],
    measured: Mapping[str, Measurements],
    *,
    offered: frozenset[Capability],
    batches: Sequence[Batch],
    tests: bool = True,
) -> dict[str, Estimate]:
    """Estimate claims about one system, those that a gate limits as one family.

    Args:
        plan: Of the run.
        name: The system's name.
        hypotheses: The claims; those that it cannot be tested on are left out.
        measured: By probe, for all their probes.
        offered: What the system offers.
        batches: Of a sequential run, else none.
        tests: Whether p-values are computed; no interval depends on them.
    """
    claims = [claim for claim in hypotheses if claim.needs in offered]
    if not claims:
        return {}
    settings = plan.config.tables.audit
    gated = {claim.id for claim in claims} & plan.gated(name)
    if plan.sequential:
        return estimate_so_far(
            claims,
            all_measurements(measured),
            plan.groups,
            order=[unit for batch in batches for unit in batch.units],
            gated=gated,
            confidence=settings.confidence,
            min_group=settings.min_group,
        )
    return estimate(
        claims,
        all_measurements(measured),
        plan.groups,
        gated=gated,
        confidence=settings.confidence,
        resamples=settings.resamples,
        min_group=settings.min_group,
        rng=settings.seed,
        tests=tests,
        screening=settings.screening,
    )


def all_measurements(measured: Mapping[str, Measurements]) -> Measurements:
    """What all probes measured on one system."""
    return Measurements(
        rows=pd.concat([measurements.rows for measurements in measured.values()], ignore_index=True),
        corpus=tuple(corpus for measurements in measured.values() for corpus in measurements.corpus),
        parts=tuple(parts for measurements in measured.values() for parts in measurements.parts),
    )
