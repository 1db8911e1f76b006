"""The exposure probe."""

from __future__ import annotations

from recaudit.datasets import AuditData
from recaudit.probes.exposure.claims import NAME, hypotheses
from recaudit.probes.exposure.measure import measure
from recaudit.probes.exposure.options import ExposureOptions
from recaudit.probes.lists import plan_lists
from recaudit.probes.options import deepest
from recaudit.probes.probe import Probe
from recaudit.records import Request


def depth(options: ExposureOptions) -> int:
    """The list length that the metrics need."""
    return deepest(options.labels)


def plan(data: AuditData, options: ExposureOptions, k: int, run_seed: int) -> list[Request]:
    """One list per user and sample."""
    return [
        request
        for replicate in range(options.samples)
        for request in plan_lists(data, k, run_seed, replicate=replicate)
    ]


EXPOSURE = Probe(
    name=NAME,
    aspect="fair",
    question="Is it fair to items: do groups of items get the exposure that users' wishes and histories give them?",
    options=ExposureOptions,
    depth=depth,
    plan=plan,
    hypotheses=hypotheses,
    measure=measure,
)
