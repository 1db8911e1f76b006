from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice, product

import numpy as np
import pytest

from recaudit.statistics import draws
from recaudit.statistics.draws import fill_counts, seeds_for, signed_sums

WORD = 2**64


def split_mix(seed: int) -> Iterator[int]:
    """SplitMix64 as published, in whole numbers."""
    while True:
        seed = (seed + 0x9E3779B97F4A7C15) % WORD
        mixed = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9 % WORD
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB % WORD
        yield mixed ^ (mixed >> 31)


def counts_of(n: int, seeds: np.ndarray) -> np.ndarray:
    counts = np.full((len(seeds), n), 7, dtype=np.float32)
    fill_counts(counts, seeds)
    return counts


def test_the_stream_is_split_mix() -> None:
    # the first outputs for this seed, as given with the algorithm
    assert list(islice(split_mix(1234567), 2)) == [6457827717110365317, 3203168211198807973]
    numbers = list(islice(split_mix(99), 4))
    halves = [half for number in numbers for half in (number % 2**32, number >> 32)]
    # seven units: three numbers give six draws, the upper half of the fourth the last one
    drawn = Counter(half * 7 >> 32 for half in [*halves[:6], halves[7]])
    assert counts_of(7, np.array([99], dtype=np.uint64))[0].tolist() == [drawn[unit] for unit in range(7)]


def test_every_unit_is_drawn_equally_often() -> None:
    n, resamples = 13, 20_000
    totals = counts_of(n, seeds_for(resamples, np.random.default_rng(1))).sum(axis=0)
    assert totals == pytest.approx(np.full(n, resamples), abs=5 * np.sqrt(resamples))


def test_threads_do_not_change_the_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = seeds_for(31, np.random.default_rng(2))
    alone = counts_of(50, seeds)
    monkeypatch.setattr(draws, "FEWEST_FOR_THREADS", 1)
    assert np.array_equal(counts_of(50, seeds), alone)
    assert np.array_equal(counts_of(50, seeds[20:]), alone[20:])


def test_every_combination_of_signs_is_as_likely() -> None:
    values = np.array([1.0, 2.0, 4.0, 8.0])
    drawn = Counter(signed_sums(values, seeds_for(16_000, np.random.default_rng(3))).tolist())
    every = {float(np.dot(signs, values)) for signs in product((-1, 1), repeat=4)}
    assert drawn.keys() == every
    assert max(abs(count - 1000) for count in drawn.values()) < 5 * np.sqrt(1000)


@pytest.mark.parametrize("n", [1, 63, 64, 65, 1000])
def test_signed_sums_have_mean_zero_and_the_sum_of_squares_as_variance(n: int) -> None:
    values = np.random.default_rng(n).normal(1, 2, n)
    sums = signed_sums(values, seeds_for(20_000, np.random.default_rng(4)))
    spread = np.sqrt((values**2).sum())
    assert abs(sums.mean()) < 5 * spread / np.sqrt(20_000)
    assert sums.std() == pytest.approx(spread, rel=0.03)


def test_neighbouring_units_get_independent_signs() -> None:
    seeds = seeds_for(20_000, np.random.default_rng(5))
    signs = np.stack([signed_sums(np.eye(130)[unit], seeds) for unit in (0, 1, 7, 8, 63, 64, 129)])
    assert np.abs(np.corrcoef(signs) - np.eye(7)).max() < 5 / np.sqrt(20_000)
