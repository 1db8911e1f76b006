from __future__ import annotations

from dataclasses import replace

from recaudit.reports.tables import funnel_table, means_table, measured_table, shares_of, undefined_table


def test_group_means_mark_small_groups_and_missing_values(make):
    table = means_table("als", make.system().probes[0].tables[0])
    assert [(row.label, row.n, row.small) for row in table.groups] == [
        ("M", "670", False),
        ("F", "273", False),
        ("other", "4", True),
    ]
    assert table.groups[2].values == ("0.100", "—")
    assert [row.values for row in table.summaries] == [
        ("0.360", "0.770"),
        ("0.084", "0.100"),
        ("0.781", "0.875"),
    ]


def test_a_series_that_all_systems_share_stands_once(make):
    found = {name: make.system(name).probes[1].distributions for name in ("als", "item-knn")}
    (shares,) = shares_of(found)
    assert [(line.system, line.label) for line in shares.series] == [
        ("", "history"),
        ("als", "recommended"),
        ("item-knn", "recommended"),
    ]


def test_the_funnel_counts_everything(make):
    table = funnel_table([make.system()])
    assert table.columns == ("asked", "answered", "timeout", "empty list", "short list")
    assert table.rows == (("als", ("943", "940", "2", "1", "5")),)


def test_metrics_of_all_systems_are_listed_even_if_one_lacks_them(make):
    first = make.system("als")
    second = make.system("knn", funnel=replace(first.funnel, measured={"rmse": 12}, undefined={}))
    assert measured_table([first, second]).rows == (("ndcg@10", ("937", "0")), ("rmse", ("0", "12")))
    assert undefined_table([first, second]).rows == (("ndcg@10: no relevant held-out item", ("3", "0")),)
