from __future__ import annotations

import json

import pytest

from recaudit.reports.charts import figures_of, symbol_of
from recaudit.reports.view import view_of


def charts_of(result):
    view = view_of(result)
    return figures_of(view.probes, view.system_names)


@pytest.fixture(scope="module")
def figures(mixed):
    return charts_of(mixed)


def test_popularity_has_a_chart_of_shares_and_one_of_quality(figures):
    assert list(figures) == ["popularity"]
    assert list(figures["popularity"]) == [
        "exposure by popularity: Which part of the catalogue is shown?",
        "mean ndcg@10 against coverage@10 of all lists together",
    ]
    json.dumps(figures, allow_nan=False)


def test_shares_are_drawn_as_they_are(figures):
    shares, _ = figures["popularity"].values()
    lines = {line["name"]: list(line["y"]) for line in shares["data"]}
    assert lines == {
        "history (all systems)": [0.5, 0.3, 0.2],
        "recommended (all systems)": [0.7, 0.2, 0.03],
    }


def test_systems_differ_in_more_than_colour(make):
    systems = tuple(make.system(name) for name in ("als", "bpr+", "random"))
    charts = charts_of(make.result(systems=systems))
    (shares,) = charts["popularity"].values()
    own = [line for line in shares["data"] if not line["name"].endswith("(all systems)")]
    assert len({line["marker"]["symbol"] for line in own}) == len(own) == 3


def test_twenty_systems_all_look_different():
    assert len({(place % 8, symbol_of(place)) for place in range(40)}) == 40


def test_scatter_has_a_point_with_both_intervals_per_system(figures):
    _, scatter = figures["popularity"].values()
    assert [point["name"] for point in scatter["data"]] == ["als", "knn"]
    point = scatter["data"][0]
    assert (point["x"][0], point["y"][0]) == (0.6, 0.3)
    assert point["error_y"]["array"][0] == pytest.approx(0.02)
    assert point["error_x"]["arrayminus"][0] == pytest.approx(0.02)


def test_a_system_without_a_value_is_no_point(make):
    findings = [
        make.mean("als"),
        make.mean("als", probe="popularity"),
        make.finding("knn", contrast="mean", attribute=None, verdict="ERROR", reason="none"),
        make.mean("knn", probe="popularity"),
    ]
    charts = charts_of(make.result(*findings))
    scatter = list(charts["popularity"].values())[-1]
    assert [point["name"] for point in scatter["data"]] == ["als"]


def test_labels_are_neither_markup_nor_templates(make):
    hostile = "<a href='javascript:alert(1)'>%{y}</a>"
    findings = [make.mean(hostile), make.mean(hostile, probe="popularity")]
    text = json.dumps(charts_of(make.result(*findings, systems=(make.system(hostile),))))
    assert "<a" not in text
    assert "%{y}<" not in text


def test_a_system_keeps_its_colour_where_another_is_missing(make):
    findings = [
        make.finding("broken", contrast="mean", attribute=None, verdict="ERROR", reason="none"),
        make.mean("knn"),
        make.mean("knn", probe="popularity"),
    ]
    systems = (make.system("broken", probes=()), make.system("knn"))
    shares, scatter = charts_of(make.result(*findings, systems=systems))["popularity"].values()
    assert {line["meta"]["colour"] for line in shares["data"]} == {1}
    assert scatter["data"][0]["meta"]["colour"] == 1
