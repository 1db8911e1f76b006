from __future__ import annotations

from dataclasses import replace

from report_inputs import make_system_comparison

from recaudit.reports.html import render_html
from recaudit.reports.versus import versus

QUADRANTS = {"knn": "conventional", "als": "conventional", "gpt": "frozen, no CRM"}


def test_a_row_counts_how_many_systems_each_is_told_apart_from():
    table = versus([make_system_comparison()], (), QUADRANTS)
    assert table is not None
    assert table.systems == ("knn", "als", "gpt")
    [row] = table.rows
    assert (row.id, row.title, row.better) == ("quality/ndcg@10", "mean ndcg@10", "higher is better")
    assert [(cell.mean, cell.above, cell.below, cell.undecided) for cell in row.cells if cell] == [
        ("0.100", 0, 1, 1),
        ("0.120", 1, 0, 1),
        ("0.110", 0, 0, 2),
    ]


def test_best_first_and_every_pair_stands_once():
    table = versus([make_system_comparison()], (), QUADRANTS)
    assert table is not None
    [pairs] = table.pairs
    assert (pairs.title, pairs.word) == ("mean ndcg@10", "Better than")
    als, gpt, knn = pairs.rows
    assert (als.system, als.mean) == ("als", "0.120")
    assert als.above == ("knn by 0.020 (0.010 to 0.030)",)
    assert als.undecided == ("gpt (only 4 units in common)",)
    assert gpt.undecided == ("knn (−0.001 to 0.020)",)
    assert (knn.above, knn.undecided) == ((), ())
    assert gpt.quadrant == "frozen, no CRM"
    assert "900 units that all systems have" in pairs.caption
    assert "Kendall's W 0.25" in pairs.caption


def test_a_system_with_the_lower_mean_of_its_own_units_may_be_the_better_one():
    table = versus([make_system_comparison(means=(0.13, 0.12, 0.11))], (), QUADRANTS)
    assert table is not None
    assert [(row.system, row.above) for row in table.pairs[0].rows] == [
        ("knn", ()),
        ("als", ("knn by 0.020 (0.010 to 0.030)",)),
        ("gpt", ()),
    ]


def test_lower_is_better_turns_the_order_round():
    table = versus([make_system_comparison(better="lower")], (), QUADRANTS)
    assert table is not None
    [pairs] = table.pairs
    assert [row.system for row in pairs.rows] == ["knn", "gpt", "als"]
    assert pairs.rows[0].above == ("als by 0.020 (0.010 to 0.030)",)
    assert [cell and cell.above for cell in table.rows[0].cells] == [1, 0, 0]


def test_claims_without_a_better_side_come_last_and_say_higher():
    made = [
        make_system_comparison(better="neither", title="floor", claim="position/floor"),
        make_system_comparison(),
    ]
    table = versus(made, {"position/floor"}, QUADRANTS)
    assert table is not None
    assert [row.title for row in table.rows] == ["mean ndcg@10", "floor"]
    assert [(pairs.title, pairs.word) for pairs in table.pairs] == [("floor", "Higher than")]


def test_claims_in_which_nobody_stands_out_are_only_named():
    same = tuple(replace(one, value=0.0, low=-0.1, high=0.1) for one in make_system_comparison().differences)
    table = versus([make_system_comparison(differences=same)], (), QUADRANTS)
    assert table is not None
    assert (table.rows, table.pairs, table.alike) == ((), (), ("quality/ndcg@10",))
    assert versus([], (), QUADRANTS) is None


def test_the_page_warns_against_reading_systems_as_quadrants(make):
    page = render_html(make.result(make.mean(), comparisons=(make_system_comparison(),)), static=True)
    assert "One system for a quadrant says nothing about the quadrant as a whole." in page
    assert "knn by 0.020 (0.010 to 0.030)" in page
    assert "Systems against each other" not in render_html(make.result(make.mean()), static=True)
