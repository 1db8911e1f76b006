"""How values lie over units: one panel for each metric behind a gate, all systems on one scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recaudit.reports.intervals import range_words
from recaudit.reports.numbers import decimal_places, show
from recaudit.reports.svg import EDGE, WIDTH, Scale, beside_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from markupsafe import Markup

    from recaudit.records import UnitSpread

HEIGHT = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadRow:
    """The units of one system.

    Attributes:
        system: Its name.
        median: In words.
        middle: The ends of the middle half, "" if all values are equal.
        spread: What is drawn.
    """

    system: str
    median: str
    middle: str
    spread: UnitSpread


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadPanel:
    """One metric in some arms, for every system that has it."""

    title: str
    arms: str
    scale: Scale
    rows: tuple[SpreadRow, ...]


def spread_panels(by_system: Mapping[str, Iterable[UnitSpread]]) -> tuple[SpreadPanel, ...]:
    """Put the spreads of all systems under each other, by metric and arms."""
    alike: dict[tuple[str, str], dict[str, UnitSpread]] = {}
    for system, spreads in by_system.items():
        for spread in spreads:
            alike.setdefault((spread.metric, spread.arms), {})[system] = spread
    return tuple(
        SpreadPanel(
            title=metric,
            arms=arms,
            scale=_scale(list(found.values())),
            rows=tuple(_row(system, spread) for system, spread in found.items()),
        )
        for (metric, arms), found in alike.items()
    )


def _scale(spreads: Sequence[UnitSpread]) -> Scale:
    left = min(spread.quartiles[0] for spread in spreads)
    right = max(spread.quartiles[-1] for spread in spreads)
    return Scale(left=left, right=right) if left < right else Scale(left=left - 0.5, right=right + 0.5)


def _row(system: str, spread: UnitSpread) -> SpreadRow:
    places = decimal_places(spread.quartiles)
    least, lower, median, upper, most = (show(number, places) for number in spread.quartiles)
    return SpreadRow(
        system=system,
        median=median,
        middle="" if least == most else range_words(lower, upper),
        spread=spread,
    )


def spread_plot(row: SpreadRow, scale: Scale) -> Markup:
    """Draw bars in whole pixels, the fullest as high as the row, over a rule with the middle half and the median."""
    spread = row.spread
    start, end_of_all = scale.at(spread.quartiles[0]), scale.at(spread.quartiles[-1])
    lower, median, upper = (round(scale.at(number)) for number in spread.quartiles[1:4])
    base = HEIGHT - 4
    fullest = max(spread.counts)
    width = (end_of_all - start) / len(spread.counts)
    last = round(start)
    path = f"M{last} {base}"
    for place, count in enumerate(spread.counts, 1):
        end = max(round(start + place * width), last + 1)
        # A bin with anyone in it is seen.
        height = max(1, round((base - 1) * count / fullest)) if count else 0
        path += f"V{base - height}H{end}"
        last = end
    shapes = [
        f'<path fill-opacity=".35" d="{path}V{base}M{EDGE} {base}H{WIDTH - EDGE}v1H{EDGE}"/>',
        f'<path d="M{lower} {base + 2}H{max(upper, lower + 1)}v2H{lower}M{median - 1} {base - 3}h2V{HEIGHT}h-2"/>',
    ]
    return beside_words(shapes, HEIGHT)
