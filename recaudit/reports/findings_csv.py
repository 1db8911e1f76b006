"""`findings.csv`: every finding as a row, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from recaudit.reports.visible import visible

if TYPE_CHECKING:
    from recaudit.audit.result import AuditResult
    from recaudit.records import Estimate, Finding

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\n")

_ESTIMATE_COLUMNS = (
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
COLUMNS = (
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
    *_ESTIMATE_COLUMNS,
    "estimate_reason",
)


def render_csv(result: AuditResult) -> str:
    """Write all findings in the order of the result; numbers in full precision, undefined ones empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for finding in result.findings:
        writer.writerow([_cell(value) for value in _row(finding)])
    return text.getvalue()


def _row(finding: Finding) -> list[str | int | float | None]:
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
        *_estimate_cells(estimate),
        None if estimate is None else estimate.reason,
    ]


def _estimate_cells(estimate: Estimate | None) -> list[str | int | float | None]:
    if estimate is None:
        return [None] * len(_ESTIMATE_COLUMNS)
    return [getattr(estimate, column) for column in _ESTIMATE_COLUMNS]


def _cell(value: str | float | None) -> str | float | None:
    """Keep a spreadsheet from running text as a formula."""
    if not isinstance(value, str):
        return value
    shown = visible(value)
    return f"'{shown}" if shown.startswith(_FORMULA_STARTS) else shown
