"""Gates with a margin: did anything get worse than in the baseline, by more than is allowed.

Each gate is a paired non-inferiority test on the same users: the change of the claim must be shown to lie within the
margin. It is one-sided with error probability 1 - confidence over all such gates of a system together, which is a joint
interval of level 2 · confidence - 1 that `decide` holds against the margin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from recaudit.audit.baseline import (
    Baseline,
    KeptData,
    gated,
    kept_data,
    load_baseline,
    refuse_other_questions,
)
from recaudit.audit.cards import untested_margins
from recaudit.audit.decide import decide, verdict_of, worst
from recaudit.audit.result import Asked, AuditResult, ComparedWith, SystemResult
from recaudit.audit.statuses import counts_since
from recaudit.audit.values import load_groups, load_values, values_of
from recaudit.errors import InputError, did_you_mean
from recaudit.records import Estimate, Finding, Hypothesis, Margin, Verdict
from recaudit.statistics import paired_changes


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBaseline:
    """A baseline that was read.

    Attributes:
        path: Its file.
        kept: Its content.
        values: The values of units.
    """

    path: Path
    kept: Baseline
    values: pd.DataFrame


def open_baseline(path: Path) -> OpenBaseline:
    """Read a baseline.

    Raises:
        InputError: If it cannot be used.
    """
    kept, values = load_baseline(path)
    return OpenBaseline(path=path, kept=kept, values=values)


def check_comparable(
    baseline: OpenBaseline, data: KeptData, asked: Asked, margins: Sequence[Margin], *, run: str
) -> None:
    """Refuse a baseline that nothing can be compared with.

    Raises:
        InputError: If no gate has a margin, or data, sample or requests are not those of the baseline.
    """
    if not margins:
        raise InputError(
            f"no gate of {run} has a margin, so nothing would be compared with {baseline.path.name}; add margin = "
            "... to a gate, or leave --baseline out"
        )
    probes = dict.fromkeys(margin.finding.partition("/")[0] for margin in margins)
    refuse_other_questions(baseline.kept, data, asked, list(probes), names=(baseline.path.name, run))


def compared(result: AuditResult, folder: Path, baseline: OpenBaseline) -> AuditResult:
    """Decide the gates with a margin too; the result's verdicts cover them.

    Args:
        result: Of a run.
        folder: Of that run, for the values of its units.
        baseline: What it is compared with.

    Raises:
        InputError: If the baseline cannot be compared with.
    """
    result = alone(result)
    check_comparable(baseline, kept_data(result.data), result.asked, result.margins, run=str(folder))
    values, groups = load_values(folder), load_groups(folder)
    added = [
        finding for system in result.systems for finding in _changes(result, system, baseline, values, groups)
    ]
    left_out = untested_margins(result.margins)
    return _with_verdicts(
        replace(
            result,
            findings=(*result.findings, *added),
            not_tested=tuple(entry for entry in result.not_tested if entry not in left_out),
            compared_with=ComparedWith(
                name=baseline.path.name,
                digest=baseline.kept.digest,
                started=baseline.kept.started,
                counts=counts_since(
                    {(one.system, one.finding): one.verdict for one in baseline.kept.findings},
                    gated(result),
                    added,
                    result.margins,
                ),
            ),
        )
    )


def alone(result: AuditResult) -> AuditResult:
    """The result without what a baseline decided."""
    if result.compared_with is None:
        return result
    return _with_verdicts(
        replace(
            result,
            findings=result.own_findings,
            not_tested=(*untested_margins(result.margins), *result.not_tested),
            compared_with=None,
        )
    )


def _with_verdicts(result: AuditResult) -> AuditResult:
    systems = tuple(
        replace(
            system,
            verdict=verdict_of(
                (finding for finding in result.findings if finding.system == system.card.name),
                system.failure,
            ),
        )
        for system in result.systems
    )
    return replace(result, systems=systems, verdict=worst(system.verdict for system in systems))


def _changes(
    result: AuditResult,
    system: SystemResult,
    baseline: OpenBaseline,
    values: pd.DataFrame,
    groups: pd.DataFrame,
) -> list[Finding]:
    name = system.card.name
    margins = {margin.finding: margin for margin in result.margins if margin.system == name}
    own = [one for one in result.own_findings if one.system == name and one.hypothesis.id in margins]
    kept = {one.finding for one in baseline.kept.findings if one.system == name}
    measured = [
        one.hypothesis
        for one in own
        if not system.failure and one.estimate is not None and one.hypothesis.id in kept
    ]
    settings = result.provenance
    gates = "1 gate" if len(measured) == 1 else f"{len(measured)} gates"
    estimates = paired_changes(
        measured,
        values_of(baseline.values, name, measured),
        values_of(values, name, measured),
        groups,
        confidence=max(0.5, round(2 * settings.confidence - 1, 12)),
        resamples=settings.resamples,
        min_group=settings.min_group,
        family=f"{gates} of this system with a margin, one-sided at {settings.confidence:.6g}",
        rng=settings.seed,
    )
    return [
        _finding(
            one, margins[one.hypothesis.id], estimates.get(one.hypothesis.id), _why_not(one, system, baseline)
        )
        for one in own
    ]


def _why_not(finding: Finding, system: SystemResult, baseline: OpenBaseline) -> tuple[Verdict, str]:
    """What to say of a claim whose change was not estimated."""
    if system.failure:
        return "ERROR", system.failure
    if finding.estimate is None:
        return "NOT_RUN", finding.reason
    name = system.card.name
    systems = list(dict.fromkeys(one.system for one in baseline.kept.findings))
    again = f"make it again with: recaudit baseline RUN --out {baseline.path}"
    if name not in systems:
        near = did_you_mean(name, systems)
        return "ERROR", f"the baseline has no system '{name}'{near}; it has {', '.join(systems)}; {again}"
    known = [one.finding for one in baseline.kept.findings if one.system == name]
    near = did_you_mean(finding.hypothesis.id, known)
    return "ERROR", f"the baseline has no '{finding.hypothesis.id}'{near}; {again}"


def _finding(
    finding: Finding, margin: Margin, seen: Estimate | None, otherwise: tuple[Verdict, str]
) -> Finding:
    verdict, reason = otherwise if seen is None else decide(seen, margin.limit)
    return Finding(
        system=finding.system,
        hypothesis=change_of(finding.hypothesis, margin),
        estimate=seen,
        limit=margin.limit,
        verdict=verdict,
        reason=reason,
    )


def change_of(claim: Hypothesis, margin: Margin) -> Hypothesis:
    """The claim about the change of a claim since the baseline."""
    width = claim.bounds[1] - claim.bounds[0]
    what = f"change of {claim.id.partition('/')[2]}"
    if claim.contrast == "worst":
        what = f"change of {claim.metric} in the group of {claim.attribute} that lost most"
    return Hypothesis(
        id=margin.change,
        question=f"Did it get worse than in the baseline: {claim.question}",
        title=f"{what} since the baseline",
        probe=claim.probe,
        metric=claim.metric,
        contrast="mean",
        better="higher" if margin.worse == "lower" else "lower",
        bounds=(-width, width),
        needs=claim.needs,
    )
