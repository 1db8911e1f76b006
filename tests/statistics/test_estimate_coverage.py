"""Simulated worlds with a known truth: how often do the intervals hold, and how often is a null world accused?

The joint rate is that of all gated claims at once, the number the family promises.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from recaudit.records import CorpusMeasurement, Estimate, FloatArray, Hypothesis, Measurements
from recaudit.statistics import estimate

WORLDS = 500
STANDARD_ERROR = np.sqrt(0.95 * 0.05 / WORLDS)
Draw = Callable[[np.random.Generator, FloatArray], FloatArray]
CONTRASTS = ("mean", "gap", "ratio", "worst")

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_forced_collection")]


def bounded(rng: np.random.Generator, mean: FloatArray) -> FloatArray:
    """Sums of two uniforms: bell-shaped, standard deviation 0.1."""
    return mean + rng.uniform(-0.17, 0.17, len(mean)) + rng.uniform(-0.02, 0.02, len(mean))


def hit(rng: np.random.Generator, mean: FloatArray) -> FloatArray:
    return (rng.random(len(mean)) < mean).astype(float)


def mostly_zero(rng: np.random.Generator, mean: FloatArray) -> FloatArray:
    """Zero, or a beta-distributed value with mean 0.4: what ndcg@10 of a weak recommender looks like."""
    return np.where(rng.random(len(mean)) < mean / 0.4, rng.beta(2, 3, len(mean)), 0.0)


def judge(sizes: list[int], truth: list[float], draw: Draw, claims: list[Hypothesis]) -> dict[str, float]:
    """Share of worlds in which each interval holds the truth, all do, and the gap is said to be above 0."""
    mean = np.array(truth)
    expected = {
        "mean": np.average(mean, weights=sizes),
        "gap": mean.max() - mean.min(),
        "ratio": mean.min() / mean.max(),
        "worst": mean.min(),
    }
    names = [f"g{group}" for group in range(len(sizes))]
    groups = pd.DataFrame({"g": np.repeat(names, sizes)})
    of_unit = np.repeat(mean, sizes)
    rng = np.random.default_rng(20_26)
    held = {claim.id: 0 for claim in claims}
    joint = accused = in_groups = 0
    for world in range(WORLDS):
        rows = pd.DataFrame({"unit": np.arange(len(of_unit)), "metric": "m", "value": draw(rng, of_unit)})
        found = estimate(claims, Measurements(rows=rows), groups, gated=list(held), resamples=399, rng=world)
        ok = {name: seen.low - 1e-12 <= expected[name] <= seen.high + 1e-12 for name, seen in found.items()}
        for name in held:
            held[name] += ok[name]
        joint += all(ok.values())
        accused += found["gap"].low > 0
        in_groups += all(
            group.low - 1e-12 <= mean[names.index(group.group)] <= group.high + 1e-12
            for group in found["gap"].groups
        )
    rates = {name: count / WORLDS for name, count in held.items()}
    return rates | {"joint": joint / WORLDS, "accused": accused / WORLDS, "groups": in_groups / WORLDS}


@pytest.mark.parametrize(
    ("sizes", "truth", "draw"),
    [
        pytest.param([50, 950], [0.3, 0.4], bounded, id="bounded-50-950"),
        pytest.param([100, 200, 50, 20, 600], [0.3, 0.35, 0.3, 0.25, 0.32], bounded, id="bounded-5"),
        pytest.param([50] * 20, [0.3] * 20, bounded, id="bounded-20"),
        pytest.param([50, 950], [0.05, 0.05], hit, id="hit-50-950"),
        pytest.param([150, 900], [0.1, 0.1], hit, id="hit-150-900"),
        pytest.param([100, 200, 50, 20, 600], [0.1] * 5, hit, id="hit-5"),
        pytest.param([50] * 20, [0.3] * 20, hit, id="hit-20"),
        pytest.param([50, 950], [0.1, 0.1], mostly_zero, id="mostly-zero-50-950"),
        pytest.param([200] * 5, [0.04] * 5, mostly_zero, id="mostly-zero-5"),
    ],
)
def test_joint_coverage(claim, sizes: list[int], truth: list[float], draw: Draw) -> None:
    rates = judge(sizes, truth, draw, [claim(contrast) for contrast in CONTRASTS])
    assert rates["joint"] >= 0.95 - 3 * STANDARD_ERROR, rates
    assert rates["groups"] >= 0.95 - 3 * STANDARD_ERROR, rates


@pytest.mark.parametrize(
    ("sizes", "truth", "draw"),
    [
        pytest.param([50, 950], 0.3, bounded, id="bounded-50-950"),
        pytest.param([50] * 20, 0.3, bounded, id="bounded-20"),
        pytest.param([150, 900], 0.1, hit, id="hit-150-900"),
        pytest.param([200] * 5, 0.04, mostly_zero, id="mostly-zero-5"),
    ],
)
def test_null_worlds_are_not_accused(claim, sizes: list[int], truth: float, draw: Draw) -> None:
    rates = judge(sizes, [truth] * len(sizes), draw, [claim("gap")])
    assert rates["accused"] <= 0.05 + 2 * STANDARD_ERROR, rates


def test_a_gap_of_the_detectable_size_is_seen_in_about_four_of_five_worlds(claim) -> None:
    # SE of the difference of 300 and 300 units with standard deviation 0.0988 is 0.00807, times 1.96 + 0.84.
    gap = 2.80 * np.sqrt(2 / 300) * np.sqrt((0.34**2 + 0.04**2) / 12)
    rates = judge([300, 300], [0.3, 0.3 + gap], bounded, [claim("gap")])
    assert rates["accused"] == pytest.approx(0.8, abs=3 * np.sqrt(0.8 * 0.2 / WORLDS))


@pytest.mark.parametrize(
    ("sizes", "draw"),
    [
        pytest.param((100, 100), hit, id="hit"),
        pytest.param((200, 100, 60), hit, id="hit-3"),
        pytest.param((100, 100), mostly_zero, id="mostly-zero"),
    ],
)
def test_what_an_audit_calls_detectable_is_seen_in_most_worlds(
    claim, sizes: tuple[int, ...], draw: Draw
) -> None:
    """As the spread grows with the mean, a gap by the spread as measured would be seen less often."""
    groups = pd.DataFrame({"g": np.repeat([f"g{group}" for group in range(len(sizes))], sizes)})

    def seen(mean: FloatArray, world: int) -> Estimate:
        rows = {
            "unit": np.arange(len(mean)),
            "metric": "m",
            "value": draw(np.random.default_rng(world), mean),
        }
        measured = Measurements(rows=pd.DataFrame(rows))
        return estimate([claim("gap")], measured, groups, gated=[], resamples=199, rng=world, tests=False)[
            "gap"
        ]

    equal = np.full(sum(sizes), 0.15)
    stated = [seen(equal, world).detectable for world in range(15)]
    planted = equal.copy()
    planted[-sizes[-1] :] += np.median([gap for gap in stated if gap is not None])
    shown = np.mean([seen(planted, 100 + world).low > 0 for world in range(200)])
    assert 0.72 <= shown <= 0.92


def gini(totals: FloatArray) -> FloatArray:
    n = totals.shape[-1]
    order = 2.0 * np.arange(1, n + 1) - n - 1
    return np.asarray(np.sort(totals, axis=-1) @ order / (n * totals.sum(axis=-1)))


def coverage(totals: FloatArray) -> FloatArray:
    return np.asarray((totals > 0).mean(axis=-1))


def lists(rng: np.random.Generator, n: int, items: int, k: int, skew: float) -> csr_matrix:
    """Each user's k items, drawn without replacement with probability proportional to 1 / rank^skew."""
    keys = rng.gumbel(size=(n, items)) - skew * np.log(np.arange(1, items + 1))
    top = np.argpartition(-keys, k, axis=1)[:, :k]
    return csr_matrix((np.ones(n * k), (np.repeat(np.arange(n), k), top.ravel())), shape=(n, items))


@pytest.mark.parametrize(
    ("n", "items", "k", "skew"),
    [(100, 500, 10, 1.0), (300, 500, 10, 2.0), (50, 200, 5, 0.8), (200, 100, 10, 1.0)],
)
def test_corpus_coverage(claim, n: int, items: int, k: int, skew: float) -> None:
    rng = np.random.default_rng(1)
    statistics = {"gini": gini, "coverage": coverage}
    totals = [np.asarray(lists(rng, n, items, k, skew).sum(axis=0)).ravel() for _ in range(1000)]
    truth = {name: np.mean([statistic(total) for total in totals]) for name, statistic in statistics.items()}
    claims = [claim("corpus", id=name, metric=name) for name in statistics]
    rows = pd.DataFrame({"unit": np.arange(n), "metric": "m", "value": 0.0})
    held = dict.fromkeys(statistics, 0)
    for world in range(WORLDS):
        shown = lists(rng, n, items, k, skew)
        corpus = tuple(
            CorpusMeasurement(metric=name, units=np.arange(n), contributions=shown, statistic=statistic)
            for name, statistic in statistics.items()
        )
        found = estimate(
            claims, Measurements(rows=rows, corpus=corpus), pd.DataFrame(), gated=[], resamples=199, rng=world
        )
        for name in held:
            held[name] += found[name].low <= truth[name] <= found[name].high
    rates = {name: count / WORLDS for name, count in held.items()}
    assert min(rates.values()) >= 0.95 - 3 * STANDARD_ERROR, rates
