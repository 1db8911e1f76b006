from __future__ import annotations

from dataclasses import replace

from recaudit.audit.usage import Usage
from recaudit.reports.columns import ABREAST
from recaudit.reports.tables import (
    funnel_table,
    group_funnels,
    means_table,
    measured_table,
    shares_of,
    undefined_table,
    usage_table,
)


def test_group_means_mark_small_groups_and_missing_values(make):
    (table,) = means_table({"als": make.system().probes[0].tables[0]}).parts
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


def test_a_system_without_a_metric_has_no_value_there(make):
    table = make.system().probes[0].tables[0]
    other = replace(
        table,
        metrics=("ndcg@10",),
        values=((0.3,), (0.2,), (None,)),
        overall=(0.25,),
        difference=(0.1,),
        ratio=(0.5,),
    )
    means = means_table({"a": table, "b": other})
    assert means.metrics == ("ndcg@10", "hit@10")
    assert means.parts[1].groups[0].values == ("0.300", "—")


def test_many_systems_leave_the_means_to_a_file_unless_they_are_shrunk(make):
    table = make.system().probes[0].tables[0]
    many = {str(place): table for place in range(ABREAST + 1)}
    assert means_table(many).parts == ()
    assert len(means_table(dict(list(many.items())[:ABREAST])).parts) == ABREAST
    drawn = replace(table, shrunk=((0.38, 0.79), (0.31, 0.72), (0.25, None)))
    assert len(means_table(many | {"0": drawn}).parts) == ABREAST + 1


def test_shrunk_means_stand_in_brackets(make):
    table = make.system().probes[0].tables[0]
    plain = means_table({"a": table})
    shrunk = means_table({"a": replace(table, shrunk=((0.38, 0.79), (0.31, 0.72), (0.25, None)))})
    assert (plain.shrunk, shrunk.shrunk) == (False, True)
    assert [row.values for row in shrunk.parts[0].groups] == [
        ("0.384 (0.380)", "0.800 (0.790)"),
        ("0.300 (0.310)", "0.700 (0.720)"),
        ("0.100 (0.250)", "—"),
    ]
    assert shrunk.parts[0].summaries == plain.parts[0].summaries


def test_groups_that_lost_nothing_have_one_row(make):
    system = make.system()
    rows = tuple(
        replace(row, planned=9, answered=9, measured=9, problems={}, empty=0, short=0)
        for row in system.funnel.groups
    )
    whole = replace(system, funnel=replace(system.funnel, groups=rows))
    (table,) = group_funnels([whole, make.system("knn")]).values()
    assert [label for label, _ in table.rows] == [
        "als: all 2 groups, in each everything",
        "knn: M",
        "knn: F",
    ]
    assert table.rows[0][1][0] == "18"


def test_a_series_that_all_systems_share_stands_once(make):
    found = {name: make.system(name).probes[1].distributions for name in ("als", "item-knn")}
    (shares,) = shares_of(found)
    assert [(line.system, line.label) for line in shares.series] == [
        ("", "history"),
        ("als", "recommended"),
        ("item-knn", "recommended"),
    ]


def test_the_funnel_counts_everything(make):
    system = make.system()
    everybody = replace(system.funnel.everybody, titles={"exact": 7, "off-catalogue": 1200})
    table = funnel_table([replace(system, funnel=replace(system.funnel, everybody=everybody))])
    assert table.columns == (
        "asked",
        "answered",
        "timeout",
        "empty list",
        "short list",
        "titles: exact",
        "titles: off-catalogue",
        "measured",
    )
    assert table.rows == (("als", ("943", "940", "2", "1", "5", "7", "1,200", "937")),)


def test_the_funnel_by_group_names_system_and_group(make):
    (table,) = group_funnels([make.system("als"), make.system("knn")]).values()
    assert [label for label, _ in table.rows] == ["als: M", "als: F", "knn: M", "knn: F"]
    assert [counts[1] for _, counts in table.rows] == ["668", "272", "668", "272"]


def test_usage_shows_every_system_and_says_what_is_unknown(make):
    usage = Usage(
        calls=12,
        retries=1,
        tokens_in=None,
        tokens_out=900,
        cost=0.125,
        currency="EUR",
        seconds=(0.5, 1.25, 2),
        request_seconds=(1, 2.5, 4),
        throughput=0.75,
    )
    table = usage_table([make.system("als"), make.system("gpt", usage=usage)])
    none = "\N{EM DASH}"
    assert table.rows == (
        ("als", (none, "0", "0", "0", "0", none, none, none, none)),
        ("gpt", ("0.75", "12", "1", none, "900", "0.125 EUR", "1", "2.5", "4")),
    )


def test_metrics_of_all_systems_are_listed_even_if_one_lacks_them(make):
    first = make.system("als")
    second = make.system("knn", funnel=replace(first.funnel, measured={"rmse": 12}, undefined={}))
    assert measured_table([first, second]).rows == (("ndcg@10", ("937", "0")), ("rmse", ("0", "12")))
    assert undefined_table([first, second]).rows == (("ndcg@10: no relevant held-out item", ("3", "0")),)
