"""Runs a probe on a function instead of a system, as far as estimates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from recaudit.datasets import AuditData
from recaudit.probes import user_groups
from recaudit.probes.probe import Probe
from recaudit.records import Answer, Estimate, ItemId, Measurements, Request
from recaudit.statistics import estimate

Ranker = Callable[[Request], Sequence[ItemId]]


def measured(probe: Probe, data: AuditData, rank: Ranker, k: int = 10, **options: Any) -> Measurements:
    chosen = probe.options(**options)
    requests = probe.plan(data, chosen, k, 0)
    answers = {one.id: Answer(request=one.id, items=tuple(rank(one))) for one in requests}
    return probe.measure(data, chosen, requests, answers)


def estimated(
    probe: Probe,
    data: AuditData,
    rank: Ranker,
    *,
    k: int = 10,
    gated: Sequence[str] | None = None,
    resamples: int = 500,
    min_group: int = 20,
    rng: int = 0,
    **options: Any,
) -> dict[str, Estimate]:
    claims = probe.hypotheses(data, probe.options(**options))
    attributes = list(dict.fromkeys(claim.attribute for claim in claims if claim.attribute))
    return estimate(
        claims,
        measured(probe, data, rank, k, **options),
        user_groups(data, attributes),
        gated=[claim.id for claim in claims] if gated is None else gated,
        resamples=resamples,
        min_group=min_group,
        rng=rng,
    )
