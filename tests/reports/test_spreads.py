from __future__ import annotations

from dataclasses import replace

from recaudit.records import UnitSpread
from recaudit.reports.html import render_html
from recaudit.reports.spreads import spread_panels, spread_plot
from recaudit.reports.view import view_of

WIDE = UnitSpread(
    metric="ndcg@10", arms="", n=40, quartiles=(0.0, 0.0, 0.25, 0.5, 1.0), counts=(20, 0, 15, 5)
)
EQUAL = UnitSpread(metric="ndcg@10", arms="", n=1, quartiles=(0.3,) * 5, counts=(1,))


def test_systems_share_a_scale_and_are_told_in_words():
    [panel] = spread_panels({"als": (WIDE,), "knn": (EQUAL,)})
    assert (panel.scale.left, panel.scale.right) == (0.0, 1.0)
    assert [(row.median, row.middle) for row in panel.rows] == [
        ("0.250", "0 to 0.500"),
        ("0.300", ""),
    ]


def test_bars_are_as_high_as_their_share_of_the_fullest():
    [panel] = spread_panels({"als": (WIDE,)})
    plot = str(spread_plot(panel.rows[0], panel.scale))
    assert "M4 22V1H40V22H75V6H110V17H146V22M" in plot


def test_equal_values_of_every_system_have_a_scale_around_them():
    [panel] = spread_panels({"als": (EQUAL,)})
    assert panel.scale.left < 0.3 < panel.scale.right


def test_metrics_and_arms_have_panels_of_their_own(make):
    arms = (replace(WIDE, metric="rbo@10", arms="placebo"), replace(WIDE, metric="rbo@10", arms="F, M"))
    system = make.system(verdict="FAIL")
    probe = replace(system.probes[0], spreads=(WIDE, *arms))
    result = make.result(make.gap(), systems=(replace(system, probes=(probe,)),))
    [section] = view_of(result).probes
    assert [(panel.title, panel.arms) for panel in section.spreads] == [
        ("ndcg@10", ""),
        ("rbo@10", "placebo"),
        ("rbo@10", "F, M"),
    ]
    assert "How units differ" in render_html(result, static=True)
    bare = replace(system, probes=(replace(probe, spreads=()),))
    assert "How units differ" not in render_html(make.result(make.gap(), systems=(bare,)), static=True)
