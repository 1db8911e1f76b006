from __future__ import annotations

import math
import random

import pytest

from recaudit.records import Limit
from recaudit.reports.claims import claim_of, excess, worst_first


def test_worst_first_orders_by_verdict_then_by_distance_to_the_limit(make):
    def gate(verdict, value, system):
        return make.finding(
            system, verdict=verdict, estimate=make.estimate(value, value - 0.01, value + 0.01)
        )

    ordered = [
        gate("FAIL", 0.2, "a"),
        gate("FAIL", 0.1, "b"),
        make.finding("c", verdict="ERROR", reason="nothing"),
        gate("INCONCLUSIVE", 0.06, "d"),
        gate("INCONCLUSIVE", 0.04, "e"),
        make.finding("f", verdict="NOT_RUN", reason="not offered"),
        gate("PASS", 0.03, "g"),
        gate("PASS", 0.001, "h"),
    ]
    shuffled = ordered.copy()
    random.Random(1).shuffle(shuffled)  # noqa: S311 - any order will do
    assert worst_first(shuffled) == ordered


@pytest.mark.parametrize(
    ("limit", "value", "expected"),
    [
        (Limit(high=0.05), 0.10, 1.0),
        (Limit(low=0.8), 0.4, 0.5),
        (Limit(low=-1, high=1), 0.5, -0.5),
        (Limit(low=-2, high=1), -3.0, 0.5),
        (Limit(high=0.0), 0.25, 0.25),
    ],
)
def test_excess_is_a_share_of_the_limit(make, limit, value, expected):
    assert excess(make.finding(limit=limit, estimate=make.estimate(value))) == pytest.approx(expected)


def test_excess_without_a_value_is_infinite(make):
    assert excess(make.finding(verdict="ERROR")) == math.inf


def test_a_claim_holds_every_number_in_words(make):
    claim = claim_of(make.gap())
    assert (claim.value, claim.interval, claim.limit) == ("0.084", "0.051 to 0.117", "at most 0.05")
    assert (claim.n, claim.missing) == (943, 3)
    assert claim.notes == "M \N{MINUS SIGN} F; p < 0.001 (0.001); 3 without a value"
    assert claim.mark is not None
    assert (claim.mark.low, claim.mark.high, claim.mark.ceiling) == (0.051, 0.117, 0.05)


def test_a_claim_without_an_estimate_has_words_only(make):
    claim = claim_of(make.finding(verdict="NOT_RUN", reason="not offered"))
    assert (claim.value, claim.interval, claim.n, claim.mark, claim.reason) == (
        "",
        "",
        0,
        None,
        "not offered",
    )


def test_reasons_of_verdict_and_estimate_are_both_told_and_not_twice(make):
    estimate = make.estimate(reason="1 group is too small")
    assert claim_of(make.finding(estimate=estimate, reason="beyond")).reason == "beyond; 1 group is too small"
    assert (
        claim_of(make.finding(estimate=estimate, reason="1 group is too small")).reason
        == "1 group is too small"
    )


def test_what_chance_alone_gives_stands_beside_the_value(make):
    estimate = make.estimate(0.2, 0.1, 0.3, by_chance=0.0512)
    claim = claim_of(make.finding(contrast="arm gap", attribute=None, arms=("a", "b"), estimate=estimate))
    assert claim.notes == "0.051 by chance alone; 3 without a value"
    assert "by chance" not in claim_of(make.gap()).notes
