from __future__ import annotations

from recaudit.records import Limit, OtherReading
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
        for one in sensitivities(findings, ["als"], {}).claims
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


def test_answers_read_otherwise_stand_below_their_gate_for_the_systems_they_apply_to(make):
    strictly, loosely = "titles matched exactly only", "titles matched at 80"
    gates = [make.gap(system, "PASS") for system in ("als", "gpt", "llama", "mute")]
    claim = gates[0].hypothesis.id
    unmeasured = make.estimate(None, None, None, reason="no user has a value")
    readings = {
        "gpt": (
            OtherReading(how=strictly, answers=2000, changed=412, estimates={claim: make.estimate()}),
            OtherReading(how=loosely, answers=2000, changed=1, estimates={claim: make.estimate()}),
        ),
        "llama": (OtherReading(how=strictly, answers=2000, changed=0, estimates={}),),
        "mute": (OtherReading(how=strictly, answers=2000, changed=2000, estimates={claim: unmeasured}),),
    }
    systems = tuple(make.system(one.system, "PASS", otherwise=readings.get(one.system, ())) for one in gates)
    names = [one.system for one in gates]
    [shown] = sensitivities(gates, names, readings).claims
    assert shown.gate.cells[1].verdict == "PASS"
    first, second = shown.others
    assert (first.how, first.notes) == (
        strictly,
        (
            "",
            "412 of 2,000 answers read differently",
            "no answer reads differently",
            "2,000 of 2,000 answers read differently; no user has a value",
        ),
    )
    assert [None if cell is None else (cell.value, cell.verdict) for cell in first.row.cells] == [
        None,
        ("0.084", None),
        ("", None),
        ("", None),
    ]
    assert (second.how, second.notes) == (loosely, ("", "1 of 2,000 answers reads differently", "", ""))
    page = render_html(make.result(*gates, systems=systems), static=True)
    [row] = [one for one in page.splitlines() if f"<small>{strictly}</small>" in one]
    cells = row.split("<td>")[1:]
    assert cells[0] == ""
    assert cells[1:3] == [
        "<b>0.084</b> 0.051 to 0.117<small>412 of 2,000 answers read differently</small>",
        "<small>no answer reads differently</small>",
    ]


def test_a_claim_that_was_not_tested_is_not_read_otherwise(make):
    gate = make.gap("gpt", "PASS")
    left_out = make.finding("gpt", metric="rmse", contrast="mean", attribute=None, verdict="NOT_RUN")
    same = OtherReading(how="titles matched exactly only", answers=20, changed=0, estimates={})
    assert [one.gate.id for one in sensitivities([gate, left_out], ["gpt"], {"gpt": [same]}).claims] == [
        gate.hypothesis.id
    ]


def test_only_systems_that_a_gate_asks_about_have_a_column(make):
    found = [
        make.gap("als", "PASS"),
        make.finding("als", metric="ndcg@5", verdict=None, estimate=make.estimate()),
        make.finding("gpt", metric="ndcg@5", verdict=None, estimate=make.estimate()),
    ]
    table = sensitivities(found, ["gpt", "als"], {})
    assert table.systems == ("als",)
    [claim] = table.claims
    assert [cell and cell.system for other in claim.others for cell in other.row.cells] == ["als"]


def test_a_system_may_lack_a_claim_that_has_a_gate_elsewhere(make):
    found = [
        make.mean("als", metric="hit@10", verdict="PASS", limit=Limit(low=0.1)),
        make.gap("gpt", "PASS"),
        make.gap("als", "PASS"),
        make.finding("als", metric="ndcg@5", verdict=None, estimate=make.estimate()),
        make.mean("als", metric="hit@5"),
    ]
    systems = tuple(make.system(name, "PASS") for name in ("gpt", "als"))
    page = render_html(make.result(*found, systems=systems), static=True)
    assert "at least 0.1" in page
