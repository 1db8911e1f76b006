from __future__ import annotations

import pytest

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
