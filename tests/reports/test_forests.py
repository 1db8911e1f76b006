from __future__ import annotations

from recaudit.records import GroupEstimate, Limit
from recaudit.reports.columns import ABREAST
from recaudit.reports.forests import forests, means_of_all


def test_forest_has_groups_small_groups_and_the_mean_of_all(make):
    findings = [make.gap("als"), make.gap("knn")]
    everyone = [make.mean("als", 0.35), make.mean("knn", 0.33)]
    (forest,) = forests(findings, means_of_all(everyone), ["als", "knn"])
    assert [(row.group, row.n) for row in forest.rows] == [("M", "670"), ("F", "273"), ("other", "4")]
    small = forest.rows[2].cells[0]
    assert small is not None
    assert (small.value, small.mark, small.note) == ("", None, "fewer than 20 units; not compared")
    women = forest.rows[1].cells[0]
    assert women is not None
    assert women.mark is not None
    assert (women.value, women.interval, women.n) == ("0.300", "0.270 to 0.330", "273")
    assert forest.notes == {"fewer than 20 units; not compared": "a"}
    assert [scale.reference for scale in forest.scales] == [0.35, 0.33]
    assert len({(scale.left, scale.right) for scale in forest.scales}) == 1


def test_forest_shows_the_limit_of_all_users_nowhere(make):
    everyone = [make.mean("als", 0.35, verdict="PASS", limit=Limit(low=0.1))]
    (forest,) = forests([make.gap("als")], means_of_all(everyone), ["als"])
    total = forest.everyone[0]
    assert total is not None
    assert total.mark is not None
    assert (total.mark.floor, total.mark.ceiling) == (None, None)


def test_the_mean_of_all_users_is_that_of_the_same_metric_and_arms_whatever_its_title(make):
    titled = make.mean("als", 0.35, title="how good it is")
    others = [make.mean("als", 0.1, metric="hit@10"), make.mean("als", 0.2, arms=("placebo",))]
    (forest,) = forests([make.gap("als")], means_of_all([titled, *others]), ["als"])
    assert [cell and cell.value for cell in forest.everyone] == ["0.350"]
    (without,) = forests([make.gap("als")], means_of_all(others), ["als"])
    assert without.everyone == (None,)


def test_findings_without_groups_make_no_forest(make):
    assert forests([make.finding(verdict="ERROR")], {}, ["als"]) == ()


def test_systems_without_a_single_group_have_no_column(make):
    small = make.estimate(
        None,
        None,
        None,
        groups=(GroupEstimate(group="F", n=3, value=None, low=None, high=None, note="too few"),),
    )
    tiny = make.finding("llm", verdict=None, estimate=small)
    (forest,) = forests([make.gap("als"), tiny], {}, ["als", "llm"])
    assert forest.systems == ("als",)
    assert [len(row.cells) for row in forest.rows] == [1, 1, 1]
    assert forests([tiny], {}, ["llm"]) == ()


def test_many_systems_leave_plots_to_attributes_with_a_gate(make):
    names = [f"system {place}" for place in range(ABREAST + 1)]
    (gated,) = forests([make.gap(name) for name in names], {}, names)
    assert len(gated.scales) == len(names)
    free = [make.finding(name, verdict=None, estimate=make.gap().estimate) for name in names]
    (plain,) = forests(free, {}, names)
    assert plain.scales == ()
    assert all(row.cells[0] for row in plain.rows)
