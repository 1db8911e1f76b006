from __future__ import annotations

from recaudit.records import SystemComparison, SystemDifference
from recaudit.reports.html import render_html
from recaudit.reports.versus import versus


def comparison(**changes) -> SystemComparison:
    fields = {
        "claim": "quality/ndcg@10",
        "title": "",
        "metric": "ndcg@10",
        "better": "higher",
        "systems": ("knn", "als", "gpt"),
        "means": (0.10, 0.12, 0.11),
        "n": 900,
        "confidence": 0.95,
        "friedman_p": 0.0004,
        "kendall_w": 0.25,
        "differences": (
            SystemDifference(first="knn", second="als", value=-0.02, low=-0.03, high=-0.01, n=900),
            SystemDifference(first="knn", second="gpt", value=-0.01, low=-0.02, high=0.001, n=900),
            SystemDifference(first="als", second="gpt", value=None, low=None, high=None, n=4),
        ),
        **changes,
    }
    return SystemComparison(**fields)  # type: ignore[arg-type]


QUADRANTS = {"knn": "conventional", "als": "conventional", "gpt": "frozen, no CRM"}


def test_best_first_and_every_other_system_is_named_once():
    [table] = versus([comparison()], QUADRANTS)
    assert table.title == "mean ndcg@10"
    assert table.words == ("better than", "worse than")
    als, gpt, knn = table.rows
    assert (als.system, als.mean) == ("als", "0.120")
    assert als.above == ("knn by 0.020 (0.010 to 0.030)",)
    assert als.undecided == ("gpt (only 4 units in common)",)
    assert gpt.undecided == ("knn (−0.001 to 0.020)", "als (only 4 units in common)")
    assert knn.below == ("als by 0.020 (0.010 to 0.030)",)
    assert gpt.quadrant == "frozen, no CRM"
    assert "900 units that all systems have" in table.caption
    assert "Kendall's W 0.25" in table.caption


def test_lower_is_better_turns_the_order_round():
    [table] = versus([comparison(better="lower")], QUADRANTS)
    assert [row.system for row in table.rows] == ["knn", "gpt", "als"]
    assert table.rows[0].above == ("als by 0.020 (0.010 to 0.030)",)


def test_claims_without_a_better_side_come_last_and_say_higher():
    first, second = versus([comparison(better="neither", title="floor"), comparison()], QUADRANTS)
    assert (first.title, second.title) == ("mean ndcg@10", "floor")
    assert second.words == ("higher than", "lower than")


def test_the_page_warns_against_reading_systems_as_quadrants(make):
    page = render_html(make.result(make.mean(), comparisons=(comparison(),)), static=True)
    assert "One system for a quadrant says nothing about the quadrant as a whole." in page
    assert "knn by 0.020 (0.010 to 0.030)" in page
    assert "Systems against each other" not in render_html(make.result(make.mean()), static=True)
