"""The position probe."""

from __future__ import annotations

from recaudit.probes.position.claims import NAME, hypotheses
from recaudit.probes.position.measure import measure
from recaudit.probes.position.options import PositionOptions
from recaudit.probes.position.plan import plan
from recaudit.probes.probe import Probe


def depth(options: PositionOptions) -> int:  # noqa: ARG001 - the probe contract
    """It needs no list over the catalogue."""
    return 1


POSITION = Probe(
    name=NAME,
    aspect="steady",
    question="Is it steady: does the ranking depend on the order in which the candidates are given?",
    options=PositionOptions,
    depth=depth,
    plan=plan,
    hypotheses=hypotheses,
    measure=measure,
)
