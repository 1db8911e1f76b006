"""Findings side by side: one row per claim or group, one column per system, one scale per row or panel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from recaudit.reports.claims import Claim, claim_of
from recaudit.reports.numbers import decimal_places, show, show_count
from recaudit.reports.sentences import BETTER, attribute_words, confidence_words, group_words, title_of
from recaudit.reports.svg import Mark, Scale, scale_over

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from recaudit.records import Contrast, Estimate, Finding, GroupEstimate, Hypothesis

_NO_EFFECT: dict[Contrast, float] = {"gap": 0.0, "ratio": 1.0, "part ratio": 1.0}
_BETTER: dict[Contrast, str] = {
    "gap": "0 is no difference",
    "ratio": "1 is no difference",
    "part gap": "0 is no difference",
    "part ratio": "1 is no difference",
    "part size": "0 is no deviation",
    "excess": "0 is no loss beyond what it is held against",
    "change": "0 is no change",
    "arm gap": "0 is no difference",
    "arm spread": "0 is no spread",
    "trend": "0 is no trend",
}


SYSTEMS_ABREAST = 5
"""Columns that fit on a sheet of paper; further systems have a table below, with the same scales."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimRow:
    """One claim for every system; None where a system has no such finding; `n` is "" where the systems differ in it.

    `scale` is None where nothing is drawn.
    """

    id: str
    n: str
    title: str
    question: str
    better: str
    cells: tuple[Claim | None, ...]
    scale: Scale | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCell:
    """One group's mean for one system; `note` says why a value is missing."""

    value: str
    interval: str
    n: str
    note: str
    mark: Mark | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """One group for every system; `n` is "" where the systems differ in it."""

    group: str
    n: str
    cells: tuple[GroupCell | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """The groups of an attribute in one metric, all systems on one scale.

    Attributes:
        metric: The metric label.
        caption: What is shown.
        better: Which side is better.
        rows: One per group, in the order of the estimates.
        everyone: The mean over all users by system, None where no claim holds it.
        scales: By system; all span the same numbers, and each refers to the mean over all users. None when
            nothing can be drawn.
    """

    metric: str
    caption: str
    better: str
    rows: tuple[GroupRow, ...]
    everyone: tuple[GroupCell | None, ...]
    scales: tuple[Scale, ...] | None


def claim_rows(findings: Iterable[Finding], systems: Sequence[str]) -> tuple[ClaimRow, ...]:
    """Lay findings out by claim and system, in the order in which the claims first appear."""
    by_claim: dict[str, dict[str, Finding]] = {}
    for finding in findings:
        by_claim.setdefault(finding.hypothesis.id, {})[finding.system] = finding
    return tuple(_claim_row(found, systems) for found in by_claim.values())


def sparing(rows: Iterable[ClaimRow], systems: Sequence[str]) -> tuple[ClaimRow, ...]:
    """Leave out the plots of claims that no gate asks about where there are many systems; their numbers stand."""
    return tuple(
        row
        if len(systems) <= SYSTEMS_ABREAST or any(cell and cell.limit for cell in row.cells)
        else replace(row, scale=None)
        for row in rows
    )


def _claim_row(found: Mapping[str, Finding], systems: Sequence[str]) -> ClaimRow:
    claim = next(iter(found.values())).hypothesis
    cells = tuple(claim_of(found[system]) if system in found else None for system in systems)
    reference = 0.0 if claim.better == "zero" else _NO_EFFECT.get(claim.contrast)
    counts = {show_count(cell.n) for cell in cells if cell and cell.mark}
    return ClaimRow(
        id=claim.id,
        n=counts.pop() if len(counts) == 1 else "",
        title=title_of(claim),
        question=claim.question,
        better=_better_words(next(iter(found.values()))),
        cells=cells,
        scale=scale_over((cell.mark for cell in cells if cell and cell.mark), reference),
    )


def _better_words(finding: Finding) -> str:
    return _BETTER.get(finding.hypothesis.contrast, BETTER[finding.hypothesis.better])


def forests(
    findings: Sequence[Finding], everyone: Iterable[ClaimRow], systems: Sequence[str]
) -> tuple[Forest, ...]:
    """Draw the group means of one attribute, one panel per metric.

    Args:
        findings: The findings of one probe about one attribute.
        everyone: The rows about all users, from which the panel takes the one of its metric.
        systems: Column order.
    """
    with_groups: dict[str, dict[str, Finding]] = {}
    for finding in findings:
        if finding.estimate is not None and finding.estimate.groups:
            with_groups.setdefault(finding.hypothesis.metric, {}).setdefault(finding.system, finding)
    overall = {row.title: row for row in everyone}
    return tuple(
        _forest(found, overall.get(f"mean {metric}"), systems) for metric, found in with_groups.items()
    )


def _forest(found: Mapping[str, Finding], everyone: ClaimRow | None, systems: Sequence[str]) -> Forest:
    claim = next(iter(found.values())).hypothesis
    estimates = {
        system: finding.estimate for system, finding in found.items() if finding.estimate is not None
    }
    groups = dict.fromkeys(group.group for estimate in estimates.values() for group in estimate.groups)
    rows = tuple(_group_row(group, estimates, systems) for group in groups)
    total = tuple(map(_everyone, everyone.cells)) if everyone else (None,) * len(systems)
    cells = [cell for row in rows for cell in row.cells] + list(total)
    scale = scale_over([cell.mark for cell in cells if cell and cell.mark])
    return Forest(
        metric=claim.metric,
        caption=_caption(claim),
        better=BETTER["neither" if claim.attribute is None else claim.better],
        rows=rows,
        everyone=total,
        scales=tuple(_about(scale, cell) for cell in total) if scale else None,
    )


def _caption(claim: Hypothesis) -> str:
    if claim.contrast in {"part gap", "part ratio", "part size"}:
        return f"{claim.metric}, each group of items"
    if claim.attribute is None:
        return f"Mean {claim.metric} in each arm"
    return f"Mean {claim.metric} by {attribute_words(claim.attribute)}"


def _about(scale: Scale, everyone: GroupCell | None) -> Scale:
    return replace(scale, reference=everyone.mark.value if everyone and everyone.mark else None)


def _everyone(claim: Claim | None) -> GroupCell | None:
    if claim is None or claim.mark is None:
        return None
    mark = replace(claim.mark, floor=None, ceiling=None)
    return GroupCell(value=claim.value, interval=claim.interval, n=show_count(claim.n), note="", mark=mark)


def _group_row(group: str, estimates: Mapping[str, Estimate], systems: Sequence[str]) -> GroupRow:
    cells: list[GroupCell | None] = []
    for system in systems:
        estimate = estimates.get(system)
        of_group = [entry for entry in estimate.groups if entry.group == group] if estimate else []
        cells.append(_group_cell(of_group[0], estimate.confidence) if estimate and of_group else None)
    counts = {cell.n for cell in cells if cell}
    return GroupRow(group=group_words(group), n=counts.pop() if len(counts) == 1 else "", cells=tuple(cells))


def _group_cell(entry: GroupEstimate, confidence: float) -> GroupCell:
    if entry.value is None:
        return GroupCell(
            value="", interval="", n=show_count(entry.n), note=entry.note or "no value", mark=None
        )
    places = decimal_places([entry.value, entry.low, entry.high])
    value, interval = show(entry.value, places), ""
    if entry.low is not None and entry.high is not None:
        interval = f"{show(entry.low, places)} to {show(entry.high, places)}"
    sure = f"{confidence_words(confidence)} {interval}" if interval else "no interval"
    label = f"{group_words(entry.group)}: {value}, {sure}, n {show_count(entry.n)}"
    mark = Mark(value=entry.value, low=entry.low, high=entry.high, label=label)
    return GroupCell(value=value, interval=interval, n=show_count(entry.n), note=entry.note, mark=mark)
