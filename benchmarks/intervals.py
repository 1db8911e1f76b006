"""Speed of intervals and permutation tests beside scipy and ranx, each in a process of its own.

python benchmarks/intervals.py [--only intervals permutations audit] [--users 100000] [--resamples 1000] [--rounds 3]

"intervals" compares two systems in six metrics on the same users: simultaneous studentised intervals by
`compare_systems`, from tables of measurements or from ready arrays; scipy.stats.bootstrap(method="percentile",
batch=50) from ready arrays, one call per metric; and ranx.compare with its default t-tests, which has no intervals and
evaluates the lists itself (the line before says how long evaluating alone takes). "permutations" is 1,000 sign flips of
the same six differences; of one for scipy.stats.permutation_test(batch=50) and ranx.compare(stat_test="fisher").
"audit" is `estimate` as an audit uses it, for more and more users: the means alone, and 62 claims with groups of 2, 7
and 21, Gini and coverage. Ratios of processor seconds to recaudit's in the same run are the result: other work on the
machine moves them least. The engines take turns, and the median counts. The first call of each process, which compiles,
is not counted unless it takes over 90 s.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from ranking import python_of

if TYPE_CHECKING:
    import pandas as pd

    from recaudit.records import Contrast, FloatArray, Hypothesis, Measurements

SECONDS_PER_ENGINE = 20
FAR_TOO_LONG = 90
"""Seconds of a first call after which it is counted and no other is made."""
METRICS = [f"metric {number}" for number in range(1, 7)]
ATTRIBUTES = {"two": 2, "seven": 7, "twenty-one": 21}
ITEMS, LENGTH = 2000, 10


def claim(metric: str, contrast: Contrast, attribute: str | None = None) -> Hypothesis:
    """A claim whose id says what it compares."""
    from recaudit.records import Hypothesis

    return Hypothesis(
        id=f"{metric} {contrast} {attribute or ''}".strip(),
        question="",
        probe="benchmark",
        metric=metric,
        contrast=contrast,
        attribute=attribute,
        better="higher",
        bounds=(0.0, 1.0),
    )


def gini(totals: FloatArray) -> FloatArray:
    """Gini coefficient of the totals."""
    n = totals.shape[-1]
    weights = 2.0 * np.arange(1, n + 1) - n - 1
    return np.asarray(np.sort(totals, axis=-1) @ weights / (n * totals.sum(axis=-1)))


def coverage(totals: FloatArray) -> FloatArray:
    """Share of items shown."""
    return np.asarray((totals > 0).mean(axis=-1))


def values_of(users: int, system: int) -> FloatArray:
    """(6, users) zero-inflated values of six metrics."""
    rng = np.random.default_rng([7, system])
    shape = (len(METRICS), users)
    return np.where(rng.random(shape) < 0.5, rng.beta(2, 4, shape), 0.0)


def rows_of(values: FloatArray) -> pd.DataFrame:
    """The same as a table of measurements."""
    import pandas as pd

    users = values.shape[1]
    columns = {
        "unit": np.tile(np.arange(users), len(METRICS)),
        "arm": "list",
        "metric": np.repeat(METRICS, users),
        "value": values.ravel(),
    }
    return pd.DataFrame(columns)


def audit_world(users: int) -> tuple[Measurements, pd.DataFrame]:
    """Measurements of six metrics with lists, and the groups of users."""
    import pandas as pd
    from scipy.sparse import csr_matrix

    from recaudit.records import CorpusMeasurement, Measurements

    rng = np.random.default_rng(8)
    rows = rows_of(values_of(users, 0))
    share = np.cumsum(1 / np.arange(1, ITEMS + 1))
    items = np.searchsorted(share / share[-1], rng.random((users, LENGTH))).clip(max=ITEMS - 1)
    lists = csr_matrix(
        (np.ones(items.size), (np.repeat(np.arange(users), LENGTH), items.ravel())), shape=(users, ITEMS)
    )
    corpus = tuple(
        CorpusMeasurement(metric=name, units=np.arange(users), contributions=lists, statistic=statistic)
        for name, statistic in (("gini", gini), ("coverage", coverage))
    )
    groups = pd.DataFrame(
        {
            name: pd.Series(rng.integers(0, size, users)).map("group {}".format)
            for name, size in ATTRIBUTES.items()
        }
    )
    return Measurements(rows=rows, corpus=corpus), groups


def from_tables(users: int, resamples: int) -> Callable[[], object]:
    """All of `compare_systems`, from tables of measurements."""
    from recaudit.statistics import compare_systems

    measured = {str(system): rows_of(values_of(users, system)) for system in (0, 1)}
    claims = [claim(metric, "mean") for metric in METRICS]
    return lambda: compare_systems(claims, measured, confidence=0.95, resamples=resamples, rng=1)


def from_arrays(users: int, resamples: int) -> Callable[[], object]:
    """The resampling and the intervals alone, from the differences as an array."""
    from recaudit.statistics.group_means import group_means, own_intervals
    from recaudit.statistics.resampling import resampled_moments

    differences = (values_of(users, 0) - values_of(users, 1)).T.copy()

    def work() -> object:
        moments = resampled_moments(differences, resamples, np.random.default_rng(1))
        means = group_means(METRICS, list(differences.T), moments.mean[:, 0], moments.se2[:, 0])
        return own_intervals(means, 0.95, (-1.0, 1.0))

    return work


def scipy_bootstrap(users: int, resamples: int) -> Callable[[], object]:
    """Percentile intervals of the six mean differences, each alone."""
    from scipy.stats import bootstrap

    differences = values_of(users, 0) - values_of(users, 1)
    settings = {"method": "percentile", "batch": 50, "n_resamples": resamples, "vectorized": True, "rng": 1}
    return lambda: [bootstrap((row,), np.mean, **settings) for row in differences]


def sign_flips(users: int, resamples: int) -> Callable[[], object]:
    """Permutation tests of the six differences."""
    from recaudit.statistics.permutation import permuted_statistics

    pairs = np.stack([values_of(users, 0), values_of(users, 1)], axis=2)

    def work() -> object:
        return [
            permuted_statistics(
                pair,
                lambda means: np.abs(means[..., 0] - means[..., 1]),
                permutations=resamples,
                rng=np.random.default_rng(1),
            )
            for pair in pairs
        ]

    return work


def scipy_permutation(users: int, resamples: int) -> Callable[[], object]:
    """Permutation test of the first of the six differences by scipy."""
    from scipy.stats import permutation_test

    difference = values_of(users, 0)[0] - values_of(users, 1)[0]
    settings = {"permutation_type": "samples", "batch": 50, "n_resamples": resamples, "vectorized": True}
    return lambda: permutation_test((difference,), np.mean, **settings)


def ranx(users: int, resamples: int, *, test: str) -> Callable[[], object]:
    """ranx.compare on lists of ten items with one relevant item each; "" for evaluating the two runs alone."""
    from ranx import Qrels, Run, compare, evaluate

    rng = np.random.default_rng(7)
    names = [f"u{user}" for user in range(users)]
    items = [f"i{item}" for item in range(100)]
    qrels = Qrels(
        {name: {items[wanted]: 1} for name, wanted in zip(names, rng.integers(0, 100, users), strict=True)}
    )
    runs = []
    for system in "ab":
        lists = np.argsort(rng.random((users, 100)), axis=1)[:, :10]
        found = {
            name: {items[item]: float(10 - place) for place, item in enumerate(row)}
            for name, row in zip(names, lists.tolist(), strict=True)
        }
        runs.append(Run(found, name=system))
    metrics = ["ndcg@10", "ndcg@5", "recall@10", "recall@5", "mrr@10", "map@10"]
    if not test:
        return lambda: [evaluate(qrels, run, metrics, return_mean=False) for run in runs]
    chosen = metrics[:1] if test == "fisher" else metrics
    return lambda: compare(qrels, runs, chosen, stat_test=test, n_permutations=resamples)


def audit(users: int, resamples: int, *, whole: bool) -> Callable[[], object]:
    """`estimate` as an audit uses it: the means alone, or 62 claims of which 12 are gated."""
    from recaudit.statistics import estimate

    measurements, groups = audit_world(users)
    claims = [claim(metric, "mean") for metric in METRICS]
    gated: list[str] = []
    if whole:
        gated = [one.id for one in claims] + [f"{metric} gap two" for metric in METRICS]
        contrasts: tuple[Contrast, ...] = ("gap", "ratio", "worst")
        claims += [
            claim(metric, contrast, attribute)
            for metric in METRICS
            for attribute in ATTRIBUTES
            for contrast in contrasts
        ]
        claims += [claim("gini", "corpus"), claim("coverage", "corpus")]
    return lambda: estimate(claims, measurements, groups, gated=gated, resamples=resamples, rng=1)


ENGINES: dict[str, Callable[[int, int], Callable[[], object]]] = {
    "recaudit, tables": from_tables,
    "recaudit, arrays": from_arrays,
    "scipy bootstrap": scipy_bootstrap,
    "ranx evaluate": partial(ranx, test=""),
    "ranx student": partial(ranx, test="student"),
    "recaudit sign flips": sign_flips,
    "scipy permutation, one metric": scipy_permutation,
    "ranx fisher, one metric": partial(ranx, test="fisher"),
    "audit, means": partial(audit, whole=False),
    "audit, 62 claims": partial(audit, whole=True),
}
PARTS = {
    "intervals": ["recaudit, tables", "recaudit, arrays", "scipy bootstrap", "ranx evaluate", "ranx student"],
    "permutations": ["recaudit sign flips", "scipy permutation, one metric", "ranx fisher, one metric"],
}


def run_one(engine: str, users: int, resamples: int, repeats: int) -> None:
    """Time one engine in this process and print a line of JSON."""
    work = ENGINES[engine](users, resamples)
    first = timed(work)
    calls: list[tuple[float, float]] = [first] if first[0] > FAR_TOO_LONG else []
    while len(calls) < repeats and sum(wall for wall, _ in calls) < SECONDS_PER_ENGINE:
        calls.append(timed(work))
    seconds, cpu = zip(*calls, strict=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak}))


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Wall-clock and processor seconds of a call."""
    start, used = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start, time.process_time() - used


def measure(engine: str, users: int, resamples: int, repeats: int, peers: Path) -> dict | None:
    """Run one engine in a process of its own."""
    python = python_of("ranx", peers) if engine.startswith("ranx") else sys.executable
    sizes = ["--users", str(users), "--resamples", str(resamples), "--repeats", str(repeats)]
    done = subprocess.run(
        [python, __file__, "--one", engine, *sizes], capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"{engine} failed: {done.stderr.strip().splitlines()[-1][:200]}")
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def compare_engines(engines: list[str], options: argparse.Namespace) -> None:
    """Print a line per engine, and what each needs relative to the first."""
    found: dict[str, list[dict]] = {engine: [] for engine in engines}
    for turn in range(options.rounds):
        for engine in engines:
            slow = found[engine] and max(found[engine][0]["seconds"]) > SECONDS_PER_ENGINE / 2
            if turn == 0 or (found[engine] and not slow):
                result = measure(engine, options.users[-1], options.resamples, options.repeats, options.peers)
                found[engine] += [result] if result else []
    load = {engine: median(rounds, "cpu") for engine, rounds in found.items() if rounds}
    print(
        f"\n| {options.users[-1]:,} users, {options.resamples:,} resamples | s | CPU s | x | peak GB | calls |"
    )
    print("|---|---|---|---|---|---|")
    for engine, cpu in load.items():
        rounds = found[engine]
        calls = sum(len(one["seconds"]) for one in rounds)
        peak = max(one["peak"] for one in rounds)
        print(
            f"| {engine} | {median(rounds, 'seconds'):.2f} | {cpu:.2f} | {cpu / load[engines[0]]:.1f} | "
            f"{peak:.2f} | {calls} |"
        )
    print(end="", flush=True)


def median(rounds: list[dict], what: str) -> float:
    """The median over all calls of all rounds."""
    return float(np.median([value for one in rounds for value in one[what]]))


def scale(options: argparse.Namespace) -> None:
    """Print what an audit's estimates take for more and more users."""
    print(f"\n| users, {options.resamples:,} resamples | six means s | 62 claims s | peak GB |")
    print("|---|---|---|---|")
    for users in options.users:
        parts = ["audit, means", "audit, 62 claims"]
        means, whole = (
            measure(one, users, options.resamples, options.repeats, options.peers) for one in parts
        )
        if means and whole:
            print(
                f"| {users:,} | {median([means], 'seconds'):.3f} | {median([whole], 'seconds'):.3f} | "
                f"{whole['peak']:.2f} |",
                flush=True,
            )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", default=[*PARTS, "audit"], choices=[*PARTS, "audit"])
    parser.add_argument("--users", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--resamples", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=5, help="calls per process")
    parser.add_argument("--peers", type=Path, default=Path(tempfile.gettempdir()) / "recaudit-peers")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        run_one(options.one, options.users[-1], options.resamples, options.repeats)
        return
    print(f"load of the machine when begun: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    for part in options.only:
        if part in PARTS:
            compare_engines(PARTS[part], options)
        else:
            scale(options)


if __name__ == "__main__":
    main()
