from __future__ import annotations

import pytest

from recaudit.audit.result import ComparedWith, SequentialRun
from recaudit.records import Limit
from recaudit.reports.overview import overview


def test_first_screen_of_a_mixed_audit(mixed):
    view = overview(mixed)
    assert view.verdict == "FAIL"
    (lead,) = view.leads
    assert lead == (
        "als: gender F receives ndcg@10 0.084 lower than gender M "
        "(95 % interval 0.051 to 0.117; limit: at most 0.05)."
    )
    assert view.counts == "1 of 8 gates failed, 1 inconclusive, 2 not run, 4 passed"
    assert [(system.name, system.verdict, system.counts) for system in view.systems] == [
        ("als", "FAIL", "1 failed, 1 not run, 2 passed"),
        ("knn", "INCONCLUSIVE", "1 inconclusive, 1 not run, 2 passed"),
    ]
    assert [gate.verdict for gate in view.gates] == [
        "FAIL",
        "INCONCLUSIVE",
        "NOT_RUN",
        "NOT_RUN",
        "PASS",
        "PASS",
        "PASS",
        "PASS",
    ]


def test_line_of_trust(mixed):
    trust = dict(overview(mixed).trust)
    assert trust["Requests"] == "1,886"
    assert trust["Answered"] == "99.7 %"
    assert (trust["Refused"], trust["Unparsed"], trust["Failed or empty"]) == ("0 %", "0 %", "0.3 %")
    assert trust["Started"] == "2026-11-24 01:02 UTC"
    assert (trust["Seed"], trust["Config digest"], trust["recaudit"]) == ("7", "c" * 12, "0.1.0")


def test_a_system_that_could_not_be_audited_leads(make):
    broken = make.system("svd", "ERROR", failure="it could not be built: ValueError: no.", probes=())
    result = make.result(
        make.gap(),
        make.finding("svd", verdict="ERROR", reason="it could not be built"),
        systems=(make.system("als", "FAIL"), broken),
    )
    view = overview(result)
    assert view.verdict == "ERROR"
    assert view.leads[0].startswith("als: gender F")
    assert view.leads[1] == "svd could not be audited: it could not be built: ValueError: no."
    assert view.systems[1].counts == "could not be audited"


def test_an_undecidable_gate_leads_beside_the_worst_failure(make):
    undecided = make.finding("als", metric="hit@10", verdict="ERROR", reason="every unit has the same value")
    view = overview(make.result(make.gap(), undecided))
    assert [lead.split(":")[1][:12] for lead in view.leads] == [" gender F re", " hit@10"]


@pytest.mark.parametrize("verdict", ["PASS", "INCONCLUSIVE"])
def test_the_worst_gate_leads_whatever_the_verdict(make, verdict):
    view = overview(make.result(make.gap(verdict=verdict)))
    assert (view.verdict, len(view.leads)) == (verdict, 1)


def test_without_gates_nothing_is_decided(make):
    view = overview(make.result(make.mean()))
    assert (view.verdict, view.leads, view.gates, view.counts) == ("NOT_RUN", (), (), "no gates were set")


def test_a_baseline_is_told_in_words(make):
    change = make.finding(
        verdict="FAIL",
        contrast="mean",
        attribute=None,
        id="quality/ndcg@10-change",
        title="change of ndcg@10 since the baseline",
        estimate=make.estimate(-0.05, -0.08, -0.02, confidence=0.9),
        limit=Limit(low=-0.01),
    )
    base = ComparedWith(
        name="audit-baseline.json",
        digest="b" * 64,
        started="2026-11-20T10:00:00+00:00",
        counts={"new": 1, "fixed": 2, "unchanged": 3},
    )
    result = make.result(make.gap(verdict="PASS"), change, compared_with=base)
    view = overview(result)
    assert view.baseline == (
        "Against the baseline audit-baseline.json of 2026-11-20 10:00 UTC: "
        "1 newly failing, 2 fixed, 3 no change shown."
    )
    assert view.gates[0].title == "change of ndcg@10 since the baseline"
    assert view.gates[0].interval.endswith("(90 % interval)")
    assert overview(make.result(make.gap())).baseline == ""


def test_a_sequential_run_says_what_it_saved(make):
    run = SequentialRun(
        batch=25, looks=2, units=50, planned_units=200, requests=100, planned_requests=400, settled=True
    )
    view = overview(make.result(make.gap(), systems=(make.system("als", "FAIL", sequential=run),)))
    assert dict(view.trust)["Saved by stopping early"] == "300 of 400 requests"
    assert view.sequential[0].startswith("als: asked 100 of 400 planned requests")
