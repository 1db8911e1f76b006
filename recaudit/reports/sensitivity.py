"""The questions of gates beside the same questions measured otherwise in the same run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recaudit.reports.comparison import ClaimRow, claim_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recaudit.records import Finding, Hypothesis


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """One claim with a gate, and its neighbours, which have none.

    Attributes:
        gate: The claim.
        others: (what differs, the other claim) pairs.
    """

    gate: ClaimRow
    others: tuple[tuple[str, ClaimRow], ...]


def sensitivities(findings: Sequence[Finding], systems: Sequence[str]) -> tuple[Sensitivity, ...]:
    """Find the neighbours of every gated claim of one probe; claims without any are left out.

    Args:
        findings: Of the probe.
        systems: Column order.
    """
    claims = {finding.hypothesis.id: finding.hypothesis for finding in findings}
    gated = {finding.hypothesis.id for finding in findings if finding.limit is not None}
    found = {
        name: {other.id: how for other in claims.values() if (how := _differs(claims[name], other))}
        for name in claims
        if name in gated
    }
    needed = {name for gate, others in found.items() if others for name in (gate, *others)}
    rows = {
        row.id: row for row in claim_rows((one for one in findings if one.hypothesis.id in needed), systems)
    }
    return tuple(
        Sensitivity(gate=rows[gate], others=tuple((how, rows[name]) for name, how in others.items()))
        for gate, others in found.items()
        if others
    )


def _differs(gate: Hypothesis, other: Hypothesis) -> str:
    """In what another claim differs that asks the same, "" if it asks something else."""
    if gate.baseline and other.metric == gate.metric and other.contrast == "mean" and other.arms:
        return "the floor itself" if other.arms == (gate.baseline,) else "another floor"
    alike = (gate.contrast, gate.section, gate.arms, gate.baseline) == (
        other.contrast,
        other.section,
        other.arms,
        other.baseline,
    )
    if not alike or other.metric == gate.metric:
        return ""
    if other.metric.partition("@")[0] == gate.metric.partition("@")[0]:
        return "other cut-off"
    return "other measure of the same lists" if gate.baseline else ""
