"""`summary.md`: the verdict for a pull request or a job summary."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from recaudit.reports.language import _, ngettext
from recaudit.reports.numbers import show_count
from recaudit.reports.overview import Overview, overview
from recaudit.reports.sentences import capitalised
from recaudit.reports.tables import NO_VALUE
from recaudit.reports.verdicts import verdict_words
from recaudit.reports.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recaudit.audit.result import AuditResult
    from recaudit.records import Verdict
    from recaudit.reports.claims import Claim

MOST_ROWS = 100
MOST_BYTES = 1_000_000
"""GitHub shows no job summary of more than 1,024 KiB; rows are what is left out, never the verdict."""

MOST_LEADS = 10
_LONGEST = 600
"""Characters of one text; a name, a reason or a sentence is shorter unless something is wrong with it."""


def render_markdown(result: AuditResult, *, most_bytes: int = MOST_BYTES) -> str:
    """Write verdict, worst finding, gates (worst first) and what was not tested.

    Args:
        result: What an audit found.
        most_bytes: Of the text in UTF-8. With less room there are fewer rows, and what is left out is counted; the
            verdict is written in any case.
    """
    view = overview(result)
    for rows in (MOST_ROWS, 30, 10, 3):
        text = "\n\n".join([*_head(view), *_body(view, rows)]) + "\n"
        if len(text.encode()) <= most_bytes:
            return text
    return "\n\n".join([*_head(view), _("There is no room for more here; see report.html.")]) + "\n"


def _head(view: Overview) -> list[str]:
    words = verdict_words(view.verdict)
    return [
        f"# {words.symbol} {words.word}: {markdown_text(view.name)}",
        words.advice,
        *map(markdown_text, view.leads[:MOST_LEADS]),
        *_rest(len(view.leads), MOST_LEADS),
        f"{capitalised(view.counts)}.",
        *([markdown_text(view.baseline)] if view.baseline else []),
        *map(markdown_text, view.sequential),
    ]


def _body(view: Overview, rows: int) -> list[str]:
    systems = [(one.name, _verdict(one.verdict), one.counts) for one in view.systems]
    parts = [markdown_table((_("System"), _("Verdict"), _("Gates")), systems, rows)]
    if view.gates:
        columns = (_("Verdict"), _("System"), _("Claim"), _("Value"), view.confidence, _("Limit"), _("n"))
        gates = [_gate(gate) for gate in view.gates]
        parts += ["## " + _("Gates, worst first"), markdown_table(columns, gates, rows)]
    parts += ["## " + _("Not tested"), _not_tested(view, rows)]
    parts.append("; ".join(f"{label}: {markdown_text(text)}" for label, text in view.trust))
    return parts


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
    words = verdict_words(verdict)
    return f"{words.symbol} {words.word}"


def _not_tested(view: Overview, most: int) -> str:
    if not view.not_tested:
        return _("Nothing is recorded as left out.")
    lines = [f"- {markdown_text(entry.what)}: {markdown_text(entry.why)}" for entry in view.not_tested[:most]]
    return "\n".join([*lines, *_rest(len(view.not_tested), most)])


def markdown_table(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], most: int) -> str:
    """A table of at most so many rows, and how many more there are."""
    lines = [columns, ("---",) * len(columns), *(tuple(map(markdown_text, row)) for row in rows[:most])]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return "\n\n".join([table, *_rest(len(rows), most)])


def _rest(count: int, most: int) -> list[str]:
    if count <= most:
        return []
    more = count - most
    return [
        ngettext("and {number} more in report.html", "and {number} more in report.html", more).format(
            number=show_count(more)
        )
    ]


def markdown_text(text: str) -> str:
    """Escape what Markdown or a host would read as markup, a link or a mention."""
    line = " ".join(visible(text).split())
    line = line if len(line) <= _LONGEST else f"{line[:_LONGEST]} ..."
    escaped = re.sub(r"([\\`*_\[\]{}()#|~!])", r"\\\1", line)
    for character, entity in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ("@", "&#64;"),
        ("://", "&#58;//"),
    ):
        escaped = escaped.replace(character, entity)
    return re.sub(r"www\.", "www&#46;", escaped, flags=re.IGNORECASE)
