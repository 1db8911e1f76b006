from __future__ import annotations

from dataclasses import replace

from recaudit.reports.columns import ABREAST, Silent
from recaudit.reports.comparison import claim_rows, claim_table, sparing


def test_claims_stand_in_rows_and_systems_in_columns(make):
    findings = [make.mean("als", 0.3), make.mean("knn", 0.2), make.mean("knn", 0.9, metric="hit@10")]
    rows = claim_rows(findings, ["als", "knn"])
    assert [row.title for row in rows] == ["mean ndcg@10", "mean hit@10"]
    assert [cell and cell.value for cell in rows[0].cells] == ["0.300", "0.200"]
    assert [cell and cell.value for cell in rows[1].cells] == [None, "0.900"]


def test_one_scale_holds_all_intervals_of_a_row_and_what_no_difference_means(make):
    (gap,) = claim_rows([make.gap("als"), make.gap("knn", "PASS")], ["als", "knn"])
    assert gap.scale is not None
    assert gap.scale.left <= 0
    assert gap.scale.right >= 0.117
    assert gap.scale.reference == 0
    (mean,) = claim_rows([make.mean(better="zero")], ["als"])
    assert mean.scale is not None
    assert mean.scale.reference == 0
    assert mean.better == "best near 0"


def test_many_systems_leave_plots_to_the_key_measures(make):
    for count, drawn in ((ABREAST, [True, True]), (ABREAST + 1, [False, False])):
        names = [f"system {place}" for place in range(count)]
        findings = [
            one
            for name in names
            for one in (make.gap(name), make.mean(name, attribute="gender", metric="hit@10"))
        ]
        rows = sparing(claim_rows(findings, names), names)
        assert [row.scale is not None for row in rows] == drawn
        assert all(cell and cell.value and cell.interval for row in rows for cell in row.cells)


def test_many_systems_leave_effect_sizes_to_what_a_gate_asks_about(make):
    names = [f"system {place}" for place in range(ABREAST + 1)]
    strong = make.estimate(effect_size=0.3, p=0.004)
    for verdict, strength in (("FAIL", "g 0.300"), (None, "")):
        findings = [make.finding(name, verdict=verdict, estimate=strong) for name in names]
        [row] = sparing(claim_rows(findings, names), names)
        assert {cell and cell.strength for cell in row.cells} == {strength}
        assert all(cell and "p = 0.004" in cell.notes for cell in row.cells)


def test_a_row_counts_the_units_of_most_systems(make):
    few = make.mean("llm", verdict=None)
    few = replace(few, estimate=make.estimate(0.1, 0.0, 0.2, n=10))
    [row] = claim_rows([make.mean("als"), make.mean("knn"), few], ["als", "knn", "llm"])
    assert row.n == "943"
    assert [cell and cell.n for cell in row.cells] == [943, 943, 10]


def test_systems_with_one_reason_and_nothing_else_have_no_column(make):
    def unasked(system: str, metric: str):
        return make.finding(
            system, metric=metric, verdict="NOT_RUN", limit=None, reason="the system takes no profiles"
        )

    names = ["als", "llm", "knn", "bpr"]
    findings = [make.mean("llm", metric=metric) for metric in ("rbo@6", "ndcg@6")]
    findings += [
        replace(unasked(system, metric), hypothesis=finding.hypothesis, limit=None)
        for system in ("als", "knn")
        for metric, finding in zip(("rbo@6", "ndcg@6"), findings, strict=False)
    ]
    table = claim_table(claim_rows(findings, names), names)
    assert table.systems == ("llm",)
    assert [[cell and cell.value for cell in row.cells] for row in table.rows] == [["0.300"], ["0.300"]]
    assert table.silent == (
        Silent(systems=("als", "knn"), reason="the system takes no profiles"),
        Silent(systems=("bpr",), reason="not claimed"),
    )


def test_a_gate_that_could_not_be_decided_keeps_its_column_and_its_reason(make):
    findings = [make.gap("als"), make.finding("llm", verdict="ERROR", reason="no answers")]
    table = claim_table(claim_rows(findings, ["als", "llm"]), ["als", "llm"])
    assert table.systems == ("als", "llm")
    assert table.notes == {"no answers": "a"}
