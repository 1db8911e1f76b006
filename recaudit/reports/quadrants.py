"""Where the systems sit: two questions about the language model, and a strip for systems without one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recaudit.reports.language import N_, _
from recaudit.reports.numbers import show_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recaudit.audit.result import SystemResult
    from recaudit.records import Quadrant, SystemCard, Verdict

SMALLEST, LARGEST = 8.0, 17.0
"""Radius of a marker in pixels: no or a tiny language model; a trillion parameters."""

QUADRANTS: dict[Quadrant, str] = {
    "conventional": N_("conventional"),
    "tuned, with CRM": N_("tuned, with CRM"),
    "tuned, no CRM": N_("tuned, no CRM"),
    "frozen, with CRM": N_("frozen, with CRM"),
    "frozen, no CRM": N_("frozen, no CRM"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One system on the map.

    Attributes:
        number: Its place in the configuration, by which charts name it.
        name: Its name.
        verdict: Its verdict.
        llm: The language model and its size in words, "" without one.
        radius: Of its marker; grows with the logarithm of the number of parameters.
    """

    number: int
    name: str
    verdict: Verdict
    llm: str
    radius: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One field of the map, with what so many systems can say about it."""

    systems: tuple[Placed, ...]
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuadrantMap:
    """The fields of arXiv 2306.05817, figure 3; rows are tuned and frozen, columns with and without CRM."""

    rows: tuple[tuple[str, tuple[Cell, Cell]], ...]
    conventional: Cell


def quadrant_map(systems: Sequence[SystemResult]) -> QuadrantMap:
    """Sort systems into the fields; in a field the largest language model comes first."""
    return QuadrantMap(
        rows=(
            (_("tuned"), (_cell(systems, "tuned, with CRM"), _cell(systems, "tuned, no CRM"))),
            (_("frozen"), (_cell(systems, "frozen, with CRM"), _cell(systems, "frozen, no CRM"))),
        ),
        conventional=_cell(systems, "conventional"),
    )


def quadrant_words(quadrant: Quadrant) -> str:
    """Name a field of the map.

    >>> quadrant_words("frozen, no CRM")
    'frozen, no CRM'
    """
    return _(QUADRANTS[quadrant])


def llm_words(card: SystemCard) -> str:
    """Name a system's language model with its size, "" without one."""
    if card.llm is None:
        return ""
    if card.llm_parameters is None:
        return _("{model} (size not given)").format(model=card.llm)
    return _("{model} ({number} parameters)").format(model=card.llm, number=show_count(card.llm_parameters))


def _cell(systems: Sequence[SystemResult], quadrant: Quadrant) -> Cell:
    placed = [
        (system.card.llm_parameters or 0, _placed(number, system))
        for number, system in enumerate(systems, 1)
        if system.quadrant == quadrant
    ]
    placed.sort(key=lambda entry: -entry[0])
    return Cell(systems=tuple(system for _, system in placed), remark=_remark(len(placed), quadrant))


def _placed(number: int, system: SystemResult) -> Placed:
    return Placed(
        number=number,
        name=system.card.name,
        verdict=system.verdict,
        llm=llm_words(system.card),
        radius=radius_of(system.card.llm_parameters),
    )


def radius_of(parameters: int | None) -> float:
    """The radius of a marker.

    >>> radius_of(None), radius_of(10**6), radius_of(10**9), radius_of(10**12)
    (8.0, 8.0, 12.5, 17.0)
    """
    share = math.log10(max(parameters or 1, 10**6) / 10**6) / 6
    return round(SMALLEST + (LARGEST - SMALLEST) * min(share, 1.0), 1)


def _remark(count: int, quadrant: Quadrant) -> str:
    if count == 0:
        return _("none audited")
    if count > 1:
        return _("n = {number}").format(number=count)
    if quadrant == "conventional":
        return _("n = 1: an example, which says nothing about conventional models")
    return _("n = 1: an example, which says nothing about the quadrant")
