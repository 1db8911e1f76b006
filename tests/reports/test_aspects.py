from __future__ import annotations

from dataclasses import replace

from recaudit.records import Limit
from recaudit.reports.aspects import aspect_of, aspect_rows


def test_a_field_has_the_worst_verdict_and_the_gate_that_matters(mixed):
    first, second = aspect_rows(mixed)
    good, fair, steady = first.cells
    assert (good.verdict, good.counts, good.claim.value) == ("PASS", "1 not run, 1 passed", "0.300")
    assert (fair.verdict, fair.counts, fair.claim.id) == (
        "FAIL",
        "1 failed, 1 passed",
        "quality/gender/ndcg@10-gap",
    )
    assert (steady.verdict, steady.counts, steady.claim) == (None, "not asked", None)
    assert second.cells[1].verdict == "INCONCLUSIVE"


def test_comparing_groups_of_users_is_a_question_of_fairness(make):
    assert aspect_of(make.gap().hypothesis, {"quality": "good"}) == "fair"
    assert aspect_of(make.mean().hypothesis, {"quality": "good"}) == "good"


def test_without_limits_a_number_is_no_verdict(make):
    (row,) = aspect_rows(make.result(make.mean(limit=None)))
    assert (row.cells[0].verdict, row.cells[0].counts) == (None, "measured, no limit set")


def test_what_could_not_be_asked_says_why(make):
    finding = make.finding(
        probe="position", contrast="mean", attribute=None, verdict="NOT_RUN", reason="no candidates"
    )
    (row,) = aspect_rows(make.result(replace(finding, limit=None)))
    assert (row.cells[2].verdict, row.cells[2].counts) == ("NOT_RUN", "no candidates")


def test_costs_are_in_words(make):
    system = make.system()
    usage = replace(
        system.usage, cost=0.1234, currency="EUR", throughput=1714.5, request_seconds=(0.8, 1.5, 3.0)
    )
    result = make.result(make.mean(limit=Limit(low=0.1)), systems=(replace(system, usage=usage),))
    assert aspect_rows(result)[0].cost == ("0.1234 EUR", "1,714 answers per s", "median 0.80 s per request")
    assert aspect_rows(make.result(make.mean()))[0].cost == ("not known",)
