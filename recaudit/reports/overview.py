"""The first screen: what was decided, what is worst, what was not tested, and why to trust it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from recaudit.reports.claims import Claim, claim_of, worst_first
from recaudit.reports.numbers import show_count, show_seconds, show_share
from recaudit.reports.sentences import confidence_words, count_words, tally_words

if TYPE_CHECKING:
    from recaudit.audit.result import AuditResult, NotTested, SystemResult
    from recaudit.audit.usage import Usage
    from recaudit.records import Finding, Verdict

VISIBLE_GATES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemVerdict:
    """One system in a line."""

    name: str
    verdict: Verdict
    counts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What a reader needs in the first minute.

    Attributes:
        name: The audit's name.
        verdict: The worst verdict.
        leads: The worst gated finding in one sentence; for an incomplete audit also what went wrong.
        counts: Gates by verdict.
        systems: Verdict of each system.
        trust: Label to text: what the run was.
        gates: Gated findings, worst first.
        not_tested: What was left out, and why.
        confidence: "95 % interval".
    """

    name: str
    verdict: Verdict
    leads: tuple[str, ...]
    counts: str
    systems: tuple[SystemVerdict, ...]
    trust: tuple[tuple[str, str], ...]
    gates: tuple[Claim, ...]
    not_tested: tuple[NotTested, ...]
    confidence: str


def overview(result: AuditResult) -> Overview:
    """Condense a result to its first screen."""
    gates = tuple(_gate(finding, result.provenance.confidence) for finding in worst_first(result.gated))
    return Overview(
        name=result.name,
        verdict=result.verdict,
        leads=_leads(result, gates),
        counts=count_words(gate.verdict for gate in gates if gate.verdict is not None),
        systems=tuple(_system_verdict(system, gates) for system in result.systems),
        trust=_trust(result),
        gates=gates,
        not_tested=result.not_tested,
        confidence=confidence_words(result.provenance.confidence),
    )


def _gate(finding: Finding, confidence: float) -> Claim:
    """A gate for a table of intervals of one confidence; one of another confidence says so."""
    claim, seen = claim_of(finding), finding.estimate
    if seen is None or not claim.interval or seen.confidence == confidence:
        return claim
    return replace(claim, interval=f"{claim.interval} ({confidence_words(seen.confidence)})")


def _leads(result: AuditResult, gates: tuple[Claim, ...]) -> tuple[str, ...]:
    failures = [
        f"{system.card.name} could not be audited: {system.failure.rstrip('.')}."
        for system in result.systems
        if system.failure
    ]
    failed = [gate.sentence for gate in gates if gate.verdict == "FAIL"]
    undecided = [gate.sentence for gate in gates if gate.verdict == "ERROR"]
    if failures:
        return (*failed[:1], *failures)
    if result.verdict == "ERROR":
        return (*failed[:1], *undecided[:1])
    return tuple(gate.sentence for gate in gates[:1])


def _system_verdict(system: SystemResult, gates: tuple[Claim, ...]) -> SystemVerdict:
    name = system.card.name
    verdicts = [gate.verdict for gate in gates if gate.system == name and gate.verdict is not None]
    return SystemVerdict(
        name=name,
        verdict=system.verdict,
        counts="could not be audited" if system.failure else tally_words(verdicts),
    )


def _trust(result: AuditResult) -> tuple[tuple[str, str], ...]:
    provenance = result.provenance
    rows = [system.funnel.everybody for system in result.systems]
    planned = sum(row.planned for row in rows)
    answered = sum(row.answered for row in rows)
    unusable = sum(sum(row.problems.values()) + row.empty for row in rows)
    costs = [f"{usage.cost:.4g} {usage.currency}" for usage in _priced(result)]
    return (
        ("Systems", show_count(len(result.systems))),
        ("Data", result.data.name),
        ("Started", _moment(provenance.started)),
        ("Took", show_seconds(provenance.seconds)),
        ("Requests", show_count(planned)),
        ("Answered", show_share(answered, planned)),
        ("Without a list", show_share(unusable, answered)),
        *((("Cost", " + ".join(costs)),) if costs else ()),
        ("Seed", str(provenance.seed)),
        ("Config digest", provenance.config_digest[:12]),
        ("Data digest", result.data.digest[:12]),
        ("recaudit", provenance.recaudit_version),
    )


def _priced(result: AuditResult) -> list[Usage]:
    return [system.usage for system in result.systems if system.usage.cost is not None]


def _moment(started: str) -> str:
    try:
        moment = datetime.fromisoformat(started)
    except ValueError:
        return started
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment.tzinfo else f"{moment:%Y-%m-%d %H:%M}"
