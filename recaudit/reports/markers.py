"""Systems as inline SVG: their markers, and panels of quality against another measure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from recaudit.reports.language import _, ngettext
from recaudit.reports.numbers import show_count
from recaudit.reports.svg import Mark, Scale, drawing, px, tick_words, ticks_of
from recaudit.reports.verdicts import verdict_words
from recaudit.reports.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from recaudit.records import Verdict
    from recaudit.reports.pareto import Panel, Point

PANEL_WIDTH, PANEL_HEIGHT = 320, 232
LEFT, RIGHT, TOP, BOTTOM = 52, 310, 12, 206
DOT = 7.5
LONGEST_NAME = 20
LETTER_WIDTH = 5.7
"""Of the mean letter of a label, in pixels."""


def marker(verdict: Verdict, radius: float) -> Markup:
    """Draw a system's marker: a circle with the symbol of its verdict."""
    middle, words = radius + 1.5, verdict_words(verdict)
    size = 12 if radius < 12 else 15
    circle = (
        f'<circle class="ground" cx="{px(middle)}" cy="{px(middle)}" r="{px(radius)}" fill="#fff" '
        f'stroke-width="2"/>'
    )
    symbol = (
        f'<text x="{px(middle)}" y="{px(middle + 0.36 * size)}" font-size="{size}" font-weight="700" '
        f'text-anchor="middle" stroke="none">{words.symbol}</text>'
    )
    return drawing([circle, symbol], words.word, 2 * middle, 2 * middle)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Axis:
    """Maps numbers to pixels; `start` is where the worst end lies."""

    scale: Scale
    start: float
    end: float
    flipped: bool
    logarithmic: bool = False

    def at(self, number: float) -> float:
        placed = math.log10(number) if self.logarithmic else number
        share = min(max((placed - self.scale.left) / (self.scale.right - self.scale.left), 0.0), 1.0)
        return self.start + (self.end - self.start) * (1 - share if self.flipped else share)

    @property
    def ticks(self) -> Sequence[float]:
        ticks = ticks_of(self.scale)
        if not self.logarithmic:
            return ticks
        whole = [tick for tick in ticks if tick == int(tick)]
        return [float(f"{10.0**tick:.3g}") for tick in whole or ticks]


def _tick_words(axis: _Axis) -> Sequence[str]:
    return [f"{tick:g}" for tick in axis.ticks] if axis.logarithmic else tick_words(axis.ticks)


def panel_plot(panel: Panel) -> Markup:
    """Draw one panel: better is right and up, whiskers are intervals, the stepped line joins the front.

    A point carries its system's number; its name stands beside it where there is room, those of the front first.
    """
    across = _axis([point.x for point in panel.points], LEFT, RIGHT)
    up = _axis(
        [point.y for point in panel.points],
        BOTTOM,
        TOP,
        flipped=panel.better == "lower",
        logarithmic=panel.logarithmic,
    )
    places = [(across.at(point.x.value), up.at(point.y.value)) for point in panel.points]
    shapes = [*_frame(across, up), *_front(panel.points, places)]
    for point, place in zip(panel.points, places, strict=True):
        shapes += _whiskers(point, place, across, up)
    drawn = sorted(zip(panel.points, places, strict=True), key=lambda pair: pair[0].front)
    for point, (x, y) in drawn:
        width = "2.6" if point.front else "1"
        shapes.append(
            f'<circle class="ground" cx="{px(x)}" cy="{px(y)}" r="{DOT}" fill="#fff" '
            f'stroke-width="{width}"/><text x="{px(x)}" y="{px(y + 3.4)}" font-size="9.5" '
            f'text-anchor="middle" stroke="none">{point.number}</text>'
        )
    shapes += _names(panel.points, places)
    return drawing(shapes, _label(panel), PANEL_WIDTH, PANEL_HEIGHT)


def _axis(
    marks: Iterable[Mark], start: float, end: float, *, flipped: bool = False, logarithmic: bool = False
) -> _Axis:
    numbers = [number for mark in marks for number in mark.numbers]
    if logarithmic:
        numbers = [math.log10(number) for number in numbers]
    margin = 0.08 * (max(numbers) - min(numbers)) or 0.5
    scale = Scale(left=min(numbers) - margin, right=max(numbers) + margin)
    return _Axis(scale=scale, start=start, end=end, flipped=flipped, logarithmic=logarithmic)


def _frame(across: _Axis, up: _Axis) -> Iterable[str]:
    yield f'<path d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}" fill="none" stroke-opacity=".6"/>'
    for tick, text in zip(across.ticks, _tick_words(across), strict=True):
        x = across.at(tick)
        yield (
            f'<path d="M{px(x)} {BOTTOM}v4"/><text x="{px(x)}" y="{BOTTOM + 15}" '
            f'font-size="10" text-anchor="middle" stroke="none">{text}</text>'
        )
    for tick, text in zip(up.ticks, _tick_words(up), strict=True):
        y = up.at(tick)
        yield (
            f'<path d="M{LEFT} {px(y)}h-4"/><text x="{LEFT - 7}" y="{px(y + 3.5)}" '
            f'font-size="10" text-anchor="end" stroke="none">{text}</text>'
        )


def _front(points: Sequence[Point], places: Sequence[tuple[float, float]]) -> Iterable[str]:
    """The border of what the front beats, from the left edge to the bottom."""
    front = sorted(place for point, place in zip(points, places, strict=True) if point.front)
    path = f"M{LEFT} {px(front[0][1])}" + "".join(f"H{px(x)}V{px(y)}" for x, y in _steps(front))
    yield (f'<path class="front" d="{path}" fill="none" stroke-dasharray="5 3" stroke-opacity=".75"/>')


def _steps(front: Sequence[tuple[float, float]]) -> Iterable[tuple[float, float]]:
    below = [y for _, y in front[1:]] + [float(BOTTOM)]
    return [(x, next_y) for (x, _), next_y in zip(front, below, strict=True)]


def _whiskers(point: Point, place: tuple[float, float], across: _Axis, up: _Axis) -> Iterable[str]:
    x, y = place
    paths = []
    if point.x.low is not None and point.x.high is not None:
        paths.append(f"M{px(across.at(point.x.low))} {px(y)}H{px(across.at(point.x.high))}")
    if point.y.low is not None and point.y.high is not None:
        paths.append(f"M{px(x)} {px(up.at(point.y.low))}V{px(up.at(point.y.high))}")
    if paths:
        yield f'<path d="{"".join(paths)}" fill="none" stroke-opacity=".55"/>'


def _names(points: Sequence[Point], places: Sequence[tuple[float, float]]) -> Iterable[str]:
    taken = [(x - DOT, y - DOT, x + DOT, y + DOT) for x, y in places]
    order = sorted(range(len(points)), key=lambda index: (not points[index].front, points[index].number))
    for index in order:
        name = visible(points[index].system)
        short = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
        width = LETTER_WIDTH * len(short)
        x, y = places[index]
        beside = ((x + DOT + 3, y), (x - DOT - 3 - width, y))
        around = ((x - width / 2, y - 15), (x - width / 2, y + 15))
        corners = ((x + 6, y - 13), (x + 6, y + 13), (x - 6 - width, y - 13), (x - 6 - width, y + 13))
        for left, middle in (*around, *beside, *corners):
            box = (left, middle - 6, left + width, middle + 6)
            inside = left > LEFT and box[2] < PANEL_WIDTH and box[1] > 0 and box[3] < BOTTOM
            if inside and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                weight = ' font-weight="700"' if points[index].front else ""
                yield (
                    f'<text x="{px(left)}" y="{px(middle + 3.6)}" font-size="10.5" class="halo" '
                    f'stroke="#fff" stroke-width="3" paint-order="stroke"{weight}>'
                    f"{escape(short)}</text>"
                )
                break


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _label(panel: Panel) -> str:
    systems = ngettext("{number} system", "{number} systems", len(panel.points)).format(
        number=show_count(len(panel.points))
    )
    return _("{up} against {across}, {systems}. Front: {front}").format(
        up=panel.up, across=panel.across, systems=systems, front=panel.summary
    )
