"""A run beside an earlier one in words: for a terminal and as Markdown; `changes_html.py` makes the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recaudit.audit.statuses import STATUSES
from recaudit.reports.numbers import decimal_places, show, show_count
from recaudit.reports.sentences import STATUS_WORDS, VERDICTS, confidence_words, status_words, title_of
from recaudit.reports.summary_md import markdown_table, markdown_text
from recaudit.reports.tables import NO_VALUE
from recaudit.reports.visible import visible

if TYPE_CHECKING:
    from recaudit.audit.baseline import KeptFinding
    from recaudit.audit.compare import ComparedFinding, RunComparison
    from recaudit.audit.statuses import Status

MOST_ROWS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One finding in words; a text is "" where there is nothing to say."""

    system: str
    id: str
    title: str
    before: str
    after: str
    change: str
    interval: str
    verdicts: str
    n: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeGroup:
    """All findings of one status."""

    status: Status
    title: str
    meaning: str
    rows: tuple[ChangeRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a reader needs, most urgent first."""

    name: str
    counts: str
    lead: str
    confidence: str
    before: str
    after: str
    started: tuple[str, str]
    notes: tuple[str, ...]
    groups: tuple[ChangeGroup, ...]


def changes_of(made: RunComparison) -> Changes:
    """Put a comparison into words."""
    groups = tuple(
        ChangeGroup(
            status=status,
            title=STATUS_WORDS[status][0],
            meaning=STATUS_WORDS[status][1],
            rows=tuple(_row(one) for one in made.findings if one.status == status),
        )
        for status in STATUSES
        if made.counts[status]
    )
    return Changes(
        name=made.name,
        counts=status_words(made.counts) or "nothing to compare",
        lead=f"The verdict of the new run by its own gates: {VERDICTS[made.verdict].word}.",
        confidence=confidence_words(made.confidence),
        before=made.before,
        after=made.after,
        started=made.started,
        notes=made.notes,
        groups=groups,
    )


def _row(one: ComparedFinding) -> ChangeRow:
    change = one.change
    places = None if change is None else decimal_places([change.value, change.low, change.high])
    return ChangeRow(
        system=one.system,
        id=one.finding,
        title=one.finding if one.hypothesis is None else title_of(one.hypothesis),
        before=_value(one.before),
        after=_value(one.after),
        change="" if change is None or change.value is None else show(change.value, places),
        interval=""
        if change is None or change.low is None or change.high is None
        else f"{show(change.low, places)} to {show(change.high, places)}",
        verdicts=_verdicts(one),
        n="" if change is None else show_count(change.n),
        note=one.note,
    )


def _value(kept: KeptFinding | None) -> str:
    return "" if kept is None or kept.value is None else show(kept.value)


def _verdicts(one: ComparedFinding) -> str:
    told = [
        NO_VALUE if kept is None or kept.verdict is None else VERDICTS[kept.verdict].word
        for kept in (one.before, one.after)
    ]
    return "" if told == [NO_VALUE, NO_VALUE] else " → ".join(told)


def render_changes_text(made: RunComparison) -> str:
    """Write a comparison as plain text, a line or two a finding."""
    view = changes_of(made)
    lines = [f"{view.counts[:1].upper()}{view.counts[1:]}.", view.lead, *view.notes]
    for group in view.groups:
        lines += ["", f"{group.title[:1].upper()}{group.title[1:]} ({len(group.rows)})"]
        lines += [f"  {_line(row, view.confidence)}" for row in group.rows]
    return "\n".join(map(visible, lines)) + "\n"


def _line(row: ChangeRow, confidence: str) -> str:
    parts = [f"{row.system}: {row.title}", f"{row.before or NO_VALUE} → {row.after or NO_VALUE}"]
    if row.change:
        parts.append(f"change {row.change}" + (f" ({confidence} {row.interval})" if row.interval else ""))
    return "; ".join(part for part in (*parts, row.verdicts, row.note) if part)


def render_changes_markdown(made: RunComparison) -> str:
    """Write a comparison for a pull request; what is left out of long lists is counted."""
    view = changes_of(made)
    about = (
        f"{markdown_text(view.before)} → {markdown_text(view.after)}; changes are paired by unit, and the "
        f"{view.confidence}s of a system hold together."
    )
    parts = [
        f"# {markdown_text(view.name)}: {view.counts}",
        view.lead,
        about,
        *map(markdown_text, view.notes),
    ]
    columns = ("System", "Claim", "Before", "After", "Change", view.confidence, "Verdict", "n", "Note")
    for group in view.groups:
        rows = [
            (
                row.system, row.title, row.before, row.after, row.change, row.interval, row.verdicts, row.n, row.note,
            )
            for row in group.rows
        ]  # fmt: skip
        parts += [
            f"## {group.title[:1].upper()}{group.title[1:]}",
            group.meaning,
            markdown_table(columns, [tuple(cell or NO_VALUE for cell in row) for row in rows], MOST_ROWS),
        ]
    return "\n\n".join(parts) + "\n"
