from __future__ import annotations

import numpy as np
import pytest

from recaudit.records import FloatArray
from recaudit.statistics.proportions import score_differences, score_log_ratios

CRITICAL = 1.959964


def columns(*counts: tuple[int, int, int, int]) -> list[FloatArray]:
    return [np.array(column, dtype=np.float64) for column in zip(*counts, strict=True)]


def most_likely(counts: tuple[int, int, int, int], delta: float) -> tuple[float, float]:
    """The rates that differ by delta and make the counts most likely, by search."""
    from scipy.optimize import minimize_scalar

    x, n, y, m = counts

    def unlikely(q: float) -> float:
        p = q + delta
        return -(x * np.log(p) + (n - x) * np.log(1 - p) + y * np.log(q) + (m - y) * np.log(1 - q))

    within = (max(-delta, 0) + 1e-9, min(1 - delta, 1) - 1e-9)
    q = float(minimize_scalar(unlikely, bounds=within, method="bounded", options={"xatol": 1e-11}).x)
    return q + delta, q


@pytest.mark.parametrize("counts", [(18, 25, 8, 25), (36, 55, 11, 44), (35, 68, 14, 52), (5, 200, 9, 40)])
def test_at_the_ends_a_difference_is_just_rejected_under_the_most_likely_rates(
    counts: tuple[int, int, int, int],
) -> None:
    low, high = score_differences(*columns(counts), alpha=0.05)
    x, n, y, m = counts
    for end, level in ((float(low[0]), CRITICAL), (float(high[0]), -CRITICAL)):
        p, q = most_likely(counts, end)
        variance = (p * (1 - p) / n + q * (1 - q) / m) * (n + m) / (n + m - 1)
        assert (x / n - y / m - end) / np.sqrt(variance) == pytest.approx(level, abs=1e-3)


@pytest.mark.parametrize("alpha", [0.05, 0.001])
def test_ratios_are_those_of_statsmodels(alpha: float) -> None:
    from statsmodels.stats.proportion import confint_proportions_2indep

    rng = np.random.default_rng(0)
    counts = [
        (int(rng.integers(1, n)), int(n), int(rng.integers(1, m)), int(m))
        for n, m in rng.integers(5, 300, size=(20, 2))
    ]
    low, high = score_log_ratios(*columns(*counts), alpha=alpha)
    for place, own in enumerate(counts):
        expected = confint_proportions_2indep(*own, method="score", compare="ratio", alpha=alpha)
        assert np.exp([low[place], high[place]]) == pytest.approx(expected, rel=1e-5)


CORNERS = [(0, 25, 0, 25), (25, 25, 25, 25), (0, 25, 25, 25), (25, 25, 0, 25), (0, 25, 5, 40), (1, 1, 0, 1)]


@pytest.mark.parametrize("counts", CORNERS)
def test_ends_at_the_corners_are_ordered_and_hold_what_was_seen(counts: tuple[int, int, int, int]) -> None:
    x, n, y, m = counts
    low, high = (float(end[0]) for end in score_differences(*columns(counts), alpha=0.05))
    assert -1 <= low <= x / n - y / m <= high <= 1
    assert low < high
    below, above = (float(end[0]) for end in score_log_ratios(*columns(counts), alpha=0.05))
    assert below < above
    assert (below == -np.inf) == (x == 0)
    assert (above == np.inf) == (y == 0)


def test_swapped_groups_have_the_mirrored_interval() -> None:
    one, other = columns((7, 40, 30, 90)), columns((30, 90, 7, 40))
    for interval in (score_differences, score_log_ratios):
        low, high = interval(*one, alpha=0.01)
        mirrored = interval(*other, alpha=0.01)
        assert low == pytest.approx(-mirrored[1])
        assert high == pytest.approx(-mirrored[0])


@pytest.mark.parametrize(("n", "m", "p", "q"), [(25, 25, 0.3, 0.7), (50, 950, 0.1, 0.1), (20, 60, 0.05, 0.3)])
def test_intervals_hold_near_their_level(n: int, m: int, p: float, q: float) -> None:
    rng = np.random.default_rng(3)
    worlds = 4000
    x, y = rng.binomial(n, p, worlds).astype(float), rng.binomial(m, q, worlds).astype(float)
    sizes = np.full(worlds, float(n)), np.full(worlds, float(m))
    for (low, high), truth in (
        (score_differences(x, sizes[0], y, sizes[1], alpha=0.05), p - q),
        (score_log_ratios(x, sizes[0], y, sizes[1], alpha=0.05), np.log(p / q)),
    ):
        assert ((low <= truth) & (truth <= high)).mean() >= 0.935
