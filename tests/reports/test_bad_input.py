"""Results that nobody hopes for: each makes a page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recaudit.records import GroupEstimate, SystemCard
from recaudit.reports import render_csv, render_html, render_markdown

LONG = "A title without end " * 250
RIGHT_TO_LEFT = "\N{ARABIC LETTER ALEF}\N{ARABIC LETTER BEH}\N{HEBREW LETTER SHIN}"
COMBINING = "e" + "\N{COMBINING ACUTE ACCENT}" * 30


def rendered(result) -> str:
    render_csv(result)
    render_markdown(result)
    return render_html(result, static=True)


def named(make, name: str):
    """A result in which everything that has a name has this one."""
    groups = tuple(replace(group, group=name) for group in make.groups()[:1])
    gap = make.gap(name, title=name, question=name, attribute=name, metric=name)
    assert gap.estimate is not None
    gap = replace(gap, estimate=replace(gap.estimate, groups=groups, versus=f"{name} - {name}"))
    card = SystemCard(name=name, version=name, llm=name, description=name)
    return make.result(gap, systems=(make.system(card=card, verdict="FAIL"),), name=name)


@pytest.mark.parametrize("name", [LONG, RIGHT_TO_LEFT, COMBINING, "<b>&amp;", "\N{RIGHT-TO-LEFT OVERRIDE}x"])
def test_names_of_every_kind(make, name):
    page = rendered(named(make, name))
    assert "FAIL" in page
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in page


def test_an_empty_group_has_a_name(make):
    gap = make.gap()
    assert gap.estimate is not None
    groups = tuple(
        replace(group, group="" if group.group == "F" else group.group) for group in gap.estimate.groups
    )
    result = make.result(replace(gap, estimate=replace(gap.estimate, groups=groups)))
    data = replace(result.data, groups={"gender": {"": 3, "M": 5}})
    assert rendered(replace(result, data=data)).count("(empty name)") >= 2


def test_an_attribute_with_31_values(make):
    groups = tuple(
        GroupEstimate(group=f"value {place}", n=30, value=place / 100, low=0.0, high=0.5)
        for place in range(31)
    )
    gap = make.gap()
    assert gap.estimate is not None
    page = rendered(make.result(replace(gap, estimate=replace(gap.estimate, groups=groups))))
    assert all(f"value {place}<small>n 30</small>" in page for place in range(31))


def test_nothing_was_found(make):
    result = make.result(systems=(), questions={}, not_tested=())
    page = rendered(replace(result, data=replace(result.data, groups={}, missing={})))
    assert "No gate was set" in page
    assert "none audited" in page


def test_every_value_is_undefined(make):
    findings = [
        make.finding(
            system,
            contrast=contrast,
            attribute="gender" if contrast in {"gap", "ratio", "worst"} else None,
            verdict="ERROR",
            reason="no value",
            estimate=make.estimate(
                None,
                None,
                None,
                n=0,
                standard_error=None,
                groups=tuple(replace(group, value=None, low=None, high=None) for group in make.groups()),
                reason="nothing was measured",
            ),
        )
        for system in ("a", "b")
        for contrast in ("mean", "gap", "ratio", "worst", "corpus")
    ]
    page = rendered(make.result(*findings))
    assert "nothing was measured" in page
    assert "NaN" not in page


def test_infinite_ends_are_arrows(make):
    endless = make.finding(estimate=make.estimate(0.5, float("-inf"), float("inf")))
    assert "∞" in rendered(make.result(endless))
