"""Means of many small groups, shrunk towards what they have in common."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recaudit.records import FloatArray

FEWEST_GROUPS = 3
"""Of fewer groups nothing can be learned about how groups differ."""


def shrunk_means(values: Sequence[FloatArray]) -> FloatArray:
    """Empirical-Bayes means of groups: the less is known of a group, the nearer to the mean of all.

    Formula: group g has mean m_g and squared standard error v_g = s²/n_g, s² being the variance within groups pooled
    over all of them, as one of three units says nothing. The variance τ² between true means is that of DerSimonian and
    Laird,

        τ² = max(0, (Q - (G - 1)) / (Σw - Σw²/Σw)) with Q = Σ w_g (m_g - Σwm/Σw)², w_g = 1/v_g,

    the mean of all μ is that with weights 1/(v_g + τ²), and the shrunk mean μ + τ²/(τ² + v_g) · (m_g - μ). Together
    these are nearer to the true means than m_g; the one group that truly differs is drawn towards the others as well,
    so they describe and decide nothing.

    Args:
        values: For each of G groups its defined values, any number.

    Returns:
        (G,) means in units of the metric; NaN for a group without a value, for fewer than three groups with one, and
        where no group has two values or nothing varies within groups.

    Three groups of two, pooled variance 0.02, so v = 0.01; Q = 8, τ² = (8 - 2) / (300 - 100) = 0.03, and every mean is
    drawn to 0.4 by a quarter:

    >>> shrunk_means([np.array([0.1, 0.3]), np.array([0.3, 0.5]), np.array([0.5, 0.7])]).round(3).tolist()
    [0.25, 0.4, 0.55]
    """
    found = np.full(len(values), np.nan)
    present = [place for place, own in enumerate(values) if len(own)]
    n = np.array([len(values[place]) for place in present], dtype=np.float64)
    degrees = n.sum() - len(present)
    if len(present) < FEWEST_GROUPS or degrees < 1:
        return found
    mean = np.array([values[place].mean() for place in present])
    within = sum(((values[place] - values[place].mean()) ** 2).sum() for place in present) / degrees
    if within <= 1e-24:
        return found
    variance = within / n
    weight = 1 / variance
    centre = (weight * mean).sum() / weight.sum()
    excess = (weight * (mean - centre) ** 2).sum() - (len(present) - 1)
    between = max(0.0, excess / (weight.sum() - (weight**2).sum() / weight.sum()))
    total = 1 / (variance + between)
    middle = (total * mean).sum() / total.sum()
    found[present] = middle + between * total * (mean - middle)
    return found
