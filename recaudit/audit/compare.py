"""A run beside an earlier one, or beside a baseline: which findings are new, fixed, worse, better or unchanged."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from recaudit.audit.baseline import (
    Baseline,
    KeptFinding,
    gated,
    kept_data,
    kept_of,
    load_baseline,
    refuse_other_questions,
)
from recaudit.audit.regression import alone
from recaudit.audit.result import AuditResult
from recaudit.audit.statuses import STATUSES, Status, status_of
from recaudit.audit.tables import changes_table
from recaudit.audit.values import load_groups, load_values, values_of
from recaudit.errors import InputError
from recaudit.records import Estimate, Finding, Hypothesis, Verdict
from recaudit.records.notebook import as_html
from recaudit.statistics import PAIRED_CONTRASTS, paired_changes


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedFinding:
    """One claim about one system in both runs.

    Attributes:
        system: The system's name.
        finding: The claim's id.
        hypothesis: What is claimed; None if only the earlier run has it.
        status: What became of it.
        before: In the earlier run.
        after: In the new run.
        change: After less before, paired by unit, None where there is no value for each unit.
        note: Why there is no change or no interval, else "".
    """

    system: str
    finding: str
    hypothesis: Hypothesis | None
    status: Status
    before: KeptFinding | None
    after: KeptFinding | None
    change: Estimate | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunComparison:
    """Two runs beside each other.

    Attributes:
        name: Of the new audit.
        before: Where the earlier run or the baseline lies.
        after: Where the new run lies.
        started: When each began.
        confidence: Joint confidence of all changes of a system.
        verdict: Of the new run, by its own gates.
        counts: Status to number of findings.
        findings: Those that need attention first.
        notes: What else differs.
    """

    name: str
    before: str
    after: str
    started: tuple[str, str]
    confidence: float
    verdict: Verdict
    counts: Mapping[Status, int]
    findings: tuple[ComparedFinding, ...]
    notes: tuple[str, ...]

    def to_json(self) -> str:
        """The same as JSON."""
        from pydantic import TypeAdapter

        return TypeAdapter(RunComparison).dump_json(self, indent=1).decode() + "\n"

    def to_pandas(self) -> pd.DataFrame:
        """A row per finding: value and verdict of both runs, and the change between them."""
        return changes_table(self.findings)

    def _repr_html_(self) -> str:
        """What became of the findings, for a notebook."""
        counted = ", ".join(f"{count} {status}" for status, count in self.counts.items() if count)
        columns = ["system", "finding", "status", "before_value", "after_value", "change_value"]
        shown = self.to_pandas()[[*columns, "change_low", "change_high", "note"]]
        return as_html(f"{self.name}: {self.after} since {self.before}: {counted}", shown)


def compare_runs(before: Path, after: Path) -> RunComparison:
    """Compare a run with an earlier one or with a baseline.

    All changes of a system's claims have joint intervals.

    Args:
        before: A run folder, its result.json, or a baseline.
        after: A run folder or its result.json.

    Raises:
        InputError: If they cannot be read, have no system in common, or are not about the same data, users and
            questions.
    """
    if after.is_file() and _is_baseline(after):
        raise InputError(f"{after} is a baseline, which can only come first; give a run as the second")
    only_gates, kept, values = _earlier(before)
    result = alone(AuditResult.load(after))
    now = kept_of(result, gated(result) if only_gates else result.findings)
    probes = sorted(set(kept.asked.digests) & {one.finding.partition("/")[0] for one in kept.findings})
    shared = [probe for probe in probes if probe in now.asked.digests]
    names = (str(before), str(after))
    refuse_other_questions(kept, kept_data(result.data), result.asked, shared, names=names)
    old = {(one.system, one.finding): one for one in kept.findings}
    new = {(one.system, one.finding): one for one in now.findings}
    systems = [system.card.name for system in result.systems]
    if not set(systems) & {system for system, _ in old}:
        raise InputError(
            f"{before} and {after} have no system in common: {_listed(system for system, _ in old)} in the one, "
            f"{_listed(systems)} in the other; give both the same name in the configuration"
        )
    changes = _changes(result, after if after.is_dir() else after.parent, values, old)
    claims = {(one.system, one.hypothesis.id): one for one in result.findings}
    rows = [
        _compared(key, old.get(key), new.get(key), claims.get(key), changes.get(key))
        for key in {**new, **old}
    ]
    rows.sort(key=lambda row: STATUSES.index(row.status))
    return RunComparison(
        name=result.name,
        before=names[0],
        after=names[1],
        started=(kept.started, result.provenance.started),
        confidence=result.provenance.confidence,
        verdict=result.verdict,
        counts={status: sum(row.status == status for row in rows) for status in STATUSES},
        findings=tuple(rows),
        notes=tuple(_notes(kept, now)),
    )


def _earlier(path: Path) -> tuple[bool, Baseline, pd.DataFrame]:
    """Whether it is a baseline, which holds the gated findings only; what it found; its values."""
    if path.is_file() and _is_baseline(path):
        return True, *load_baseline(path)
    result = AuditResult.load(path)
    values = load_values(path if path.is_dir() else path.parent)
    return False, kept_of(result, result.own_findings), values


def _is_baseline(path: Path) -> bool:
    try:
        content = json.loads(path.read_bytes())
    except ValueError:
        return path.name != "result.json"
    return isinstance(content, dict) and "values" in content


def _listed(names: Iterator[str] | list[str]) -> str:
    return ", ".join(sorted(set(names)))


def _changes(
    result: AuditResult, folder: Path, before: pd.DataFrame, old: Mapping[tuple[str, str], KeptFinding]
) -> dict[tuple[str, str], Estimate]:
    after, groups = load_values(folder), load_groups(folder)
    settings = result.provenance
    found: dict[tuple[str, str], Estimate] = {}
    for system in result.systems:
        name = system.card.name
        claims = [
            one.hypothesis
            for one in result.findings
            if one.system == name
            and one.estimate is not None
            and one.hypothesis.contrast in PAIRED_CONTRASTS
            and (name, one.hypothesis.id) in old
        ]
        estimates = paired_changes(
            claims,
            values_of(before, name, claims),
            values_of(after, name, claims),
            groups,
            confidence=settings.confidence,
            resamples=settings.resamples,
            min_group=settings.min_group,
            family=f"{len(claims)} compared claims about this system",
            rng=settings.seed,
        )
        found |= {(name, claim): seen for claim, seen in estimates.items()}
    return found


def _compared(
    key: tuple[str, str],
    before: KeptFinding | None,
    after: KeptFinding | None,
    finding: Finding | None,
    change: Estimate | None,
) -> ComparedFinding:
    status = status_of(
        None if after is None else finding,
        change,
        before=None if before is None else before.verdict,
        after=None if after is None else after.verdict,
        kept=before is not None,
    )
    return ComparedFinding(
        system=key[0],
        finding=key[1],
        hypothesis=None if finding is None else finding.hypothesis,
        status=status,
        before=before,
        after=after,
        change=change,
        note=_note(before, after, finding, change),
    )


def _note(
    before: KeptFinding | None, after: KeptFinding | None, finding: Finding | None, change: Estimate | None
) -> str:
    if before is None or after is None or finding is None:
        return ""
    if finding.estimate is None:
        return finding.reason
    if finding.hypothesis.contrast not in PAIRED_CONTRASTS:
        return "its change has no test, as it has no value for each unit"
    if change is not None and finding.hypothesis.contrast == "worst":
        return "; ".join(
            filter(None, (f"the change is that of {change.versus}, which lost most", change.reason))
        )
    return "" if change is None else change.reason


def _notes(before: Baseline, after: Baseline) -> Iterator[str]:
    if before.config_digest != after.config_digest:
        yield "The configurations differ; limits are those of each run."
    if before.recaudit_version != after.recaudit_version:
        yield f"Made by recaudit {before.recaudit_version} and {after.recaudit_version}."
    for probe in sorted(after.asked.digests.keys() - before.asked.digests.keys()):
        yield f"Only the new run has the probe {probe}."
    for probe in sorted(before.asked.digests.keys() - after.asked.digests.keys()):
        yield f"Only the earlier run has the probe {probe}."
