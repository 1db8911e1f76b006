from __future__ import annotations

import pytest

from recaudit.records import Limit
from recaudit.reports.sentences import pair_of, sentence_of

MINUS = "\N{MINUS SIGN}"


def test_gap_names_who_gets_less_how_much_how_sure_and_the_limit(make):
    assert sentence_of(make.gap()) == (
        "als: gender F receives ndcg@10 0.084 lower than gender M "
        "(95 % interval 0.051 to 0.117; limit: at most 0.05)."
    )


def test_ratio_worst_mean_and_corpus(make):
    groups = make.groups()
    ratio = make.finding(
        contrast="ratio",
        limit=Limit(low=0.8),
        estimate=make.estimate(0.78, 0.7, 0.86, versus="F / M", groups=groups),
    )
    worst = make.finding(
        contrast="worst",
        verdict=None,
        attribute="gender*age",
        estimate=make.estimate(0.3, 0.2, 0.4, versus="F \N{MULTIPLICATION SIGN} 18"),
    )
    assert sentence_of(ratio).startswith("als: gender F receives 0.780 times the ndcg@10 of gender M (95 %")
    assert sentence_of(ratio).endswith("limit: at least 0.8).")
    assert sentence_of(worst) == (
        "als: the worst-served gender \N{MULTIPLICATION SIGN} age, F \N{MULTIPLICATION SIGN} 18, "
        "receives a mean ndcg@10 of 0.300 (95 % interval 0.200 to 0.400)."
    )
    assert sentence_of(make.mean()).startswith("als: the mean ndcg@10 of all users is 0.300 (")
    corpus = make.mean(contrast="corpus", metric="gini@10")
    assert sentence_of(corpus).startswith("als: gini@10 of all lists together is 0.300 (")


def test_undefined_values_and_intervals_say_why(make):
    nothing = make.finding(verdict="ERROR", reason="no value: every unit has the same value")
    no_interval = make.finding(estimate=make.estimate(0.1, None, None, reason="fewer than 10 units"))
    assert sentence_of(nothing) == (
        "als: ndcg@10: largest gap by gender could not be measured (no value: every unit has the same value)."
    )
    assert "0.100 (no interval: fewer than 10 units; limit: at most 0.05)" in sentence_of(no_interval)


@pytest.mark.parametrize("separator", [" - ", f" {MINUS} ", " / "])
def test_pair_is_found_in_group_names_that_hold_separators_themselves(make, separator):
    lower, higher = "F \N{MULTIPLICATION SIGN} 18-24", "F"
    estimate = make.estimate(versus=f"{higher}{separator}{lower}", groups=make.groups(lower, higher))
    assert pair_of(estimate) == (lower, higher)


def test_a_single_group_is_no_pair(make):
    assert pair_of(make.estimate(versus="F", groups=make.groups())) is None
    assert pair_of(make.estimate(versus="unknown - F", groups=make.groups())) is None


@pytest.mark.parametrize(
    ("contrast", "baseline", "versus", "said"),
    [
        ("excess", "placebo", "placebo - gender=f", "gender=f loses 0.200 of ndcg@10 beyond placebo"),
        (
            "change",
            "neutral",
            "gender=f - neutral",
            "mean ndcg@10 is 0.200 higher in gender=f than in neutral",
        ),
        ("arm gap", "", "gender=m - gender=f", "mean ndcg@10 is 0.200 higher in gender=m than in gender=f"),
        ("arm spread", "", "", "ndcg@10: spread over arms is 0.200"),
    ],
)
def test_arms_are_named(make, contrast, baseline, versus, said):
    estimate = make.estimate(0.2, 0.1, 0.3, versus=versus)
    finding = make.finding(
        contrast=contrast, attribute=None, arms=("gender=f", "gender=m"), baseline=baseline, estimate=estimate
    )
    assert sentence_of(finding).startswith(f"als: {said} (95 % interval")


def test_a_probe_may_name_its_claim_itself(make):
    estimate = make.estimate(0.2, 0.1, 0.3)
    finding = make.finding(
        contrast="arm spread", attribute=None, arms=("a", "b"), title="SNSV of gender", estimate=estimate
    )
    assert "SNSV of gender is 0.200" in sentence_of(finding)
