"""Random draws in bulk: how often units are drawn with replacement, and sums under random signs.

A bootstrap of 100,000 units with 1,000 resamples takes 100 million random numbers, which is most of its time. They
come from SplitMix64 (Steele, Lea and Flood 2014), one stream per resample from a seed of its own, so that a resample
does not depend on which others are drawn with it, or in which thread.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from recaudit.compiled import compiled
from recaudit.records import FloatArray

MOST_THREADS = 2
FEWEST_FOR_THREADS = 2_000_000
"""Numbers to draw from which on a second thread is worth its start."""

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_30, _27, _31, _32 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(32)
_LOWER = np.uint64(0xFFFFFFFF)
_BYTE, _8 = np.uint64(0xFF), np.uint64(8)


def seeds_for(count: int, rng: np.random.Generator) -> NDArray[np.uint64]:
    """(count,) seeds, one per resample; the first ones are the same however many there are."""
    return rng.integers(0, 2**64, size=count, dtype=np.uint64)


def fill_counts(counts: NDArray[np.float32], seeds: NDArray[np.uint64]) -> None:
    """Draw n of n units with replacement in each row.

    Args:
        counts: (b, n), n at least 1; overwritten with how often each unit is drawn, and each row sums to n. A unit's
            chance is 1/n up to 2**-32.
        seeds: (b,) one per row.
    """
    threads = MOST_THREADS if counts.size >= FEWEST_FOR_THREADS else 1
    if threads == 1:
        _fill(counts, seeds)
        return
    with ThreadPoolExecutor(threads) as pool:
        parts = zip(np.array_split(counts, threads), np.array_split(seeds, threads), strict=True)
        for done in [pool.submit(_fill, rows, own) for rows, own in parts]:
            done.result()


def signed_sums(values: FloatArray, seeds: NDArray[np.uint64]) -> FloatArray:
    """Sums of values under random signs.

    Args:
        values: (n,).
        seeds: (B,) one per sum.

    Returns:
        (B,) each Σ ±values, every sign + or - with probability 1/2.

    >>> sorted(set(signed_sums(np.array([1.0, 10.0]), seeds_for(50, np.random.default_rng(0))).tolist()))
    [-11.0, -9.0, 9.0, 11.0]
    """
    padded = np.zeros(-(-len(values) // 64) * 64)
    padded[: len(values)] = values
    return _signed_sums(padded.reshape(-1, 8, 8), seeds)


@compiled
def _mixed(state: np.uint64) -> np.uint64:
    state = (state ^ (state >> _30)) * _FIRST
    state = (state ^ (state >> _27)) * _SECOND
    return state ^ (state >> _31)


@compiled
def _fill(counts: NDArray[np.float32], seeds: NDArray[np.uint64]) -> None:
    units = counts.shape[1]
    n = np.uint64(units)
    # Bytes fit into the cache where floats do not; a unit is never drawn 256 times by chance.
    drawn = np.empty(units, dtype=np.uint8)
    for row in range(len(seeds)):
        drawn[:] = 0
        state = seeds[row]
        for _ in range(units // 2):
            state += _STEP
            number = _mixed(state)
            drawn[np.int64(((number & _LOWER) * n) >> _32)] += np.uint8(1)
            drawn[np.int64(((number >> _32) * n) >> _32)] += np.uint8(1)
        if units % 2:
            drawn[np.int64(((_mixed(state + _STEP) >> _32) * n) >> _32)] += np.uint8(1)
        counts[row, :] = drawn


@compiled
def _signed_sums(values: FloatArray, seeds: NDArray[np.uint64]) -> FloatArray:
    """Of (parts, 8, 8) values: each group of eight takes one of 256 sums, which are made once for all seeds."""
    sums = np.zeros(len(seeds))
    table = np.empty((8, 256))
    for part in range(values.shape[0]):
        for group in range(8):
            table[group, 0] = -values[part, group].sum()
            for bit in range(8):
                for low in range(1 << bit):
                    table[group, (1 << bit) + low] = table[group, low] + 2 * values[part, group, bit]
        place = np.uint64(part + 1) * _STEP
        for row in range(len(seeds)):
            number = _mixed(seeds[row] + place)
            total = 0.0
            for group in range(8):
                total += table[group, np.int64(number & _BYTE)]
                number >>= _8
            sums[row] += total
    return sums
