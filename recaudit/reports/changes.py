"""A run beside an earlier one in words: for a terminal and as Markdown; `changes_html.py` makes the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recaudit.audit.statuses import STATUSES
from recaudit.reports.intervals import confidence_words, percent_words, range_words
from recaudit.reports.language import _
from recaudit.reports.numbers import decimal_places, show, show_count
from recaudit.reports.sentences import capitalised, title_of
from recaudit.reports.summary_md import markdown_table, markdown_text
from recaudit.reports.tables import NO_VALUE
from recaudit.reports.verdicts import STATUS_WORDS, status_words, verdict_words
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
    percent: str
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
            title=_(STATUS_WORDS[status][0]),
            meaning=_(STATUS_WORDS[status][1]),
            rows=tuple(_row(one) for one in made.findings if one.status == status),
        )
        for status in STATUSES
        if made.counts[status]
    )
    return Changes(
        name=made.name,
        counts=status_words(made.counts) or _("nothing to compare"),
        lead=_("The verdict of the new run by its own gates: {verdict}.").format(
            verdict=verdict_words(made.verdict).word
        ),
        confidence=confidence_words(made.confidence),
        percent=percent_words(made.confidence),
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
        else range_words(show(change.low, places), show(change.high, places)),
        verdicts=_verdicts(one),
        n="" if change is None else show_count(change.n),
        note=one.note,
    )


def _value(kept: KeptFinding | None) -> str:
    return "" if kept is None or kept.value is None else show(kept.value)


def _verdicts(one: ComparedFinding) -> str:
    told = [
        NO_VALUE if kept is None or kept.verdict is None else verdict_words(kept.verdict).word
        for kept in (one.before, one.after)
    ]
    return "" if told == [NO_VALUE, NO_VALUE] else " → ".join(told)


def render_changes_text(made: RunComparison) -> str:
    """Write a comparison as plain text, a line or two a finding."""
    view = changes_of(made)
    lines = [f"{capitalised(view.counts)}.", view.lead, *view.notes]
    for group in view.groups:
        lines += ["", f"{capitalised(group.title)} ({len(group.rows)})"]
        lines += [f"  {_line(row, view.confidence)}" for row in group.rows]
    return "\n".join(map(visible, lines)) + "\n"


def _line(row: ChangeRow, confidence: str) -> str:
    parts = [f"{row.system}: {row.title}", f"{row.before or NO_VALUE} → {row.after or NO_VALUE}"]
    if row.change:
        change = _("change {value}").format(value=row.change)
        parts.append(f"{change} ({confidence} {row.interval})" if row.interval else change)
    return "; ".join(part for part in (*parts, row.verdicts, row.note) if part)


def render_changes_markdown(made: RunComparison) -> str:
    """Write a comparison for a pull request; what is left out of long lists is counted."""
    view = changes_of(made)
    about = _(
        "{before} → {after}; changes are paired by unit, and the {percent} intervals of a system hold together."
    ).format(
        before=markdown_text(view.before),
        after=markdown_text(view.after),
        percent=view.percent,
    )
    parts = [
        f"# {markdown_text(view.name)}: {view.counts}",
        view.lead,
        about,
        *map(markdown_text, view.notes),
    ]
    columns = (
        _("System"), _("Claim"), _("Before"), _("After"), _("Change"), view.confidence, _("Verdict"), _("n"), _("Note"),
    )  # fmt: skip
    for group in view.groups:
        rows = [
            (
                row.system, row.title, row.before, row.after, row.change, row.interval, row.verdicts, row.n, row.note,
            )
            for row in group.rows
        ]  # fmt: skip
        parts += [
            f"## {capitalised(group.title)}",
            group.meaning,
            markdown_table(columns, [tuple(cell or NO_VALUE for cell in row) for row in rows], MOST_ROWS),
        ]
    return "\n\n".join(parts) + "\n"
