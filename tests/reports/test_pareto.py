from __future__ import annotations

import re
from dataclasses import replace

import pytest

from recaudit.reports.markers import marker, panel_plot
from recaudit.reports.multiples import multiples
from recaudit.reports.pareto import key_claims, pareto_panels


def gap(make, system, value, n=943):
    return make.finding(system, estimate=make.estimate(value, value - 0.01, value + 0.01, n=n))


def two(make, *others, first=(0.3, 0.1), second=(0.2, 0.05)):
    return make.result(
        make.mean("a", first[0]),
        gap(make, "a", first[1]),
        make.mean("b", second[0]),
        gap(make, "b", second[1]),
        *others,
    )


def test_neither_of_two_beats_the_other(make):
    (panel,) = pareto_panels(two(make))
    assert (panel.across, panel.up, panel.better) == (
        "mean ndcg@10",
        "ndcg@10: largest gap by gender",
        "lower",
    )
    assert [point.front for point in panel.points] == [True, True]
    assert panel.units == "946 units"
    assert panel.summary == "a (0.300, 0.100), b (0.200, 0.050)"


def test_one_that_is_worse_in_both_is_not_on_the_front(make):
    (panel,) = pareto_panels(two(make, second=(0.2, 0.2)))
    assert [point.front for point in panel.points] == [True, False]


def test_equal_systems_share_the_front(make):
    worse = (make.mean("c", 0.2), gap(make, "c", 0.2))
    (panel,) = pareto_panels(two(make, *worse, second=(0.3, 0.1)))
    assert [point.front for point in panel.points] == [True, True, False]


def test_a_measure_in_which_all_are_equal_has_no_panel(make):
    assert pareto_panels(two(make, second=(0.2, 0.1))) == ()


def test_systems_on_other_units_are_not_drawn_together(make):
    result = make.result(make.mean("a"), gap(make, "a", 0.1), make.mean("b"), gap(make, "b", 0.1, n=50))
    assert pareto_panels(result) == ()


def test_a_value_that_is_best_near_zero_counts_as_a_distance(make):
    def drift(system, value):
        return make.finding(
            system,
            contrast="mean",
            attribute=None,
            probe="popularity",
            metric="log_popularity_difference@10",
            better="zero",
            estimate=make.estimate(value, value - 0.1, value + 0.1),
        )

    result = make.result(make.mean("a"), drift("a", -0.5), make.mean("b"), drift("b", 0.05))
    (panel,) = pareto_panels(result)
    low, high = panel.points[0].y, panel.points[1].y
    assert (low.value, low.low, low.high) == pytest.approx((0.5, 0.4, 0.6))
    assert (high.value, high.low, high.high) == pytest.approx((0.05, 0.0, 0.15))
    assert panel.up.endswith("distance from 0")


def test_time_and_money_have_panels(make):
    systems = []
    for name, cost, rate in (("a", 0.5, 0.1), ("b", 1.0, 100.0), ("c", None, 50.0)):
        system = make.system(name)
        usage = replace(system.usage, cost=cost, currency="EUR" if cost else "", throughput=rate)
        systems.append(replace(system, usage=usage))
    findings = [make.mean(name) for name in "abc"]
    seconds, money = pareto_panels(make.result(*findings, systems=tuple(systems)))
    assert (seconds.up, seconds.logarithmic) == ("seconds per answer, waiting and pauses included", True)
    assert [point.system for point in money.points] == ["a", "b"]
    assert money.points[0].y.value == pytest.approx(1000 * 0.5 / 940)


def test_without_quality_there_is_nothing_to_buy(make):
    assert pareto_panels(make.result(gap(make, "a", 0.1), gap(make, "b", 0.2))) == ()


def test_key_claims_are_the_gated_ones_and_one_for_each_question_without(mixed):
    assert [claim.id for claim in key_claims(mixed)] == [
        "quality/ndcg@10",
        "quality/gender/ndcg@10-gap",
        "quality/gender/hit@10-gap",
        "popularity/coverage@10",
        "quality/rmse",
    ]
    view = multiples(mixed)
    assert next(row.title for row in view.shown) == "mean ndcg@10"
    assert view.folded == ()


def test_a_panel_draws_every_system_with_its_number(make):
    (panel,) = pareto_panels(two(make))
    svg = panel_plot(panel)
    assert svg.count("<circle") == 2
    assert re.findall(r'text-anchor="middle" stroke="none">(\d+)</text>', svg)[-2:] == ["1", "2"]
    assert "ndcg@10: largest gap by gender against mean ndcg@10, 2 systems. Front: a" in svg


def test_better_is_up_and_right(make):
    (panel,) = pareto_panels(two(make))
    circles = re.findall(r'<circle class="ground" cx="([\d.]+)" cy="([\d.]+)"', panel_plot(panel))
    (ax, ay), (bx, by) = [(float(x), float(y)) for x, y in circles]
    assert ax > bx
    assert by < ay


def test_names_do_not_lie_upon_each_other(make):
    names = [f"a system with number {place}" for place in range(12)]
    findings = []
    for place, name in enumerate(names):
        findings += [make.mean(name, 0.3 + place / 1000), gap(make, name, 0.1 + place / 1000)]
    (panel,) = pareto_panels(make.result(*findings))
    texts = re.findall(r'<text x="([\d.]+)" y="([\d.]+)" font-size="10.5"[^>]*>([^<]*)<', panel_plot(panel))
    assert texts
    boxes = [(float(x), float(y), float(x) + 5.7 * len(text)) for x, y, text in texts]
    for place, (left, y, right) in enumerate(boxes):
        assert not [
            other
            for other in boxes[:place]
            if abs(other[1] - y) < 12 and left < other[2] and other[0] < right
        ]


def test_hostile_names_are_escaped(make):
    hostile = "</svg><img src=x onerror=alert(1)>"
    result = make.result(
        make.mean(hostile), gap(make, hostile, 0.1), make.mean("b", 0.2), gap(make, "b", 0.05)
    )
    (panel,) = pareto_panels(result)
    assert "<img" not in panel_plot(panel)


def test_a_marker_says_its_verdict():
    assert 'aria-label="FAIL"' in marker("FAIL", 8)
    assert "✕" in marker("FAIL", 8)
