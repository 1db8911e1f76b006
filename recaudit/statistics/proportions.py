"""Score intervals for two independent rates, many pairs at once.

A pair of rates is tested at every difference δ (or ratio φ): the observed one against its standard error under the most
likely rates that differ by δ. The interval holds the values that are not rejected (Miettinen and Nurminen 1985; closed
forms of the rates by Farrington and Manning 1990). It is near its level for small samples, where intervals from
standard errors are not, and much narrower than the difference of two exact intervals.

statsmodels' `confint_proportions_2indep(method="score")` gives the same ratios one pair at a time, but NaN or complex
ends where both rates are 0 or 1. Its differences are slightly other ones, at which the rates are not the most likely.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from recaudit.records import FloatArray

_HALVINGS = 50
_WIDEST_LOG = 30.0
"""A ratio of rates of fewer than 1e12 units is not further from 1 than exp of it."""


def score_differences(
    hits: FloatArray, units: FloatArray, other_hits: FloatArray, other_units: FloatArray, *, alpha: float
) -> tuple[FloatArray, FloatArray]:
    """Intervals for p - q, each of level 1 - alpha.

    Args:
        hits: (c,) units with a hit, of rate p.
        units: (c,) units, at least 1.
        other_hits: (c,) of rate q.
        other_units: (c,).
        alpha: Error probability of each interval.

    Returns:
        Lows and highs in -1..1, each (c,).

    >>> low, high = score_differences(*(np.array([x]) for x in (18.0, 25.0, 8.0, 25.0)), alpha=0.05)
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.1224], [0.6196])
    """
    p, q = hits / units, other_hits / other_units
    share = other_units / units

    def statistic(delta: FloatArray) -> FloatArray:
        a = 1 + share
        b = -(1 + share + p + share * q + delta * (share + 2))
        c = delta**2 + delta * (2 * p + share + 1) + p + share * q
        d = -p * delta * (1 + delta)
        v = (b / (3 * a)) ** 3 - b * c / (6 * a**2) + d / (2 * a)
        u = np.where(v < 0, -1.0, 1.0) * np.sqrt(np.maximum((b / (3 * a)) ** 2 - c / (3 * a), 0.0))
        cosine = np.divide(v, u**3, out=np.ones_like(v), where=u != 0)
        angle = (np.pi + np.arccos(np.clip(cosine, -1.0, 1.0))) / 3
        first = np.clip(
            2 * u * np.cos(angle) - b / (3 * a), np.maximum(delta, 0.0), np.minimum(1 + delta, 1.0)
        )
        second = np.clip(first - delta, 0.0, 1.0)
        variance = first * (1 - first) / units + second * (1 - second) / other_units
        return _studentised(p - q - delta, variance, units + other_units)

    observed = p - q
    return _ends(statistic, observed, np.full_like(observed, -1.0), np.full_like(observed, 1.0), alpha)


def score_log_ratios(
    hits: FloatArray, units: FloatArray, other_hits: FloatArray, other_units: FloatArray, *, alpha: float
) -> tuple[FloatArray, FloatArray]:
    """Intervals for log(p / q), each of level 1 - alpha.

    Args:
        hits: As in `score_differences`.
        units: Likewise.
        other_hits: Likewise.
        other_units: Likewise.
        alpha: Likewise.

    Returns:
        Lows and highs, each (c,); -inf where p may be 0 (no hit was seen), inf where q may be.

    >>> low, high = score_log_ratios(*(np.array([x]) for x in (18.0, 25.0, 8.0, 25.0)), alpha=0.05)
    >>> np.exp(low).round(3).tolist(), np.exp(high).round(3).tolist()
    ([1.262], [4.368])
    """
    p, q = hits / units, other_hits / other_units
    every = units + other_units

    def statistic(log: FloatArray) -> FloatArray:
        ratio = np.exp(log)
        # The most likely q solves N·φ·q² - (n·φ + x + m + y·φ)·q + (x + y) = 0; this form of the root does not cancel.
        b = units * ratio + hits + other_units + other_hits * ratio
        root = np.sqrt(np.maximum(b**2 - 4 * every * ratio * (hits + other_hits), 0.0))
        second = np.clip(2 * (hits + other_hits) / (b + root), 0.0, np.minimum(1.0, 1 / ratio))
        first = np.clip(ratio * second, 0.0, 1.0)
        variance = first * (1 - first) / units + ratio**2 * second * (1 - second) / other_units
        return _studentised(p - ratio * q, variance, every)

    with np.errstate(divide="ignore", invalid="ignore"):
        observed = np.clip(np.nan_to_num(np.log(p) - np.log(q)), -_WIDEST_LOG, _WIDEST_LOG)
    widest = np.full_like(observed, _WIDEST_LOG)
    low, high = _ends(statistic, observed, -widest, widest, alpha)
    return np.where(hits > 0, low, -np.inf), np.where(other_hits > 0, high, np.inf)


def _studentised(difference: FloatArray, variance: FloatArray, every: FloatArray) -> FloatArray:
    """Difference over its standard error, with Miettinen and Nurminen's N / (N - 1); infinite without variance."""
    error = np.sqrt(variance * every / (every - 1))
    sign = np.sign(np.round(difference, 12))
    certain = np.where(sign == 0, 0.0, np.copysign(np.inf, sign))
    return np.divide(difference, error, out=certain, where=error > 0)


def _ends(
    statistic: Callable[[FloatArray], FloatArray],
    observed: FloatArray,
    lowest: FloatArray,
    highest: FloatArray,
    alpha: float,
) -> tuple[FloatArray, FloatArray]:
    """Where a statistic that falls from lowest to highest, 0 at what was observed, passes ± the normal quantile."""
    from scipy.special import ndtri

    critical = -float(ndtri(alpha / 2))
    return (
        _crossing(statistic, lowest, observed, critical)[0],
        _crossing(statistic, observed, highest, -critical)[1],
    )


def _crossing(
    statistic: Callable[[FloatArray], FloatArray], low: FloatArray, high: FloatArray, level: float
) -> tuple[FloatArray, FloatArray]:
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = statistic(middle) > level
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return low, high
