"""How the values of simulated units scatter around given means."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from recaudit.records import FloatArray

Noise: TypeAlias = Callable[[np.random.Generator, FloatArray], FloatArray]
"""Draws values with the given means, any shape."""


def normal(rng: np.random.Generator, mean: FloatArray) -> FloatArray:
    """Standard deviation 0.1."""
    return mean + 0.1 * rng.standard_normal(mean.shape)


def student(rng: np.random.Generator, mean: FloatArray) -> FloatArray:
    """Student's t with 3 degrees of freedom: standard deviation 0.1, infinite kurtosis."""
    return mean + 0.1 / np.sqrt(3) * rng.standard_t(3, mean.shape)


def lognormal(rng: np.random.Generator, mean: FloatArray) -> FloatArray:
    """Log-normal around its mean with shape 1: skewness 6.2, standard deviation 0.1."""
    scale = 0.1 / np.sqrt(np.expm1(1.0) * np.e)
    return mean + scale * (rng.lognormal(0.0, 1.0, mean.shape) - np.exp(0.5))


def hit(rng: np.random.Generator, mean: FloatArray) -> FloatArray:
    """0 or 1."""
    return (rng.random(mean.shape) < mean).astype(float)


def mostly_zero(rng: np.random.Generator, mean: FloatArray) -> FloatArray:
    """0, or beta-distributed with mean 0.4, as ndcg@10 of a weak recommender."""
    return np.where(rng.random(mean.shape) < mean / 0.4, rng.beta(2, 3, mean.shape), 0.0)
