from __future__ import annotations

import math
import re
from xml.etree import ElementTree as ET

import pytest

from recaudit.reports.svg import (
    HEIGHT,
    LIMIT_COLOUR,
    WIDTH,
    Mark,
    Scale,
    axis,
    drawing,
    interval_plot,
    limit_plot,
    scale_around_limit,
    scale_over,
    ticks_of,
)


def mark(
    value: float = 0.084, low: float | None = 0.051, high: float | None = 0.117, **limits: float
) -> Mark:
    return Mark(value=value, low=low, high=high, **limits)


def position_of_value(svg: str) -> float:
    """The middle of the square at the end of the last path."""
    (left,) = re.findall(r'M(\d+) \d+h5v5h-5"/></svg>$', svg)
    return float(left) + 2


@pytest.mark.parametrize(
    ("limits", "value"),
    [({"ceiling": 0.05}, 0.084), ({"floor": 0.8}, 0.7), ({"floor": -1.0, "ceiling": 1.0}, 1.4)],
)
def test_the_nearest_limit_is_in_the_middle_of_every_row(limits, value):
    drawn = limit_plot(mark(value, value - 0.1, value + 0.1, **limits))
    assert f'd="M{WIDTH // 2 - 1} 0V{HEIGHT}h2V0"' in drawn


def test_beyond_the_limit_is_right_of_a_ceiling_and_left_of_a_floor():
    assert position_of_value(limit_plot(mark(0.084, ceiling=0.05))) > WIDTH / 2
    assert position_of_value(limit_plot(mark(0.7, 0.6, 0.78, floor=0.8))) < WIDTH / 2


def test_both_limits_are_drawn_when_both_are_in_view():
    assert limit_plot(mark(0, -3, 3, floor=-1, ceiling=1)).count(f'fill="{LIMIT_COLOUR}"') == 2


def test_everything_drawn_stays_inside():
    scale = Scale(left=0, right=1)
    drawn = interval_plot(mark(0.5, -math.inf, math.inf), scale)
    numbers = [float(number) for number in re.findall(r'[MH"](\d+\.?\d*)', drawn)]
    assert max(numbers) <= WIDTH


def test_an_infinite_end_is_an_arrow_and_a_finite_one_a_bar():
    scale = Scale(left=0, right=1)
    assert "l-4 -4" in interval_plot(mark(0.5, 0.2, math.inf), scale)
    assert "l4 -4" in interval_plot(mark(0.5, -math.inf, 0.7), scale)
    assert "l" not in re.findall(r'<path d="([^"]*)"', interval_plot(mark(0.5, 0.2, 0.7), scale))[0]


def test_a_value_without_an_interval_is_a_dot():
    drawn = interval_plot(mark(0.5, None, None), Scale(left=0, right=1))
    assert re.findall(r'<path d="([^"]*)"', drawn) == ["M73 6h5v5h-5"]


def test_degenerate_scales_have_a_width():
    scale = scale_over([mark(0.3, 0.3, 0.3)])
    assert scale is not None
    assert scale.left < 0.3 < scale.right
    around = scale_around_limit(mark(0.05, 0.05, 0.05, ceiling=0.05))
    assert around.left < 0.05 < around.right
    assert scale_over([]) is None


def test_a_scale_holds_its_reference():
    scale = scale_over([mark()], reference=0.0)
    assert scale is not None
    assert scale.left < 0


@pytest.mark.parametrize(
    ("left", "right"), [(0.03, 0.34), (-1.4, 2.1), (0, 583), (0.0001, 0.00013), (-5, -4.99)]
)
def test_ticks_are_few_and_inside(left, right):
    ticks = ticks_of(Scale(left=left, right=right))
    assert 2 <= len(ticks) <= 5
    assert left <= min(ticks) <= max(ticks) <= right


def test_labels_are_escaped_and_hidden_characters_shown():
    drawn = drawing([], '"><script>alert(1)</script>\u202e', 10, 10)
    assert "<script" not in drawn
    assert "⟨U+202E⟩" in drawn
    assert ET.fromstring(drawn).attrib["aria-label"].startswith('"><script>')  # noqa: S314 - made in this test


def test_shapes_need_no_style_sheet():
    for drawn in (limit_plot(mark(ceiling=0.05)), axis(Scale(left=0, right=1))):
        assert "class=" not in drawn
        assert "style=" not in drawn
    root = ET.fromstring(axis(Scale(left=0, right=1)))  # noqa: S314 - made in this test
    assert root.attrib["stroke"]
    assert root.attrib["role"] == "img"
