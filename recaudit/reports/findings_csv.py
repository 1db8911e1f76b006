"""`findings.csv`: every finding as a row, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from recaudit.audit.tables import FINDING_COLUMNS, finding_row
from recaudit.reports.visible import visible

if TYPE_CHECKING:
    from recaudit.audit.result import AuditResult

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\n")


def render_csv(result: AuditResult) -> str:
    """Write all findings in the order of the result; numbers in full precision, undefined ones empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FINDING_COLUMNS)
    for finding in result.findings:
        writer.writerow([_cell(value) for value in finding_row(finding)])
    return text.getvalue()


def _cell(value: str | float | None) -> str | float | None:
    """Keep a spreadsheet from running text as a formula."""
    if not isinstance(value, str):
        return value
    shown = visible(value)
    return f"'{shown}" if shown.startswith(_FORMULA_STARTS) else shown
