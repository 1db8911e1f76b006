from __future__ import annotations

from recaudit.records import Limit
from recaudit.reports.comparison import SYSTEMS_ABREAST, claim_rows, forests, sparing


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


def test_forest_has_groups_small_groups_and_the_mean_of_all(make):
    findings = [make.gap("als"), make.gap("knn")]
    everyone = claim_rows([make.mean("als", 0.35), make.mean("knn", 0.33)], ["als", "knn"])
    (forest,) = forests(findings, everyone, ["als", "knn"])
    assert [(row.group, row.n) for row in forest.rows] == [("M", "670"), ("F", "273"), ("other", "4")]
    small = forest.rows[2].cells[0]
    assert small is not None
    assert (small.value, small.mark, small.note) == ("", None, "fewer than 20 units; not compared")
    women = forest.rows[1].cells[0]
    assert women is not None
    assert women.mark is not None
    assert women.mark.label == "F: 0.300, 95 % interval 0.270 to 0.330, n 273"
    assert forest.scales is not None
    assert [scale.reference for scale in forest.scales] == [0.35, 0.33]
    assert len({(scale.left, scale.right) for scale in forest.scales}) == 1


def test_forest_shows_the_limit_of_all_users_nowhere(make):
    everyone = claim_rows([make.mean("als", 0.35, verdict="PASS", limit=Limit(low=0.1))], ["als"])
    (forest,) = forests([make.gap("als")], everyone, ["als"])
    total = forest.everyone[0]
    assert total is not None
    assert total.mark is not None
    assert (total.mark.floor, total.mark.ceiling) == (None, None)


def test_findings_without_groups_make_no_forest(make):
    assert forests([make.finding(verdict="ERROR")], (), ["als"]) == ()


def test_many_systems_leave_plots_to_what_a_gate_asks_about(make):
    for count, drawn in ((SYSTEMS_ABREAST, [True, True]), (SYSTEMS_ABREAST + 1, [True, False])):
        names = [f"system {place}" for place in range(count)]
        findings = [
            one
            for name in names
            for one in (make.gap(name), make.mean(name, attribute="gender", metric="hit@10"))
        ]
        rows = sparing(claim_rows(findings, names), names)
        assert [row.scale is not None for row in rows] == drawn
        assert all(cell and cell.value and cell.interval for row in rows for cell in row.cells)
