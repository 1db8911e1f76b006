"""Findings side by side: one row per claim, one column per system, one scale per row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from recaudit.reports.claims import Claim, claim_of
from recaudit.reports.columns import ABREAST, Silent, lettered, shared_count, silent_systems
from recaudit.reports.language import N_, _
from recaudit.reports.numbers import show_count
from recaudit.reports.sentences import better_words, title_of
from recaudit.reports.svg import Scale, scale_over

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from recaudit.records import Contrast, Finding

_NO_EFFECT: dict[Contrast, float] = {"gap": 0.0, "ratio": 1.0, "part ratio": 1.0}
_BETTER: dict[Contrast, str] = {
    "gap": N_("0 is no difference"),
    "ratio": N_("1 is no difference"),
    "part gap": N_("0 is no difference"),
    "part ratio": N_("1 is no difference"),
    "part size": N_("0 is no deviation"),
    "excess": N_("0 is no loss beyond what it is held against"),
    "change": N_("0 is no change"),
    "arm gap": N_("0 is no difference"),
    "arm spread": N_("0 is no spread"),
    "trend": N_("0 is no trend"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """One claim for every system.

    Attributes:
        id: The claim.
        n: Units of most systems, "" without any number; a field with other units has to say so.
        title: The claim in a few words.
        question: The claim as a question.
        better: Which side is better.
        cells: By system; None where it has no such finding.
        scale: Of all plots of the row, None where nothing is drawn.
    """

    id: str
    n: str
    title: str
    question: str
    better: str
    cells: tuple[Claim | None, ...]
    scale: Scale | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTable:
    """Claims about one thing, for the systems that have something to say about it.

    Attributes:
        rows: One per claim.
        systems: The columns.
        silent: The systems without a column.
        notes: Why a value or an interval is missing, and the letter that stands for it in the fields.
    """

    rows: tuple[ClaimRow, ...]
    systems: tuple[str, ...]
    silent: tuple[Silent, ...]
    notes: Mapping[str, str]


def claim_rows(findings: Iterable[Finding], systems: Sequence[str]) -> tuple[ClaimRow, ...]:
    """Lay findings out by claim and system, in the order in which the claims first appear."""
    by_claim: dict[str, dict[str, Finding]] = {}
    for finding in findings:
        by_claim.setdefault(finding.hypothesis.id, {})[finding.system] = finding
    return tuple(_claim_row(found, systems) for found in by_claim.values())


def claim_table(rows: Sequence[ClaimRow], systems: Sequence[str]) -> ClaimTable:
    """Leave out what says nothing: systems with the same reason in all rows, and reasons said before.

    Args:
        rows: Claims, with a field for each of the systems.
        systems: Column order.
    """
    silent = silent_systems(
        {system: [_silence(row.cells[place]) for row in rows] for place, system in enumerate(systems)}
    )
    left_out = {system for part in silent for system in part.systems}
    places = [place for place, system in enumerate(systems) if system not in left_out]
    kept = tuple(replace(row, cells=tuple(row.cells[place] for place in places)) for row in rows)
    return ClaimTable(
        rows=kept,
        systems=tuple(systems[place] for place in places),
        silent=silent,
        notes=lettered(cell.reason for row in kept for cell in row.cells if cell and not cell.interval),
    )


def _silence(cell: Claim | None) -> str | None:
    """Why a field is empty; None if it has a number or a gate asks about it."""
    if cell is None:
        return _("not claimed")
    return None if cell.mark or cell.limit else cell.reason or _("no value")


def sparing(rows: Iterable[ClaimRow], systems: Sequence[str]) -> tuple[ClaimRow, ...]:
    """Leave out, where there are many systems, plots, and effect sizes of claims that no gate asks about.

    The key measures have panels of their own.
    """
    if len(systems) <= ABREAST:
        return tuple(rows)
    return tuple(replace(row if _gated(row) else _weak(row), scale=None) for row in rows)


def _gated(row: ClaimRow) -> bool:
    return any(cell and cell.limit for cell in row.cells)


def _weak(row: ClaimRow) -> ClaimRow:
    return replace(row, cells=tuple(cell and replace(cell, strength="") for cell in row.cells))


def _claim_row(found: Mapping[str, Finding], systems: Sequence[str]) -> ClaimRow:
    claim = next(iter(found.values())).hypothesis
    cells = tuple(claim_of(found[system]) if system in found else None for system in systems)
    reference = 0.0 if claim.better == "zero" else _NO_EFFECT.get(claim.contrast)
    return ClaimRow(
        id=claim.id,
        n=shared_count(show_count(cell.n) for cell in cells if cell and cell.mark),
        title=title_of(claim),
        question=claim.question,
        better=_(_BETTER[claim.contrast]) if claim.contrast in _BETTER else better_words(claim.better),
        cells=cells,
        scale=scale_over((cell.mark for cell in cells if cell and cell.mark), reference),
    )
