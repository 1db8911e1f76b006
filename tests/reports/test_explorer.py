from __future__ import annotations

import json
from dataclasses import replace

from recaudit.reports.explorer import explorers
from recaudit.reports.html import render_html


def with_table(system, **changes):
    probe = system.probes[0]
    return replace(system, probes=(replace(probe, tables=(replace(probe.tables[0], **changes),)),))


def test_every_mean_by_group_can_be_chosen(make):
    found = explorers([make.system("als"), make.system("knn")])
    assert list(found) == ["quality"]
    [gender] = found["quality"]["attributes"]
    assert (gender["name"], gender["groups"]) == ("gender", ["M", "F", "other"])
    assert [system["counts"] for system in gender["systems"]] == [[670, 273, 4]] * 2
    ndcg, hit = gender["metrics"]
    assert (ndcg["name"], ndcg["means"][0]) == ("ndcg@10", [0.384, 0.3, 0.1])
    assert hit["means"][1] == [0.8, 0.7, None]
    json.dumps(found, allow_nan=False)


def test_groups_and_metrics_that_a_system_lacks_are_left_open(make):
    few = with_table(
        make.system("llm"), metrics=("hit@10",), groups=("F",), counts=(5,), values=((0.123456,),)
    )
    [gender] = explorers([make.system("als"), few])["quality"]["attributes"]
    assert gender["systems"][1]["counts"] == [None, 5, None]
    assert [metric["means"][1] for metric in gender["metrics"]] == [[None] * 3, [None, 0.1235, None]]


def test_a_system_keeps_its_place_where_another_has_no_groups(make):
    bare = replace(make.system("als"), probes=())
    [gender] = explorers([bare, make.system("knn")])["quality"]["attributes"]
    assert [(system["name"], system["place"]) for system in gender["systems"]] == [("knn", 1)]


def test_names_are_neither_markup_nor_templates_in_a_chart(make):
    hostile = "</script><b>%{y}</b>"
    system = with_table(make.system(hostile), groups=(hostile, "F", "other"))
    [gender] = explorers([system])["quality"]["attributes"]
    assert "<" not in gender["groups"][0] + gender["systems"][0]["name"]
    assert "%{" not in gender["groups"][0]


def test_only_a_page_with_scripts_has_it(make):
    assert "class=explorable" in render_html(make.result(make.gap()))
    assert "explorable" not in render_html(make.result(make.gap()), static=True)
