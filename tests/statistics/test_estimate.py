from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from recaudit.errors import DataError, InputError, UnknownNameError
from recaudit.records import CorpusMeasurement, Measurements
from recaudit.statistics import estimate

RNG = np.random.default_rng(42)
SIZES = (120, 90, 60)
VALUES = RNG.beta(3, 4, sum(SIZES))
HITS = (RNG.random(sum(SIZES)) < 0.3).astype(float)


@pytest.fixture
def four_claims(claim):
    return [claim("mean"), claim("gap"), claim("ratio"), claim("worst")]


def shown(totals: np.ndarray) -> np.ndarray:
    return (totals > 0).mean(axis=-1)


def test_one_seed_gives_identical_numbers_and_another_does_not(four_claims, measured, grouped) -> None:
    def run(rng: int | np.random.Generator) -> object:
        return estimate(
            four_claims, measured(m=VALUES), grouped(*SIZES), gated=["gap", "mean"], resamples=300, rng=rng
        )

    assert run(7) == run(7) == run(np.random.default_rng(7))
    assert run(7) != run(8)


def test_order_of_units_rows_and_groups_changes_nothing(four_claims, claim, grouped) -> None:
    names = np.array([f"u{unit:03d}" for unit in range(sum(SIZES))])
    rows = pd.concat(
        [
            pd.DataFrame({"unit": names, "metric": "m", "value": VALUES, "replicate": 0}),
            pd.DataFrame({"unit": names, "metric": "m", "value": 1 - VALUES**2, "replicate": 1}),
        ]
    )
    groups = grouped(*SIZES).set_axis(names)
    lists = csr_matrix(RNG.poisson(0.02, (len(names), 40)).astype(float))
    claims = [*four_claims, claim("corpus", metric="coverage")]

    def run(rows: pd.DataFrame, groups: pd.DataFrame, order: np.ndarray) -> object:
        corpus = CorpusMeasurement(
            metric="coverage", units=names[order], contributions=lists[order], statistic=shown
        )
        together = Measurements(rows=rows, corpus=(corpus,))
        return estimate(claims, together, groups, gated=["gap", "corpus"], resamples=200, rng=3)

    found = run(rows, groups, np.arange(len(names)))
    shuffled = run(
        rows.sample(frac=1, random_state=0), groups.sample(frac=1, random_state=1), np.arange(len(names))
    )
    assert shuffled == found


def test_gated_claims_are_one_family_and_the_others_stand_alone(four_claims, measured, grouped) -> None:
    found = estimate(four_claims, measured(m=VALUES), grouped(*SIZES), gated=["mean", "gap", "worst"], rng=0)
    assert [found[name].family for name in ("mean", "gap", "worst")] == [
        "3 gated claims about this system"
    ] * 3
    assert {found[name].family_size for name in ("mean", "gap", "worst")} == {3}
    assert (found["ratio"].family, found["ratio"].family_size) == ("this claim alone", 1)
    assert list(found) == ["mean", "gap", "ratio", "worst"]


def test_one_gated_claim_is_as_wide_as_the_claim_alone(four_claims, measured, grouped) -> None:
    alone = estimate(four_claims, measured(m=VALUES), grouped(*SIZES), gated=[], rng=0)
    one = estimate(four_claims, measured(m=VALUES), grouped(*SIZES), gated=["gap"], rng=0)
    assert (one["gap"].low, one["gap"].high) == (alone["gap"].low, alone["gap"].high)
    assert one["gap"].family == "1 gated claim about this system"


def test_gated_intervals_are_wider_than_the_same_claims_alone(four_claims, measured, grouped) -> None:
    alone = estimate(four_claims, measured(m=VALUES), grouped(*SIZES), gated=[], rng=0)
    together = estimate(
        four_claims, measured(m=VALUES), grouped(*SIZES), gated=[claim.id for claim in four_claims], rng=0
    )
    for name in alone:
        assert together[name].value == alone[name].value
        assert together[name].low <= alone[name].low
        assert together[name].high >= alone[name].high
    assert together["mean"].low < alone["mean"].low


@pytest.mark.parametrize(
    ("screening", "used"), [("benjamini-hochberg", "fdr_bh"), ("benjamini-yekutieli", "fdr_by")]
)
def test_p_values_are_adjusted_by_holm_among_gated_and_by_fdr_among_others(
    claim, measured, grouped, screening, used
) -> None:
    from statsmodels.stats.multitest import multipletests

    claims = [
        claim("gap", id=f"{contrast}-{metric}", metric=metric)
        for contrast in ("gated", "other")
        for metric in ("m", "hit", "shift")
    ]
    shift = np.clip(VALUES + np.repeat([0.0, 0.06, 0.0], SIZES), 0, 1)
    found = estimate(
        claims,
        measured(m=VALUES, hit=HITS, shift=shift),
        grouped(*SIZES),
        gated=[claim.id for claim in claims[:3]],
        rng=0,
        screening=screening,
    )
    for part, method in ((claims[:3], "holm"), (claims[3:], used)):
        p = [found[claim.id].p for claim in part]
        assert [found[claim.id].p_adjusted for claim in part] == pytest.approx(
            multipletests(p, method=method)[1]
        )


def test_a_gate_over_many_small_groups_leaves_the_mean_usable(claim, measured) -> None:
    values = np.random.default_rng(1).beta(1, 3, 1500)
    groups = pd.DataFrame({"g": [f"g{unit % 50}" for unit in range(1500)]})
    claims = [claim("mean"), claim("gap")]
    alone = estimate(claims, measured(m=values), groups, gated=[], rng=0)["mean"]
    together = estimate(claims, measured(m=values), groups, gated=["mean", "gap"], rng=0)["mean"]
    assert (together.high - together.low) < 1.3 * (alone.high - alone.low)


def test_mean_agrees_with_the_percentile_bootstrap_of_scipy(claim, measured) -> None:
    from scipy.stats import bootstrap

    values = np.random.default_rng(2).exponential(0.1, 3000).clip(0, 1)
    seen = estimate([claim("mean")], measured(m=values), pd.DataFrame(), gated=[], resamples=5000, rng=0)[
        "mean"
    ]
    oracle = bootstrap((values,), np.mean, method="percentile", n_resamples=5000, batch=500, rng=1)
    interval = oracle.confidence_interval
    width = interval.high - interval.low
    assert (seen.low, seen.high) == pytest.approx((interval.low, interval.high), abs=0.06 * width)
    assert seen.standard_error == pytest.approx(oracle.standard_error, rel=0.05)


@pytest.mark.parametrize("margin", [0.005, 0.012, 0.02, 0.03, 0.05])
def test_the_interval_within_a_margin_is_tost(claim, measured, margin: float) -> None:
    from statsmodels.stats.weightstats import ttost_paired

    rng = np.random.default_rng(3)
    base = rng.random(800)
    other = base + rng.normal(0.004, 0.2, 800)
    seen = estimate(
        [claim("mean", bounds=(-2.0, 2.0))],
        measured(m=other - base),
        pd.DataFrame(),
        gated=[],
        confidence=0.9,
        rng=0,
    )["mean"]
    p, _, _ = ttost_paired(other, base, -margin, margin)
    assert (-margin < seen.low and seen.high < margin) == (p < 0.05)


def test_duplicating_every_row_changes_nothing(four_claims, measured, grouped) -> None:
    once = measured(m=VALUES)
    twice = Measurements(rows=pd.concat([once.rows, once.rows]))
    assert estimate(four_claims, twice, grouped(*SIZES), gated=["gap"], resamples=200, rng=0) == estimate(
        four_claims, once, grouped(*SIZES), gated=["gap"], resamples=200, rng=0
    )


def test_other_metrics_claims_and_attributes_do_not_move_a_claim(claim, measured, grouped) -> None:
    groups = grouped(*SIZES).assign(h=np.tile(["x", "y"], sum(SIZES) // 2))
    alone = estimate([claim("gap")], measured(m=VALUES), groups, gated=[], rng=0)["gap"]
    claims = [claim("gap"), claim("gap", id="h", attribute="h"), claim("mean", id="hit", metric="hit")]
    crowded = estimate(claims, measured(m=VALUES, hit=HITS), groups, gated=["h", "hit"], rng=0)["gap"]
    assert (crowded.value, crowded.low, crowded.high, crowded.p) == pytest.approx(
        (alone.value, alone.low, alone.high, alone.p), rel=1e-12
    )


def test_a_unit_of_the_lists_alone_counts_for_the_corpus_and_not_for_the_mean(claim) -> None:
    rows = pd.DataFrame({"unit": np.arange(50), "metric": "m", "value": VALUES[:50]})
    corpus = CorpusMeasurement(
        metric="coverage",
        units=np.arange(80),
        contributions=csr_matrix(RNG.poisson(0.05, (80, 30)).astype(float)),
        statistic=shown,
    )
    claims = [claim("mean"), claim("corpus", metric="coverage")]
    found = estimate(
        claims, Measurements(rows=rows, corpus=(corpus,)), pd.DataFrame(), gated=[], resamples=200, rng=0
    )
    assert (found["mean"].n, found["mean"].n_missing, found["corpus"].n) == (50, 0, 80)


def test_no_rows_at_all(claim, grouped) -> None:
    empty = Measurements(
        rows=pd.DataFrame(
            {"unit": [], "metric": pd.Series([], dtype=str), "value": pd.Series([], dtype=float)}
        )
    )
    found = estimate([claim("mean"), claim("gap")], empty, grouped(3, 3), gated=["gap"], rng=0)
    assert found["mean"].reason == "nothing was measured for m"
    assert found["gap"].reason == "fewer than two groups of at least 20 units"


def test_no_claims_no_estimates(measured) -> None:
    assert estimate([], measured(m=VALUES), pd.DataFrame(), gated=[], rng=0) == {}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"confidence": 95}, "confidence is 95; give a level from 0.5 to below 1"),
        ({"resamples": 18}, "18 resamples cannot give a 95% interval; give at least 19"),
        ({"confidence": 0.99, "resamples": 98}, "give at least 99"),
        ({"min_group": 1}, "min_group is 1; give at least 2"),
    ],
)
def test_settings_out_of_range(claim, measured, settings: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        estimate([claim("mean")], measured(m=VALUES), pd.DataFrame(), gated=[], rng=0, **settings)


def test_the_fewest_allowed_resamples_work(claim, measured) -> None:
    seen = estimate([claim("mean")], measured(m=VALUES), pd.DataFrame(), gated=[], resamples=19, rng=0)[
        "mean"
    ]
    assert np.isfinite([seen.low, seen.high]).all()


def test_a_gated_id_that_no_claim_has(claim, measured) -> None:
    with pytest.raises(UnknownNameError, match="unknown gated claim 'maen', did you mean 'mean'"):
        estimate([claim("mean")], measured(m=VALUES), pd.DataFrame(), gated=["maen"], rng=0)


def test_a_value_outside_the_bounds(claim, measured) -> None:
    with pytest.raises(DataError, match=r"m has the value 1\.5, outside the bounds 0 and 1 of claim 'mean'"):
        estimate([claim("mean")], measured(m=np.append(VALUES, 1.5)), pd.DataFrame(), gated=[], rng=0)


def test_claims_that_make_no_sense(claim, measured, grouped) -> None:
    def run(*claims: object) -> None:
        estimate(claims, measured(m=VALUES), grouped(*SIZES), gated=[], rng=0)

    with pytest.raises(ValueError, match="two claims have the id 'mean'"):
        run(claim("mean"), claim("mean"))
    with pytest.raises(ValueError, match="'gap' compares groups and names no attribute"):
        run(claim("gap", attribute=None))
    with pytest.raises(ValueError, match="without a better end"):
        run(claim("worst", better="zero"))


def test_importing_the_room_loads_no_heavy_package() -> None:
    heavy = "{'scipy.stats', 'statsmodels', 'fairlearn'}"
    code = f"import sys, recaudit.statistics; print(sorted({heavy} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_without_tests_everything_but_p_values_is_the_same(claim, measured) -> None:
    rows = measured(m=VALUES).rows
    both = pd.concat([rows.assign(arm="a"), rows.assign(arm="b", value=VALUES[::-1])])
    claims = [claim("mean"), claim("change", arms=("b",), baseline="a")]
    full, quick = (
        estimate(claims, Measurements(rows=both), pd.DataFrame(), gated=["mean"], rng=0, tests=tests)
        for tests in (True, False)
    )
    assert full["change"].p is not None
    for name, seen in full.items():
        assert quick[name] == replace(seen, p=None, p_adjusted=None, by_chance=None)
