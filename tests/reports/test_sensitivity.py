from __future__ import annotations

from recaudit.records import Limit
from recaudit.reports.html import render_html
from recaudit.reports.sensitivity import sensitivities


def excess(make, metric: str, **changes):
    fields = {
        "contrast": "excess",
        "attribute": None,
        "probe": "counterfactual",
        "metric": metric,
        "id": f"counterfactual/gender/{metric}",
        "arms": ("gender=female",),
        "baseline": "placebo",
        "verdict": None,
        "estimate": make.estimate(),
        **changes,
    }
    return make.finding(**fields)


def differences(findings):
    return [
        (one.gate.id, [(other.how, other.row.id) for other in one.others])
        for one in sensitivities(findings, ["als"], {})
    ]


def test_other_cut_offs_of_a_gated_mean(make):
    found = [
        make.mean(verdict="PASS", limit=Limit(low=0.1)),
        make.mean(metric="ndcg@5"),
        make.mean(metric="hit@10"),
        make.gap(metric="ndcg@5", verdict="PASS"),
    ]
    assert differences(found) == [("quality/ndcg@10", [("other cut-off", "quality/ndcg@5")])]


def test_other_similarities_and_the_floor_of_gated_arms(make):
    floor = {
        "contrast": "mean",
        "attribute": None,
        "probe": "counterfactual",
        "metric": "jaccard@10",
        "verdict": None,
    }
    found = [
        excess(make, "jaccard@10", verdict="FAIL"),
        excess(make, "rbo@10"),
        excess(make, "rbo@10", id="counterfactual/age/rbo@10", arms=("age=young",)),
        make.finding(
            id="counterfactual/jaccard@10-placebo", arms=("placebo",), estimate=make.estimate(), **floor
        ),
        make.finding(
            id="counterfactual/jaccard@10-repeat", arms=("repeat",), estimate=make.estimate(), **floor
        ),
        excess(make, "ndcg@10", contrast="change"),
    ]
    assert differences(found) == [
        (
            "counterfactual/gender/jaccard@10",
            [
                ("other measure of the same lists", "counterfactual/gender/rbo@10"),
                ("the floor itself", "counterfactual/jaccard@10-placebo"),
                ("another floor", "counterfactual/jaccard@10-repeat"),
            ],
        )
    ]


def test_no_gate_or_no_neighbour_shows_nothing(make):
    assert differences([make.mean(), make.mean(metric="ndcg@5")]) == []
    assert differences([make.gap()]) == []
    assert "measured otherwise" not in render_html(make.result(make.gap()), static=True)
    both = make.result(make.gap(), make.finding(metric="ndcg@5", verdict=None, estimate=make.estimate()))
    assert "measured otherwise" in render_html(both, static=True)
