"""Bounds for a mean that hold at every number of units at once, so that one may look after each and stop at will.

Values come in random order and lie within known bounds, here 0 to 1. To test "the mean is m" against "it is larger", a
gambler stakes a share c of their wealth on every next value at odds that are fair if the mean is m: the wealth is
multiplied by 1 + c·(x / m - 1). If the mean is m or less, wealth does not grow in expectation, and by Ville's
inequality it ever reaches 2 / alpha with probability alpha / 2 at most. So every m under which it has reached that is
ruled out for good, and as wealth falls with m, these are all m below some end. The upper end is the lower one of 1 - x.
Each gambler's money is divided over several shares c, since the best one depends on the scatter and on the number of
units, which are not known; what they have together is a bet like any other.

Source: Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting" (arXiv 2010.09686), with a
mixture over fixed stakes in place of their plug-in ones: it does not depend on the order of values at the last unit,
and stays about 1.5 to 1.7 times as wide as a fixed-size interval, however many units come.
"""

from __future__ import annotations

import numpy as np

from recaudit.compiled import compiled
from recaudit.records import FloatArray

STAKES: FloatArray = np.ldexp(1.0, -np.arange(10))
"""Shares of wealth that are staked, from everything to 0.2 %: what suits from ten to millions of units."""

STEPS = 30
"""Halvings in the search for an end, which leave it 1e-9 of the bounds' width too wide."""


def mean_bounds(values: FloatArray, *, bounds: tuple[float, float], alpha: float) -> tuple[float, float]:
    """Bounds for the mean of the values so far, which hold at every number of values with probability 1 - alpha.

    Args:
        values: (n,) in the order of arrival, none NaN; no values give the bounds of the metric.
        bounds: Smallest and largest possible value, finite.
        alpha: Chance that the mean is ever outside.

    Returns:
        Low and high. Those of a longer row of values lie within those of its beginning. Low is above high when the
        values contradict any constant mean, which they do with probability alpha at most if they have one.

    >>> low, high = mean_bounds(np.zeros(100), bounds=(0.0, 1.0), alpha=0.05)
    >>> low, round(high, 3)
    (0.0, 0.057)
    """
    lowest, highest = bounds
    width = highest - lowest
    scaled = np.clip((values - lowest) / width, 0.0, 1.0)
    low = _lower_end(scaled, STAKES, 2 / alpha)
    high = 1 - _lower_end(1 - scaled, STAKES, 2 / alpha)
    return lowest + width * low, lowest + width * high


@compiled
def _lower_end(values: FloatArray, stakes: FloatArray, enough: float) -> float:
    """The largest mean in 0..1 that is ruled out from below, 0 if none is."""
    out, kept = 0.0, 1.0
    wealth = np.empty(len(stakes))
    for _ in range(STEPS):
        mean = (out + kept) / 2
        wealth[:] = 1 / len(stakes)
        together = 1.0
        for value in values:
            odds = value / mean - 1
            together = 0.0
            for place in range(len(stakes)):
                wealth[place] *= 1 + stakes[place] * odds
                if wealth[place] < 1e-250:
                    wealth[place] = 0.0
                together += wealth[place]
            if together >= enough:
                break
        if together >= enough:
            out = mean
        else:
            kept = mean
    return out
