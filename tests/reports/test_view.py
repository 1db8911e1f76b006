from __future__ import annotations

from recaudit.records import SystemCard
from recaudit.reports.view import view_of


def test_one_section_per_probe_and_attribute(mixed):
    view = view_of(mixed)
    assert [(probe.name, probe.anchor) for probe in view.probes] == [
        ("quality", "probe-1"),
        ("popularity", "probe-2"),
    ]
    (gender,) = view.probes[0].attributes
    assert (gender.name, gender.anchor, gender.settled) == ("gender", "probe-1-1", False)
    assert gender.gates == "1 of 4 gates failed, 1 inconclusive, 2 passed"
    assert len(gender.claims.rows) == 4
    assert gender.means is not None
    assert [part.system for part in gender.means.parts] == ["als", "knn"]


def test_sections_without_a_broken_gate_are_settled(make):
    (section,) = view_of(make.result(make.gap(verdict="PASS"))).probes[0].attributes
    assert section.settled


def test_every_finding_is_on_the_page(mixed):
    view = view_of(mixed)
    rows = [row for probe in view.probes for row in probe.everyone.rows]
    rows += [row for probe in view.probes for part in probe.attributes for row in part.claims.rows]
    shown = [claim for row in rows for claim in row.cells if claim is not None]
    assert sorted((claim.system, claim.id) for claim in shown) == sorted(
        (finding.system, finding.hypothesis.id) for finding in mixed.findings
    )


def test_a_system_says_what_it_is(make):
    llm = make.system(
        card=SystemCard(name="p5", llm="t5", llm_parameters=220_000_000, tuned=True, crm_at_inference=False)
    )
    view = view_of(make.result(systems=(make.system("als"), llm)))
    assert view.systems[1].quadrant == "tuned, no CRM"
    assert view.systems[1].llm == "t5 (220,000,000 parameters)"
    assert view.systems[1].answered == "940 of 943 (99.7 %)"


def test_a_claim_points_at_its_section(mixed):
    view = view_of(mixed)
    anchors = {claim.id: view.anchor_of(claim) for claim in view.overview.gates}
    assert anchors["quality/ndcg@10"] == "probe-1"
    assert anchors["quality/gender/ndcg@10-gap"] == "probe-1-1"


def test_a_probe_answers_its_question_in_a_sentence(mixed, make):
    quality, popularity = view_of(mixed).probes
    assert quality.answer[0] == "1 of 8 gates failed, 1 inconclusive, 2 not run, 4 passed."
    assert quality.answer[1].startswith("als: gender F receives ndcg@10 0.084 lower")
    assert popularity.answer[0] == "No limit was set here, so nothing was decided."
    assert popularity.answer[1].startswith("als: coverage@10 of all lists together is 0.600")


def test_methods_are_counted(make):
    corpus = make.finding(
        contrast="corpus", attribute=None, estimate=make.estimate(method="centred bootstrap")
    )
    methods = view_of(make.result(make.gap(), make.mean(), corpus)).probes[0].methods
    assert [(row.estimand, row.method, row.claims) for row in methods] == [
        ("largest difference between the means of two groups of users", "studentised bootstrap", "1"),
        ("mean over units", "studentised bootstrap", "1"),
        ("one statistic of all lists together", "centred bootstrap", "1"),
    ]
    assert methods[0].test == "no difference between groups; Holm"


def test_a_result_without_findings_has_a_page(make):
    view = view_of(make.result(systems=(make.system(probes=()),)))
    assert view.probes == ()
