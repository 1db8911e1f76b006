"""Intervals as inline SVG.

Shapes carry presentation attributes, so that they show where style sheets are blocked; where they are not, the sheet
gives an image the colour of the text around it. This is the one place that marks text as safe HTML.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from recaudit.reports.language import _
from recaudit.reports.numbers import show
from recaudit.reports.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NUMBER_WIDTH = 5.8
"""Of one digit of a scale, in pixels."""

WIDTH = 150
HEIGHT = 16
EDGE = 4
LIMIT_COLOUR = "#d1495b"
"""At least 3:1 against the backgrounds of both themes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A value with its interval and limit.

    Attributes:
        value: Where the dot stands.
        low: Lower end, None without an interval.
        high: Upper end.
        floor: Smallest acceptable value, or None.
        ceiling: Largest acceptable value, or None.
    """

    value: float
    low: float | None
    high: float | None
    floor: float | None = None
    ceiling: float | None = None

    @property
    def numbers(self) -> tuple[float, ...]:
        """Everything finite that is drawn."""
        drawn = (self.value, self.low, self.high, self.floor, self.ceiling)
        return tuple(number for number in drawn if number is not None and math.isfinite(number))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The numbers at the left and right edge of a plot, and one that is drawn for reference."""

    left: float
    right: float
    reference: float | None = None

    def at(self, number: float) -> float:
        """The horizontal position of a number, kept within the plot."""
        share = (number - self.left) / (self.right - self.left)
        return EDGE + (WIDTH - 2 * EDGE) * min(max(share, 0.0), 1.0)


def scale_over(marks: Iterable[Mark], reference: float | None = None) -> Scale | None:
    """One scale that shows all marks, or None without any."""
    numbers = [number for mark in marks for number in mark.numbers]
    if not numbers:
        return None
    if reference is not None:
        numbers.append(reference)
    left, right = min(numbers), max(numbers)
    margin = 0.04 * (right - left) or 0.5
    return Scale(left=left - margin, right=right + margin, reference=reference)


def scale_around_limit(mark: Mark) -> Scale:
    """A scale with the nearer limit in the middle, so that it is one rule down a column of plots.

    >>> round(scale_around_limit(Mark(value=3, low=1, high=5, ceiling=4)).at(4), 6) == WIDTH / 2
    True
    """
    limits = [limit for limit in (mark.floor, mark.ceiling) if limit is not None]
    middle = min(limits, key=lambda limit: abs(limit - mark.value))
    ends = (end for end in (mark.value, mark.low, mark.high) if end is not None and math.isfinite(end))
    reach = 1.15 * max(abs(end - middle) for end in ends) or 1.0
    return Scale(left=middle - reach, right=middle + reach)


def interval_plot(mark: Mark, scale: Scale) -> Markup:
    """Draw an interval with its value; what lies beyond a limit is shaded, and the scale's reference is a rule.

    Value, interval and limit also stand in words beside it, so that a screen reader passes the image by.
    """
    middle, path = HEIGHT // 2, ""
    if scale.reference is not None:
        path = f"M{round(scale.at(scale.reference))} 0h1v{HEIGHT}h-1"
    if mark.low is not None and mark.high is not None:
        start, end = round(scale.at(mark.low)), round(scale.at(mark.high))
        path += f"M{start} {middle}H{end + 1}v1H{start}"
        path += _arrow(scale, mark.low, start) + _arrow(scale, mark.high, end)
    path += f"M{round(scale.at(mark.value)) - 2} {middle - 2}h5v5h-5"
    return beside_words([*_beyond(mark, scale), f'<path d="{path}"/>'], HEIGHT)


def limit_plot(mark: Mark) -> Markup:
    """Draw an interval against its limit, which stands in the middle."""
    return interval_plot(mark, scale_around_limit(mark))


def axis(scale: Scale) -> Markup:
    """Draw a scale with a few round numbers; one that would run into the number before it has a mark only."""
    path, texts, taken = f"M0 17.5H{WIDTH}", [], 0.0
    ticks = ticks_of(scale)
    for tick, text in zip(ticks, tick_words(ticks), strict=True):
        at = scale.at(tick)
        width = NUMBER_WIDTH * len(text)
        start = min(max(at - width / 2, 0.0), WIDTH - width)
        path += f"M{px(at)} 14V18"
        if start >= taken:
            texts.append(f'<text x="{px(start)}" y="11" font-size="10" stroke="none">{text}</text>')
            taken = start + width + NUMBER_WIDTH
    label = _("scale from {low} to {high}").format(low=show(scale.left), high=show(scale.right))
    return drawing([f'<path d="{path}"/>', *texts], label, WIDTH, 18)


def ticks_of(scale: Scale) -> Sequence[float]:
    """Two to five round numbers within a scale.

    >>> ticks_of(Scale(left=0.03, right=0.34))
    [0.1, 0.2, 0.3]
    """
    span = scale.right - scale.left
    power = 10.0 ** math.floor(math.log10(span))
    step = next(power * factor for factor in (0.2, 0.5, 1, 2, 5) if span / (power * factor) <= 4)
    first, last = math.ceil(scale.left / step), math.floor(scale.right / step)
    return [round(index * step, 12) for index in range(first, last + 1)]


def tick_words(ticks: Sequence[float]) -> list[str]:
    """Write round numbers with as many decimals as tell them apart.

    >>> tick_words([0.0005, 0.001, 0.0015]), tick_words([0, 500, 1000])
    (['0.0005', '0.0010', '0.0015'], ['0', '500', '1,000'])
    """
    places = next(
        (count for count in range(12) if all(abs(round(tick, count) - tick) < 1e-12 for tick in ticks)), 12
    )
    return [show(tick, places) for tick in ticks]


def _beyond(mark: Mark, scale: Scale) -> Iterable[str]:
    for limit, outer in ((mark.floor, scale.left), (mark.ceiling, scale.right)):
        if limit is None or not scale.left <= limit <= scale.right:
            continue
        at, edge = round(scale.at(limit)), 0 if outer == scale.left else WIDTH
        yield (
            f'<path fill="{LIMIT_COLOUR}24" d="M{at} 0V{HEIGHT}H{edge}V0"/>'
            f'<path fill="{LIMIT_COLOUR}" d="M{at - 1} 0V{HEIGHT}h2V0"/>'
        )


def _arrow(scale: Scale, number: float, x: int) -> str:
    """An arrow head where the interval goes on beyond the plot."""
    if scale.left <= number <= scale.right:
        return ""
    return f"M{x} 8l{'4' if number < scale.left else '-4'} -4v9"


def beside_words(shapes: Iterable[str], height: float) -> Markup:
    """Put areas into an image of the common width, for a place where words beside it say the same.

    A page may have tens of thousands of these, so every byte counts: areas are black without an attribute and need no
    closing.
    """
    return Markup(  # noqa: S704 - made of numbers
        f"<svg role=none width={WIDTH} height={height}>{''.join(shapes)}</svg>"
    )


def drawing(shapes: Iterable[str], label: str, width: float, height: float) -> Markup:
    """Put shapes, whose texts are escaped already, into an image that a screen reader can name."""
    return Markup(  # noqa: S704 - shapes are made of numbers and escaped text; the label is escaped here
        f'<svg role="img" aria-label="{escape(visible(label))}" viewBox="0 0 {px(width)} {px(height)}" '
        f'width="{px(width)}" height="{px(height)}" stroke="#000">{"".join(shapes)}</svg>'
    )


def px(number: float) -> str:
    """Write a length with at most one decimal."""
    return f"{number:.1f}".removesuffix(".0")
