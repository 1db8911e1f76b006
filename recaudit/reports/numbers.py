"""Numbers as readers see them: rounded so that they never say more, or something else, than was measured."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from recaudit.reports.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_PLACES = 8
MINUS = "\N{MINUS SIGN}"


def decimal_places(numbers: Sequence[float | None], *, against: Sequence[float | None] = ()) -> int:
    """Choose how many decimals a value and its interval are shown with.

    Three for numbers below 10, fewer for larger ones; more where rounding would make an interval look like a
    point, or would move a number onto or across zero or a limit and so contradict the verdict.

    Args:
        numbers: The value and the ends of its interval; None and infinities are left out.
        against: Limits that rounding must not cross.

    >>> decimal_places([0.0842, 0.0512, 0.1171])
    3
    >>> decimal_places([168.31, 160.2, 176.4])
    1
    >>> decimal_places([0.0700, 0.0502, 0.0900], against=[0.05])
    4
    """
    finite = [number for number in numbers if number is not None and math.isfinite(number)]
    borders = [0.0, *(border for border in against if border is not None)]
    places = _places_for_size(max(map(abs, finite), default=0.0))
    while places < MOST_PLACES and _misleads(finite, borders, places):
        places += 1
    return places


def show(number: float, places: int | None = None) -> str:
    """Format a number with thousands separators and a true minus sign; without `places` by its size.

    >>> show(1234.5), show(0.08421), show(0.00042), show(0)
    ('1,234', '0.084', '0.0004', '0')
    >>> show(-2.5) == f"{MINUS}2.500"
    True
    """
    if math.isinf(number):
        return f"{MINUS if number < 0 else ''}∞"
    if number == 0:
        return "0"
    text = f"{number:,.{decimal_places([number]) if places is None else places}f}"
    return text.replace("-", MINUS)


def show_limit(number: float) -> str:
    """Format a limit as it was configured, without padding zeros.

    >>> show_limit(0.05), show_limit(1.0)
    ('0.05', '1')
    """
    return f"{number:,.10g}".replace("-", MINUS)


def show_count(number: int) -> str:
    """Format a count.

    >>> show_count(100000)
    '100,000'
    """
    return f"{number:,}"


def show_p(p: float) -> str:
    """Format a p-value with its sign.

    >>> show_p(0.0002), show_p(0.0341), show_p(0.5)
    ('p < 0.001', 'p = 0.034', 'p = 0.50')
    """
    if p < 0.001:
        return "p < 0.001"
    return f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def show_share(part: int, whole: int) -> str:
    """Format a share in percent; only all of them is 100 % and only none of them is 0 %.

    >>> show_share(9999, 10000), show_share(1, 10000), show_share(3, 3)
    ('99.9 %', '0.1 %', '100 %')
    """
    if whole == 0:
        return _("none asked")
    if part in (0, whole):
        return "100 %" if part else "0 %"
    return f"{min(max(100 * part / whole, 0.1), 99.9):.1f} %"


def show_seconds(seconds: float) -> str:
    """Format a duration.

    >>> show_seconds(0.042), show_seconds(75.2), show_seconds(7260)
    ('0.04 s', '1 min 15 s', '2 h 1 min')
    """
    if seconds < 59.95:
        return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def _places_for_size(size: float) -> int:
    return sum(size < edge for edge in (1000, 100, 10))


def _misleads(numbers: Sequence[float], borders: Sequence[float], places: int) -> bool:
    width = max(numbers, default=0.0) - min(numbers, default=0.0)
    if 0 < width * 10**places < 2:
        return True
    return any(
        _side(round(number, places), border) != _side(number, border)
        for number in numbers
        for border in borders
    )


def _side(number: float, border: float) -> int:
    return (number > border) - (number < border)
