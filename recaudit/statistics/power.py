"""How much data a claim needs."""

from __future__ import annotations

import math

from recaudit.records import Estimate, Limit


def detectable_effect(standard_error: float, critical: float, *, power: float = 0.8) -> float:
    """Smallest true effect that an interval of half-width `critical * standard_error` excludes from 0.

    Formula: (c + z_power) · SE, where z_power is the normal quantile (0.8416 for 80 %). The chance that the
    estimate falls on the wrong side altogether is neglected, as it is below 0.1 % for c >= 1.96.

    Args:
        standard_error: Of the estimate, in units of the metric; it shrinks with the square root of the units.
        critical: Half-width of the interval in standard errors, such as 1.96.
        power: Wanted chance of seeing the effect.

    Returns:
        The effect in units of the metric; NaN when the standard error is NaN.

    >>> round(detectable_effect(0.01, 1.96), 4)
    0.028
    """
    from scipy.special import ndtri

    return float((critical + ndtri(power)) * standard_error)


def units_to_settle(estimate: Estimate, limit: Limit) -> int | None:
    """About how many units would bring the interval to one side of the limit, if the value stays as it is.

    Formula: n' = n · (h / d)², where d is the distance from the value to the limit and h the part of the
    interval that reaches from the value towards it: an interval shrinks with the square root of the units.
    Where both sides of the limit are straddled, the larger n' counts. For the largest gap among groups it is a
    rough guide, as the largest observed gap shrinks itself when the truth is smaller.

    Returns:
        A whole number larger than `estimate.n`; None when no end of the limit lies inside the interval, when the
        value lies exactly on it (no number of units is known to settle that), or when there is no finite
        interval.

    >>> wide = Estimate(value=0.10, low=0.06, high=0.14, confidence=0.95, family="", family_size=1, n=100, method="")
    >>> units_to_settle(wide, Limit(low=0.08))
    400
    >>> units_to_settle(wide, Limit(low=0.05)) is None
    True
    """
    value, low, high = estimate.value, estimate.low, estimate.high
    if value is None or low is None or high is None or not math.isfinite(low) or not math.isfinite(high):
        return None
    needed = []
    for edge in (limit.low, limit.high):
        if edge is None or not low < edge < high:
            continue
        distance = abs(value - edge)
        if distance == 0:
            return None
        reach = value - low if edge < value else high - value
        needed.append(math.ceil(round(estimate.n * (reach / distance) ** 2, 6)))
    return max(needed, default=None)
