"""How often are verdicts wrong where the truth is known? A thousand simulated audits and more per scenario.

python benchmarks/calibration.py [--worlds 1000] [--resamples 999] [--only NAME ...]

Every world goes through `estimate` and `decide` with all its claims gated together and each limit exactly at the truth
(a hair beyond for PASS), where wrong verdicts are most frequent. A world counts as a false FAIL, or false PASS, if any
of its claims is; "all hold" means that every interval holds the truth. Power is that of one gate with the truth beyond
the limit, beside an oracle that knows the distribution: the same difference of means against its exact critical value,
from 20,000 draws at the limit.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from simulated_values import Noise, hit, lognormal, mostly_zero, normal, student

from recaudit.audit import decide
from recaudit.audit.calibration import Rate, rate_of
from recaudit.records import Estimate, FloatArray, Hypothesis, Limit, Measurements
from recaudit.statistics import estimate

HAIR = 1e-9
AT_LEAST = {"mean", "ratio", "worst"}


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
        mean = np.tile(means, (units, 1)) if self.arms else np.repeat(means, self.sizes)[:, None]
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
    of_arms = ("excess", "arm gap")
    found = [
        Scenario(name=noise.__name__, noise=noise, sizes=sizes, means=(0.3, 0.4))
        for noise, sizes in (
            (normal, (25, 25)),
            (normal, (50, 950)),
            (student, (25, 25)),
            (student, (50, 950)),
            (lognormal, (25, 25)),
            (lognormal, (50, 950)),
            (lognormal, (200, 800)),
        )
    ]
    found += [
        Scenario(
            name=f"{noise.__name__} {rate:.0%}", noise=noise, sizes=sizes, means=(rate, rate), contrasts=many
        )
        for noise, rate, sizes in (
            (hit, 0.05, (100, 100)),
            (hit, 0.1, (50, 950)),
            (mostly_zero, 0.05, (100, 100)),
            (mostly_zero, 0.1, (50, 950)),
        )
    ]
    shown = (0.3,)
    return [
        *found,
        Scenario(name="normal, 5 groups", noise=normal, sizes=(60,) * 5, means=shown * 5),
        Scenario(name="normal, 31 groups", noise=normal, sizes=(30,) * 31, means=shown * 31),
        Scenario(
            name="normal, 5 arms", noise=normal, sizes=(60,), means=shown * 5, arms=5, contrasts=of_arms
        ),
        Scenario(name="hit, 5 arms", noise=hit, sizes=(60,), means=shown * 5, arms=5, contrasts=of_arms),
        Scenario(name="hit, 31 arms", noise=hit, sizes=(60,), means=shown * 31, arms=31, contrasts=of_arms),
        Scenario(name="normal, 10 metrics", noise=normal, sizes=(100, 100), means=shown * 2, metrics=10),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was counted in one scenario."""

    false_fail: Rate
    false_pass: Rate
    coverage: Rate


def simulate(scenario: Scenario, *, worlds: int, resamples: int, seed: int = 2026) -> Outcome:
    """Go through the worlds of one scenario."""
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
    return Outcome(
        false_fail=_rate(failed, worlds),
        false_pass=_rate(passed, worlds),
        coverage=_rate(held, worlds),
    )


def _rate(happened: int, worlds: int) -> Rate:
    rate = rate_of(happened, worlds)
    if rate is None:
        raise ValueError("no world")
    return rate


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerCase:
    """One gate with the truth so far beyond its limit that a normal test would fail it in 80 of 100 audits.

    Attributes:
        name: In words.
        noise: Draws values.
        deviation: Standard deviation of a unit's value at a mean.
        contrast: "mean", "gap" (two equal groups) or "excess" (two arms); at most the limit.
        limit: Of the gate.
        base: Mean of the first group, or of the second arm.
    """

    name: str
    noise: Noise
    deviation: Callable[[float], float]
    contrast: str
    limit: float
    base: float = 0.0

    def scenario(self, n: int, truth: float) -> Scenario:
        """The audit of n units in which the claim has a truth."""
        means = (truth,) if self.contrast == "mean" else (self.base + truth, self.base)
        return Scenario(
            name=self.name,
            noise=self.noise,
            sizes=(n // 2, n // 2) if self.contrast == "gap" else (n,),
            means=means,
            arms=2 if self.contrast == "excess" else 0,
            contrasts=(self.contrast,),
        )

    def truth(self, n: int) -> float:
        """The limit plus (1.96 · SE at the limit + 0.84 · SE at the truth)."""
        effect = 0.0
        for _ in range(100):
            effect = 1.96 * self._error(n, self.limit) + 0.8416 * self._error(n, self.limit + effect)
        return self.limit + effect

    def _error(self, n: int, truth: float) -> float:
        if self.contrast == "mean":
            return self.deviation(truth) / np.sqrt(n)
        variance = self.deviation(self.base + truth) ** 2 + self.deviation(self.base) ** 2
        return float(np.sqrt(variance / (n / 2 if self.contrast == "gap" else n)))

    def oracle(self, n: int, draws: int = 20_000) -> float:
        """Power of the test by the observed value that knows its distribution, at 2.5 % one-sided."""
        rng = np.random.default_rng(n)
        at_limit, beyond = (self._observed(rng, n, truth, draws) for truth in (self.limit, self.truth(n)))
        return float((beyond > np.quantile(at_limit, 0.975, method="higher")).mean())

    def _observed(self, rng: np.random.Generator, n: int, truth: float, draws: int) -> FloatArray:
        means = self.scenario(n, truth).means
        units = n // 2 if self.contrast == "gap" else n
        observed = [
            np.concatenate(
                [self.noise(rng, np.full((1000, units), mean)).mean(axis=1) for _ in range(draws // 1000)]
            )
            for mean in means
        ]
        if self.contrast == "mean":
            return observed[0]
        difference: FloatArray = observed[0] - observed[1]
        return np.abs(difference) if self.contrast == "gap" else difference

    def power(self, n: int, *, worlds: int, resamples: int) -> Rate:
        """Share of audits that FAIL."""
        scenario = self.scenario(n, self.truth(n))
        failed = 0
        for world in range(worlds):
            rng = np.random.default_rng((n, world))
            [seen] = estimate(
                scenario.claims,
                *scenario.world(rng),
                gated=list(scenario.truths),
                resamples=resamples,
                rng=rng,
                tests=False,
            ).values()
            failed += decide(seen, Limit(high=self.limit))[0] == "FAIL"
        return _rate(failed, worlds)


def power_cases() -> list[PowerCase]:
    """What the power is looked at for."""

    def constant(_: float) -> float:
        return 0.1

    def binary(mean: float) -> float:
        return float(np.sqrt(mean * (1 - mean)))

    def zero_or_beta(mean: float) -> float:
        return float(np.sqrt(0.5 * mean - mean**2))

    return [
        PowerCase(name="normal mean", noise=normal, deviation=constant, contrast="mean", limit=0.3),
        PowerCase(name="hit mean 10 %", noise=hit, deviation=binary, contrast="mean", limit=0.1),
        PowerCase(
            name="mostly_zero mean", noise=mostly_zero, deviation=zero_or_beta, contrast="mean", limit=0.1
        ),
        PowerCase(name="normal gap", noise=normal, deviation=constant, contrast="gap", limit=0.05, base=0.3),
        PowerCase(name="hit gap", noise=hit, deviation=binary, contrast="gap", limit=0.05, base=0.3),
        PowerCase(
            name="normal arms", noise=normal, deviation=constant, contrast="excess", limit=0.05, base=0.3
        ),
        PowerCase(name="hit arms", noise=hit, deviation=binary, contrast="excess", limit=0.05, base=0.3),
    ]


def _cell(rate: Rate) -> str:
    return f"{100 * rate.value:.1f} ± {100 * rate.error:.1f}"


def _errors(options: argparse.Namespace) -> None:
    print("| values | units per group | claims | false FAIL % | false PASS % | all hold % |")
    print("|---|---|---|---|---|---|")
    for scenario in scenarios():
        if options.only and not any(word in scenario.name for word in options.only):
            continue
        seen = simulate(scenario, worlds=options.worlds, resamples=options.resamples)
        sizes = scenario.sizes
        shape = (
            f"{len(sizes)} × {sizes[0]}"
            if len(set(sizes)) == 1 and len(sizes) > 2
            else " : ".join(map(str, sizes))
        )
        cells = map(_cell, (seen.false_fail, seen.false_pass, seen.coverage))
        print(f"| {scenario.name} | {shape} | {len(scenario.claims)} | {' | '.join(cells)} |")


def _powers(options: argparse.Namespace) -> None:
    print("| gate | units | truth beyond the limit by | oracle % | FAIL % |")
    print("|---|---|---|---|---|")
    for case in power_cases():
        if options.only and not any(word in case.name for word in options.only):
            continue
        for n in (50, 200, 1000):
            seen = case.power(n, worlds=options.worlds // 2, resamples=options.resamples)
            effect = case.truth(n) - case.limit
            print(f"| {case.name} | {n:,} | {effect:.3f} | {100 * case.oracle(n):.1f} | {_cell(seen)} |")


def main() -> None:
    """Simulate and print two tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--worlds", type=int, default=1000)
    parser.add_argument("--resamples", type=int, default=999)
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    start = time.perf_counter()
    _errors(options)
    print()
    _powers(options)
    minutes = (time.perf_counter() - start) / 60
    print(
        f"\n{options.worlds:,} audits a row ({options.worlds // 2:,} for power), {options.resamples:,} resamples each, "
        f"± one Monte-Carlo standard error; {minutes:.0f} minutes."
    )


if __name__ == "__main__":
    main()
