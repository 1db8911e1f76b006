"""Systems side by side: is each good, fair and steady, and what does it take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from recaudit.audit.decide import worst
from recaudit.records import Aspect
from recaudit.reports.claims import Claim, claim_of, worst_first
from recaudit.reports.language import _
from recaudit.reports.numbers import show, show_seconds
from recaudit.reports.quadrants import quadrant_words
from recaudit.reports.verdicts import tally_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from recaudit.audit.result import AuditResult, SystemResult
    from recaudit.audit.usage import Usage
    from recaudit.records import Finding, Hypothesis, Verdict

ASPECTS: tuple[Aspect, ...] = get_args(Aspect)


@dataclass(frozen=True, slots=True, kw_only=True)
class AspectCell:
    """What one system's answer to one of the questions is.

    Attributes:
        verdict: The worst of its gates, None where no gate asks.
        counts: Gates by verdict, or why there are none.
        claim: The gate that matters most, or without gates the first finding; None without any number.
    """

    verdict: Verdict | None
    counts: str
    claim: Claim | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AspectRow:
    """One system against all questions; `cost` says what asking took, line by line."""

    number: int
    system: str
    quadrant: str
    verdict: Verdict
    cells: tuple[AspectCell, ...]
    cost: tuple[str, ...]


def aspect_of(claim: Hypothesis, aspects: Mapping[str, Aspect]) -> Aspect:
    """The question that a claim belongs to: that of its probe, and "fair" where groups of users are compared."""
    return "fair" if claim.attribute is not None else aspects[claim.probe]


def aspect_rows(result: AuditResult) -> tuple[AspectRow, ...]:
    """Make one row per system, in the order of the configuration."""
    return tuple(_row(number, system, result) for number, system in enumerate(result.systems, 1))


def _row(number: int, system: SystemResult, result: AuditResult) -> AspectRow:
    own = [finding for finding in result.findings if finding.system == system.card.name]
    return AspectRow(
        number=number,
        system=system.card.name,
        quadrant=quadrant_words(system.quadrant),
        verdict=system.verdict,
        cells=tuple(
            _cell([finding for finding in own if aspect_of(finding.hypothesis, result.aspects) == aspect])
            for aspect in ASPECTS
        ),
        cost=cost_words(system.usage),
    )


def _cell(findings: Sequence[Finding]) -> AspectCell:
    gated = worst_first(finding for finding in findings if finding.limit is not None)
    verdicts = [finding.verdict for finding in gated if finding.verdict is not None]
    if verdicts:
        verdict = worst(verdicts)
        deciding = next(finding for finding in gated if finding.verdict == verdict)
        return AspectCell(verdict=verdict, counts=tally_words(verdicts), claim=claim_of(deciding))
    measured = [finding for finding in findings if finding.estimate is not None]
    if measured:
        return AspectCell(verdict=None, counts=_("measured, no limit set"), claim=claim_of(measured[0]))
    if findings:
        return AspectCell(verdict="NOT_RUN", counts=findings[0].reason, claim=None)
    return AspectCell(verdict=None, counts=_("not asked"), claim=None)


def cost_words(usage: Usage) -> tuple[str, ...]:
    """Say what asking took: money, time per answer, tokens."""
    words = []
    if usage.cost is not None:
        words.append(f"{usage.cost:.4g} {usage.currency}")
    if usage.throughput is not None:
        words.append(_("{rate} answers per s").format(rate=show(usage.throughput)))
    if usage.request_seconds:
        words.append(
            _("median {duration} per request").format(duration=show_seconds(usage.request_seconds[0]))
        )
    return tuple(words) or (_("not known"),)
