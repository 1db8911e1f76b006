from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudit.reports.numbers import (
    MOST_PLACES,
    decimal_places,
    show,
    show_p,
    show_seconds,
    show_share,
)

finite = st.floats(min_value=-1e6, max_value=1e6).filter(lambda number: number == 0 or abs(number) > 1e-6)


@given(finite, st.floats(min_value=1e-5, max_value=1e3), st.floats(min_value=-1e3, max_value=1e3))
def test_rounding_never_moves_a_number_across_a_limit_or_zero(value, half_width, limit):
    numbers = [value, value - half_width, value + half_width]
    places = decimal_places(numbers, against=[limit])
    if places == MOST_PLACES:
        return
    for number in numbers:
        for border in (0.0, limit):
            assert math.copysign(1, round(number, places) - border) == math.copysign(1, number - border) or (
                round(number, places) == border == number
            )


def test_an_end_just_beyond_the_limit_is_shown_beyond_it():
    places = decimal_places([0.084, 0.05004, 0.117], against=[0.05])
    assert show(0.05004, places) == "0.05004"


def test_a_narrow_interval_does_not_look_like_a_point():
    places = decimal_places([0.50001, 0.50000, 0.50002])
    assert show(0.5, places) != show(0.50002, places)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1234567.0, "1,234,567"),
        (-0.25, "\N{MINUS SIGN}0.250"),
        (12.3456, "12.35"),
        (0.00042, "0.0004"),
        (0.0, "0"),
        (-0.0, "0"),
        (math.inf, "∞"),
        (-math.inf, "\N{MINUS SIGN}∞"),
    ],
)
def test_show(number, text):
    assert show(number) == text


def test_p_is_never_zero_and_has_its_sign():
    assert [show_p(p) for p in (1e-9, 0.00099, 0.001, 0.0499, 0.3)] == [
        "p < 0.001",
        "p < 0.001",
        "p = 0.001",
        "p = 0.050",
        "p = 0.30",
    ]


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_share_says_all_or_none_only_when_it_is_so(part, whole):
    part = min(part, whole)
    assert (show_share(part, whole) == "100 %") == (part == whole)
    assert (show_share(part, whole) == "0 %") == (part == 0)


def test_share_of_nothing():
    assert show_share(0, 0) == "none asked"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.042, "0.04 s"), (59.94, "59.9 s"), (59.96, "1 min 0 s"), (3599.7, "1 h 0 min"), (7325, "2 h 2 min")],
)
def test_seconds(seconds, text):
    assert show_seconds(seconds) == text
