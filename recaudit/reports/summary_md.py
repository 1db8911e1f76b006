"""`summary.md`: the verdict for a pull request or a job summary."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from recaudit.reports.overview import Overview, overview, sequential_lines
from recaudit.reports.sentences import VERDICTS
from recaudit.reports.tables import NO_VALUE
from recaudit.reports.visible import visible

if TYPE_CHECKING:
    from recaudit.audit.result import AuditResult
    from recaudit.records import Verdict
    from recaudit.reports.claims import Claim

MOST_ROWS = 100
"""Hosts cut long summaries off; so the verdict comes first, and rows are what is left out."""


def render_markdown(result: AuditResult) -> str:
    """Write verdict, worst finding, gates (worst first) and what was not tested."""
    view = overview(result)
    words = VERDICTS[view.verdict]
    parts = [
        f"# {words.symbol} {words.word}: {_text(view.name)}",
        words.advice,
        *map(_text, view.leads),
        f"{view.counts[:1].upper()}{view.counts[1:]}.",
        *map(_text, sequential_lines(result)),
        _table(
            ("System", "Verdict", "Gates"), [(s.name, _verdict(s.verdict), s.counts) for s in view.systems]
        ),
    ]
    if view.gates:
        columns = ("Verdict", "System", "Claim", "Value", view.confidence, "Limit", "n")
        parts += ["## Gates, worst first", _table(columns, [_gate(gate) for gate in view.gates])]
    parts += ["## Not tested", _not_tested(view)]
    parts.append("; ".join(f"{label}: {_text(text)}" for label, text in view.trust))
    return "\n\n".join(parts) + "\n"


def _gate(gate: Claim) -> tuple[str, ...]:
    return (
        _verdict(gate.verdict or "NOT_RUN"),
        gate.system,
        f"{gate.title} ({gate.versus})" if gate.versus else gate.title,
        gate.value or NO_VALUE,
        gate.interval or NO_VALUE,
        gate.limit,
        f"{gate.n:,}",
    )


def _verdict(verdict: Verdict) -> str:
    return f"{VERDICTS[verdict].symbol} {VERDICTS[verdict].word}"


def _not_tested(view: Overview) -> str:
    if not view.not_tested:
        return "Nothing is recorded as left out."
    lines = [f"- {_text(entry.what)}: {_text(entry.why)}" for entry in view.not_tested[:MOST_ROWS]]
    return "\n".join([*lines, *_rest(len(view.not_tested))])


def _table(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [columns, ("---",) * len(columns), *(tuple(map(_text, row)) for row in rows[:MOST_ROWS])]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return "\n\n".join([table, *_rest(len(rows))])


def _rest(count: int) -> list[str]:
    return [f"and {count - MOST_ROWS:,} more in report.html"] if count > MOST_ROWS else []


def _text(text: str) -> str:
    """Escape what Markdown or a host would read as markup, a link or a mention."""
    escaped = re.sub(r"([\\`*_\[\]{}()#|~!])", r"\\\1", " ".join(visible(text).split()))
    for character, entity in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ("@", "&#64;"),
        ("://", "&#58;//"),
    ):
        escaped = escaped.replace(character, entity)
    return re.sub(r"www\.", "www&#46;", escaped, flags=re.IGNORECASE)
