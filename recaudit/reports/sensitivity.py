"""The questions of gates beside the same questions measured otherwise from the same answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from recaudit.reports.comparison import ClaimRow, claim_rows
from recaudit.reports.language import _, ngettext
from recaudit.reports.numbers import show_count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from recaudit.records import Finding, Hypothesis, OtherReading


@dataclass(frozen=True, slots=True, kw_only=True)
class Otherwise:
    """A question measured otherwise.

    Attributes:
        how: What differs.
        row: What was seen.
        notes: By system, why there is no number, or how many answers read differently; "" for neither.
    """

    how: str
    row: ClaimRow
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """One claim with a gate, and what decides nothing.

    Attributes:
        gate: The claim.
        others: Its neighbours, which have no gate, and the claim itself with answers read otherwise.
    """

    gate: ClaimRow
    others: tuple[Otherwise, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivities:
    """The gated claims of one probe, for the systems that a gate asks about."""

    systems: tuple[str, ...]
    claims: tuple[Sensitivity, ...]


def sensitivities(
    findings: Sequence[Finding], systems: Sequence[str], otherwise: Mapping[str, Sequence[OtherReading]]
) -> Sensitivities:
    """Find what every gated claim of one probe can be held beside; claims without anything are left out.

    Args:
        findings: Of the probe.
        systems: Column order.
        otherwise: System to what its claims rest on if its answers are read otherwise.
    """
    asked = {finding.system for finding in findings if finding.limit is not None}
    systems = tuple(system for system in systems if system in asked)
    claims = {finding.hypothesis.id: finding.hypothesis for finding in findings}
    gates: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.limit is not None:
            gates.setdefault(finding.hypothesis.id, []).append(finding)
    near = {
        name: {other.id: how for other in claims.values() if (how := _differs(claims[name], other))}
        for name in gates
    }
    needed = {*gates, *(name for others in near.values() for name in others)}
    about = (one for one in findings if one.hypothesis.id in needed and one.system in asked)
    rows = {row.id: row for row in claim_rows(about, systems)}
    found = (
        Sensitivity(
            gate=rows[name],
            others=(
                *(_neighbour(how, rows[other]) for other, how in near[name].items()),
                *_readings(decided, systems, otherwise),
            ),
        )
        for name, decided in gates.items()
    )
    return Sensitivities(systems=systems, claims=tuple(one for one in found if one.others))


def _neighbour(how: str, row: ClaimRow) -> Otherwise:
    notes = tuple(cell.reason if cell is not None and not cell.interval else "" for cell in row.cells)
    return Otherwise(how=how, row=row, notes=notes)


def _readings(
    gate: Sequence[Finding], systems: Sequence[str], otherwise: Mapping[str, Sequence[OtherReading]]
) -> Iterator[Otherwise]:
    """A gated claim about each system whose answers can be read otherwise."""
    applied: dict[str, dict[str, tuple[Finding, OtherReading]]] = {}
    for finding in gate:
        for reading in otherwise.get(finding.system, ()):
            seen = reading.estimates.get(finding.hypothesis.id)
            if seen is not None or (finding.estimate is not None and not reading.changed):
                again = replace(finding, estimate=seen, limit=None, verdict=None, reason="")
                applied.setdefault(reading.how, {})[finding.system] = (again, reading)
    for how, by_system in applied.items():
        [row] = claim_rows((again for again, _ in by_system.values()), systems)
        words = {system: _words(reading) for system, (_, reading) in by_system.items()}
        notes = zip((words.get(system, "") for system in systems), _neighbour(how, row).notes, strict=True)
        yield Otherwise(how=how, row=row, notes=tuple("; ".join(filter(None, pair)) for pair in notes))


def _words(reading: OtherReading) -> str:
    if not reading.changed:
        return _("no answer reads differently")
    return ngettext(
        "{number} of {total} answers reads differently",
        "{number} of {total} answers read differently",
        reading.changed,
    ).format(number=show_count(reading.changed), total=show_count(reading.answers))


def _differs(gate: Hypothesis, other: Hypothesis) -> str:
    """In what another claim differs that asks the same, "" if it asks something else."""
    if gate.baseline and other.metric == gate.metric and other.contrast == "mean" and other.arms:
        return _("the floor itself") if other.arms == (gate.baseline,) else _("another floor")
    alike = (gate.contrast, gate.section, gate.arms, gate.baseline) == (
        other.contrast,
        other.section,
        other.arms,
        other.baseline,
    )
    if not alike or other.metric == gate.metric:
        return ""
    if other.metric.partition("@")[0] == gate.metric.partition("@")[0]:
        return _("other cut-off")
    return _("other measure of the same lists") if gate.baseline else ""
