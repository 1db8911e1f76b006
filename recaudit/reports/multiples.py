"""Small multiples: one panel per key measure, all systems under each other on one scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recaudit.reports.comparison import ClaimRow, claim_rows
from recaudit.reports.pareto import key_claims

if TYPE_CHECKING:
    from recaudit.audit.result import AuditResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiples:
    """The key measures: those to show at once, and the rest for a fold."""

    shown: tuple[ClaimRow, ...]
    folded: tuple[ClaimRow, ...]


MOST_SHOWN = 12


def multiples(result: AuditResult) -> Multiples:
    """Lay the key claims out by system; without a single number a claim has no panel."""
    keys = {claim.id for claim in key_claims(result)}
    names = [system.card.name for system in result.systems]
    rows = claim_rows((finding for finding in result.own_findings if finding.hypothesis.id in keys), names)
    drawn = tuple(row for row in rows if row.scale is not None)
    return Multiples(shown=drawn[:MOST_SHOWN], folded=drawn[MOST_SHOWN:])
