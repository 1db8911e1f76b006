"""What an audit found as plain tables, one row per finding, pair of systems or change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from recaudit.records import Finding, SystemComparison

if TYPE_CHECKING:
    import pandas as pd

    from recaudit.audit.compare import ComparedFinding

ESTIMATE_COLUMNS = (
    "value",
    "low",
    "high",
    "confidence",
    "family",
    "family_size",
    "n",
    "n_missing",
    "p",
    "p_adjusted",
    "effect_size",
    "rank_effect",
    "detectable",
    "by_chance",
    "standard_error",
    "versus",
    "method",
)
FINDING_COLUMNS = (
    "system",
    "finding",
    "probe",
    "attribute",
    "metric",
    "contrast",
    "question",
    "verdict",
    "reason",
    "limit_low",
    "limit_high",
    *ESTIMATE_COLUMNS,
    "estimate_reason",
)
GATE_COLUMNS = [
    "system",
    "finding",
    "verdict",
    "value",
    "low",
    "high",
    "limit_low",
    "limit_high",
    "n",
    "reason",
]
"""The ones that a person reads first."""


def finding_row(finding: Finding) -> list[str | int | float | None]:
    """A finding as cells, by `FINDING_COLUMNS`; None where there is nothing."""
    claim, limit, estimate = finding.hypothesis, finding.limit, finding.estimate
    return [
        finding.system,
        claim.id,
        claim.probe,
        claim.attribute,
        claim.metric,
        claim.contrast,
        claim.question,
        finding.verdict,
        finding.reason,
        None if limit is None else limit.low,
        None if limit is None else limit.high,
        *_cells(estimate, ESTIMATE_COLUMNS),
        None if estimate is None else estimate.reason,
    ]


def findings_table(findings: Iterable[Finding]) -> pd.DataFrame:
    """A row per finding."""
    return _frame([finding_row(finding) for finding in findings], FINDING_COLUMNS)


def comparisons_table(comparisons: Iterable[SystemComparison]) -> pd.DataFrame:
    """A row per claim and pair of systems: the mean difference of `first` less `second` over the units of both."""
    columns = ("claim", "metric", "better", "first", "second", "value", "low", "high", "confidence", "n")
    rows = [
        [
            one.claim,
            one.metric,
            one.better,
            pair.first,
            pair.second,
            pair.value,
            pair.low,
            pair.high,
            one.confidence,
            pair.n,
        ]
        for one in comparisons
        for pair in one.differences
    ]
    return _frame(rows, columns)


def changes_table(findings: Iterable[ComparedFinding]) -> pd.DataFrame:
    """A row per claim about a system in two runs: value and verdict of both, and the change between them."""
    kept, changed = ("value", "low", "high", "verdict"), ("value", "low", "high", "confidence", "n")
    columns = (
        "system",
        "finding",
        "status",
        *(f"before_{name}" for name in kept),
        *(f"after_{name}" for name in kept),
        *(f"change_{name}" for name in changed),
        "note",
    )
    rows = [
        [
            one.system,
            one.finding,
            one.status,
            *_cells(one.before, kept),
            *_cells(one.after, kept),
            *_cells(one.change, changed),
            one.note,
        ]
        for one in findings
    ]
    return _frame(rows, columns)


def _cells(record: Any, columns: Sequence[str]) -> list[Any]:
    return [None] * len(columns) if record is None else [getattr(record, column) for column in columns]


def _frame(rows: list[list[Any]], columns: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=list(columns))
