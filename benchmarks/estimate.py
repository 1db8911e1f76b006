"""Speed of `estimate` beside scipy's bootstrap, at several numbers of users.

python benchmarks/estimate.py [--users 1000 10000 100000] [--resamples 1000] [--repeats 3]

"means" estimates the mean of six metrics, and scipy.stats.bootstrap(method="percentile", batch=50) does the same, one
call per metric. "audit" adds the gap, the ratio and the worst mean of every metric for groups of 2, 7 and 21, and Gini
and coverage of the lists: 62 claims, the means and the gaps of the first attribute gated together. Ratios to scipy in
the same run are the result; seconds depend on the machine. Best of the repeats, after one call to warm up.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.stats import bootstrap

from recaudit.records import Contrast, CorpusMeasurement, FloatArray, Hypothesis, Measurements
from recaudit.statistics import estimate

METRICS = [f"metric {number}" for number in range(1, 7)]
ATTRIBUTES = {"two": 2, "seven": 7, "twenty-one": 21}
ITEMS, LENGTH = 2000, 10


def claim(metric: str, contrast: Contrast, attribute: str | None = None) -> Hypothesis:
    """A claim whose id says what it compares."""
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


def world(users: int) -> tuple[FloatArray, Measurements, pd.DataFrame]:
    """Zero-inflated values of six metrics, (6, users); the same as measurements with lists; and the groups."""
    rng = np.random.default_rng(7)
    values = np.where(rng.random((len(METRICS), users)) < 0.5, rng.beta(2, 4, (len(METRICS), users)), 0.0)
    rows = pd.DataFrame(
        {
            "unit": np.tile(np.arange(users), len(METRICS)),
            "metric": np.repeat(METRICS, users),
            "value": values.ravel(),
        }
    )
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
    return values, Measurements(rows=rows, corpus=corpus), groups


def scipy_means(values: FloatArray, resamples: int) -> None:
    """Percentile intervals of six means, (6, users), by scipy."""
    for row in values:
        bootstrap(
            (row,), np.mean, method="percentile", batch=50, n_resamples=resamples, vectorized=True, rng=1
        )


def best(call: Callable[[], object], repeats: int) -> float:
    """Seconds of the fastest of several calls, after one to warm up."""
    call()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    """Time and print one table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--users", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--resamples", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    means = [claim(metric, "mean") for metric in METRICS]
    gated = [one.id for one in means] + [f"{metric} gap two" for metric in METRICS]
    audit = [
        *means,
        *(
            claim(metric, contrast, attribute)
            for metric in METRICS
            for attribute in ATTRIBUTES
            for contrast in ("gap", "ratio", "worst")
        ),
        claim("gini", "corpus"),
        claim("coverage", "corpus"),
    ]
    print(f"{options.resamples:,} resamples; seconds, best of {options.repeats}")
    print(f"{'users':>9} {'scipy means':>12} {'means':>8} {'x scipy':>8} {'audit':>8} {'claims':>7}")
    for users in options.users:
        values, measurements, groups = world(users)
        estimated = partial(
            estimate, measurements=measurements, groups=groups, resamples=options.resamples, rng=1
        )
        theirs = best(partial(scipy_means, values, options.resamples), options.repeats)
        only_means = best(partial(estimated, means, gated=[]), options.repeats)
        whole = best(partial(estimated, audit, gated=gated), options.repeats)
        ratio = theirs / only_means
        print(
            f"{users:>9,} {theirs:>12.3f} {only_means:>8.3f} {ratio:>7.1f}x {whole:>8.3f} {len(audit):>7}",
            flush=True,
        )


if __name__ == "__main__":
    main()
