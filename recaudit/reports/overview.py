"""The first screen: what was decided, what is worst, what was not tested, and why to trust it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from recaudit.reports.claims import Claim, claim_of, worst_first
from recaudit.reports.intervals import confidence_words
from recaudit.reports.language import _
from recaudit.reports.numbers import show_count, show_seconds, show_share
from recaudit.reports.sentences import sentence_of
from recaudit.reports.sequential import sequential_words
from recaudit.reports.verdicts import VERDICTS, count_words, status_words, tally_words
from recaudit.reports.visible import clipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from recaudit.audit.result import AuditResult, NotTested, SystemResult
    from recaudit.records import Finding, Verdict

VISIBLE_GATES, MOST_NAMES = 12, 12
LONGEST_NAME, LONGEST_TITLE, LONGEST_LEAD, LONGEST_LIST = 60, 120, 500, 150
"""Characters on the first screen; the rest of the page has everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemVerdict:
    """One system in a line."""

    name: str
    verdict: Verdict
    counts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The systems that have one verdict: the first of them as (name, version) pairs, and how many more there are."""

    verdict: Verdict
    systems: tuple[tuple[str, str], ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What was not tested for one reason: in short, and as (what, what it would have asked) pairs."""

    short: str
    why: str
    entries: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What a reader needs in the first minute.

    Attributes:
        name: The audit's name.
        verdict: The worst verdict.
        leads: The worst gated finding in one sentence; for an incomplete audit also what went wrong.
        counts: Gates by verdict.
        baseline: What became of the gates of the baseline, "" without one.
        sequential: How far a sequential run went with each system, and what it saved; nothing for a run that asks
            everything.
        systems: Verdict of each system.
        standing: The systems of each verdict, worst first, with their versions.
        trust: Label to text: what the run was.
        gates: Gated findings, worst first.
        not_tested: What was left out, and why.
        left_out: The same by reason.
        confidence: "95 % interval".
    """

    name: str
    verdict: Verdict
    leads: tuple[str, ...]
    counts: str
    baseline: str
    sequential: tuple[str, ...]
    systems: tuple[SystemVerdict, ...]
    standing: tuple[Standing, ...]
    trust: tuple[tuple[str, str], ...]
    gates: tuple[Claim, ...]
    not_tested: tuple[NotTested, ...]
    left_out: tuple[LeftOut, ...]
    confidence: str


def overview(result: AuditResult) -> Overview:
    """Condense a result to its first screen."""
    gated = worst_first(result.gated)
    gates = tuple(_gate(finding, result.provenance.confidence) for finding in gated)
    return Overview(
        name=result.name,
        verdict=result.verdict,
        leads=tuple(clipped(lead, LONGEST_LEAD) for lead in _leads(result, gated)),
        counts=count_words(gate.verdict for gate in gates if gate.verdict is not None),
        baseline=_baseline(result),
        sequential=_sequential(result),
        systems=tuple(_system_verdict(system, gates) for system in result.systems),
        standing=_standing(result),
        trust=_trust(result),
        gates=gates,
        not_tested=result.not_tested,
        left_out=_left_out(result.not_tested),
        confidence=confidence_words(result.provenance.confidence),
    )


def _baseline(result: AuditResult) -> str:
    base = result.compared_with
    if base is None:
        return ""
    return _("Against the baseline {name} of {started}: {counts}.").format(
        name=clipped(base.name, LONGEST_NAME),
        started=_moment(base.started),
        counts=status_words(base.counts) or _("no gate in common"),
    )


def _sequential(result: AuditResult) -> tuple[str, ...]:
    return tuple(
        sequential_words(system.card.name, system.sequential)
        for system in result.systems
        if system.sequential is not None
    )


def _gate(finding: Finding, confidence: float) -> Claim:
    """A gate for a table of intervals of one confidence; one of another confidence says so."""
    claim, seen = claim_of(finding), finding.estimate
    if seen is None or not claim.interval or seen.confidence == confidence:
        return claim
    return replace(claim, interval=f"{claim.interval} ({confidence_words(seen.confidence)})")


def _leads(result: AuditResult, gated: Sequence[Finding]) -> tuple[str, ...]:
    failures = [
        _("{system} could not be audited: {reason}.").format(
            system=system.card.name, reason=system.failure.rstrip(".")
        )
        for system in result.systems
        if system.failure
    ]
    failed = [_sentence(gate) for gate in gated if gate.verdict == "FAIL"][:1]
    undecided = [_sentence(gate) for gate in gated if gate.verdict == "ERROR"][:1]
    if failures:
        return (*failed, *failures)
    if result.verdict == "ERROR":
        return (*failed, *undecided)
    return tuple(map(_sentence, gated[:1]))


def _sentence(finding: Finding) -> str:
    """The finding in a sentence in which no long name pushes the number out."""
    claim = replace(finding.hypothesis, title=clipped(finding.hypothesis.title, LONGEST_TITLE))
    return sentence_of(replace(finding, system=clipped(finding.system, LONGEST_NAME), hypothesis=claim))


def _system_verdict(system: SystemResult, gates: tuple[Claim, ...]) -> SystemVerdict:
    name = system.card.name
    verdicts = [gate.verdict for gate in gates if gate.system == name and gate.verdict is not None]
    return SystemVerdict(
        name=name,
        verdict=system.verdict,
        counts=_("could not be audited") if system.failure else tally_words(verdicts),
    )


def _standing(result: AuditResult) -> tuple[Standing, ...]:
    by_verdict: dict[Verdict, list[tuple[str, str]]] = {verdict: [] for verdict in VERDICTS}
    for system in result.systems:
        card = system.card
        by_verdict[system.verdict].append(
            (clipped(card.name, LONGEST_NAME), clipped(card.version, LONGEST_NAME))
        )
    return tuple(
        Standing(verdict=verdict, systems=tuple(systems[:MOST_NAMES]), more=max(len(systems) - MOST_NAMES, 0))
        for verdict, systems in by_verdict.items()
        if systems
    )


def _left_out(entries: Iterable[NotTested]) -> tuple[LeftOut, ...]:
    by_reason: dict[str, list[tuple[str, str]]] = {}
    for entry in entries:
        by_reason.setdefault(entry.why, []).append((entry.what, entry.question))
    return tuple(
        LeftOut(
            short=clipped("; ".join(what for what, _ in parts), LONGEST_LIST), why=why, entries=tuple(parts)
        )
        for why, parts in by_reason.items()
    )


def _trust(result: AuditResult) -> tuple[tuple[str, str], ...]:
    provenance = result.provenance
    rows = [system.funnel.everybody for system in result.systems]
    planned = sum(row.planned for row in rows)
    answered = sum(row.answered for row in rows)
    problems = Counter[str]()
    for row in rows:
        problems.update(row.problems)
    failed = problems["timeout"] + problems["error"] + sum(row.empty for row in rows)
    costs = [f"{cost:.4g} {currency}" for currency, cost in _costs(result).items()]
    return (
        (_("Systems"), show_count(len(result.systems))),
        (_("Data"), clipped(result.data.name, LONGEST_NAME)),
        (_("Started"), _moment(provenance.started)),
        (_("Took"), show_seconds(provenance.seconds)),
        (_("Requests"), show_count(planned)),
        *_saved(result),
        (_("Answered"), show_share(answered, planned)),
        (_("Refused"), show_share(problems["refused"], answered)),
        (_("Unparsed"), show_share(problems["unparsed"], answered)),
        (_("Failed or empty"), show_share(failed, answered)),
        *(((_("Cost"), " + ".join(costs)),) if costs else ()),
        (_("Seed"), str(provenance.seed)),
        (_("Config digest"), provenance.config_digest[:12]),
        (_("Data digest"), result.data.digest[:12]),
        ("recaudit", provenance.recaudit_version),
    )


def _saved(result: AuditResult) -> tuple[tuple[str, str], ...]:
    """What stopping early saved, in a sequential run."""
    runs = [system.sequential for system in result.systems if system.sequential is not None]
    if not runs:
        return ()
    saved, planned = sum(run.saved for run in runs), sum(run.planned_requests for run in runs)
    return (
        (
            _("Saved by stopping early"),
            _("{saved} of {planned} requests").format(saved=show_count(saved), planned=show_count(planned)),
        ),
    )


def _costs(result: AuditResult) -> dict[str, float]:
    """What all calls cost, by currency."""
    costs: dict[str, float] = {}
    for usage in (system.usage for system in result.systems):
        if usage.cost is not None:
            costs[usage.currency] = costs.get(usage.currency, 0.0) + usage.cost
    return costs


def _moment(started: str) -> str:
    try:
        moment = datetime.fromisoformat(started)
    except ValueError:
        return started
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment.tzinfo else f"{moment:%Y-%m-%d %H:%M}"
