"""How often are verdicts wrong where the truth is known? A thousand simulated audits and more per scenario.

python benchmarks/calibration.py [--worlds 1000] [--resamples 999] [--only NAME ...] [--write benchmarks/calibration.md]

Every world goes through `estimate` and `decide` with all its claims gated together and each limit exactly at the truth
(a hair beyond for PASS), where wrong verdicts are most frequent. A world counts as a false FAIL, or false PASS, if any
of its claims is; "all hold" means that every interval holds the truth. Power is that of one gate with the truth beyond
the limit, beside an oracle that knows the distribution: the same difference of means against its exact critical value,
from 200,000 draws at the limit.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd

from recaudit.audit import decide
from recaudit.audit.calibration import Rate, rate_of
from recaudit.records import Estimate, FloatArray, Hypothesis, Limit, Measurements
from recaudit.statistics import estimate

HAIR = 1e-9
AT_LEAST = {"mean", "ratio", "worst"}
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Audits of one shape.

    Attributes:
        name: What is special about it.
        noise: Draws values.
        sizes: Units per group; one group for none.
        means: One mean per group, or per arm.
        arms: Number of arms; 0 for none, and groups are compared.
        metrics: Measured metrics, correlated by a shared part where there are several.
        contrasts: Claimed of every metric.
    """

    name: str
    noise: Noise
    sizes: tuple[int, ...]
    means: tuple[float, ...]
    arms: int = 0
    metrics: int = 1
    contrasts: tuple[str, ...] = ("mean", "gap")

    @property
    def claims(self) -> list[Hypothesis]:
        """All claims, gated together."""
        bounded = self.noise in {hit, mostly_zero}
        arms = tuple(f"a{arm}" for arm in range(self.arms))
        return [
            Hypothesis(
                id=f"{contrast} {metric}",
                question="",
                probe="benchmark",
                metric=f"m{metric}",
                contrast=contrast,  # type: ignore[arg-type]
                attribute="g" if contrast in {"gap", "ratio", "worst"} else None,
                arms=() if not arms or contrast == "mean" else arms[contrast in {"excess", "change"} :],
                baseline=arms[0] if contrast in {"excess", "change"} else "",
                better="higher",
                bounds=(0.0, 1.0) if bounded else (-np.inf, np.inf),
            )
            for metric in range(self.metrics)
            for contrast in self.contrasts
        ]

    @property
    def truths(self) -> dict[str, float]:
        """Claim id to truth."""
        means = np.array(self.means)
        weights = np.array(self.sizes if not self.arms else [1] * self.arms)
        value = {
            "mean": float(np.average(means, weights=weights)),
            "gap": float(np.ptp(means)),
            "ratio": float(means.min() / means.max()),
            "worst": float(means.min()),
            "excess": float((means[0] - means[1:]).max()) if self.arms else 0.0,
            "arm gap": float(np.ptp(means)),
        }
        return {claim.id: value[claim.contrast] for claim in self.claims}

    def world(self, rng: np.random.Generator) -> tuple[Measurements, pd.DataFrame]:
        """Draw one audit."""
        units = sum(self.sizes)
        means = np.array(self.means)
        frames = []
        if self.arms:
            mean = np.broadcast_to(means, (units, self.arms))
        else:
            mean = np.repeat(means, self.sizes)[:, None]
        shared = self.noise(rng, mean)
        for metric in range(self.metrics):
            own = self.noise(rng, mean)
            # Half of the units have the shared value in all metrics, which correlates them and leaves the means.
            values = np.where(rng.random((units, 1)) < 0.5, shared, own) if self.metrics > 1 else own
            columns = values.shape[1]
            frames.append(
                pd.DataFrame(
                    {
                        "unit": np.repeat(np.arange(units), columns),
                        "arm": np.tile([f"a{arm}" for arm in range(columns)], units),
                        "metric": f"m{metric}",
                        "value": values.ravel(),
                    }
                )
            )
        names = [f"g{group}" for group in range(len(self.sizes))]
        return Measurements(rows=pd.concat(frames)), pd.DataFrame({"g": np.repeat(names, self.sizes)})


def scenarios() -> list[Scenario]:
    """All scenarios."""
    many = ("mean", "gap", "ratio", "worst")
    found = []
    for noise in (normal, student, lognormal):
        for n in (50, 200, 1000):
            found.append(
                Scenario(
                    name=f"{noise.__name__}, 2 groups", noise=noise, sizes=(n // 2, n // 2), means=(0.3, 0.4)
                )
            )
        found.append(
            Scenario(name=f"{noise.__name__}, unequal groups", noise=noise, sizes=(50, 950), means=(0.3, 0.3))
        )
    for noise in (hit, mostly_zero):
        for rate in (0.05, 0.1):
            found.append(
                Scenario(
                    name=f"{noise.__name__} {rate:.0%}",
                    noise=noise,
                    sizes=(100, 100),
                    means=(rate, rate),
                    contrasts=many,
                )
            )
            found.append(
                Scenario(
                    name=f"{noise.__name__} {rate:.0%}, unequal groups",
                    noise=noise,
                    sizes=(50, 950),
                    means=(rate, rate),
                    contrasts=many,
                )
            )
    for noise, mean in ((normal, 0.3), (student, 0.3), (hit, 0.3)):
        found += [
            Scenario(name=f"{noise.__name__}, 5 groups", noise=noise, sizes=(60,) * 5, means=(mean,) * 5),
            Scenario(name=f"{noise.__name__}, 31 groups", noise=noise, sizes=(30,) * 31, means=(mean,) * 31),
            Scenario(
                name=f"{noise.__name__}, 5 arms",
                noise=noise,
                sizes=(60,),
                means=(mean,) * 5,
                arms=5,
                contrasts=("excess", "arm gap"),
            ),
            Scenario(
                name=f"{noise.__name__}, 31 arms",
                noise=noise,
                sizes=(60,),
                means=(mean,) * 31,
                arms=31,
                contrasts=("excess", "arm gap"),
            ),
            Scenario(
                name=f"{noise.__name__}, 20 claims",
                noise=noise,
                sizes=(100, 100),
                means=(mean, mean),
                metrics=10,
            ),
        ]
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was counted in one scenario."""

    scenario: Scenario
    false_fail: Rate
    false_pass: Rate
    coverage: Rate
    seconds: float


def simulate(scenario: Scenario, *, worlds: int, resamples: int, seed: int = 2026) -> Outcome:
    """Go through the worlds of one scenario."""
    start = time.perf_counter()
    claims, truths = scenario.claims, scenario.truths
    failed = passed = held = 0
    for world in range(worlds):
        rng = np.random.default_rng((seed, world))
        found = estimate(
            claims, *scenario.world(rng), gated=list(truths), resamples=resamples, rng=rng, tests=False
        )
        failed += any(decide(seen, limit)[0] == "FAIL" for seen, limit in _at(found, truths, HAIR))
        passed += any(decide(seen, limit)[0] == "PASS" for seen, limit in _at(found, truths, -HAIR))
        held += all(_holds(seen, truths[name]) for name, seen in found.items())
    rates = [rate_of(count, worlds) for count in (failed, passed, held)]
    assert all(rates)
    return Outcome(
        scenario=scenario,
        false_fail=rates[0],  # type: ignore[arg-type]
        false_pass=rates[1],  # type: ignore[arg-type]
        coverage=rates[2],  # type: ignore[arg-type]
        seconds=time.perf_counter() - start,
    )


def _at(found: dict[str, Estimate], truths: dict[str, float], slack: float) -> list[tuple[Estimate, Limit]]:
    """Each claim with a limit at its truth, which is within by the slack, or beyond if it is negative.

    A mean, a ratio and a worst mean are to be at least the limit, a gap and an excess at most.
    """
    return [
        (seen, Limit(low=truth - slack) if name.split()[0] in AT_LEAST else Limit(high=truth + slack))
        for name, seen in found.items()
        for truth in (truths[name],)
    ]


def _holds(seen: Estimate, truth: float) -> bool:
    return seen.low is None or seen.high is None or seen.low - HAIR <= truth <= seen.high + HAIR


def main() -> None:
    """Simulate and print one line per scenario."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--worlds", type=int, default=1000)
    parser.add_argument("--resamples", type=int, default=999)
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    for scenario in scenarios():
        if options.only and not any(word in scenario.name for word in options.only):
            continue
        seen = simulate(scenario, worlds=options.worlds, resamples=options.resamples)
        cells = [
            f"{100 * r.value:5.1f} ± {100 * r.error:.1f}"
            for r in (seen.false_fail, seen.false_pass, seen.coverage)
        ]
        print(
            f"{scenario.name:<32} {sum(scenario.sizes):>5} {len(scenario.claims):>3}  {'  '.join(cells)}  {seen.seconds:.0f}s",
            flush=True,
        )


if __name__ == "__main__":
    main()
