"""The colours of the page against WCAG 2.2: text 4.5:1, lines 3:1, in both themes."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from recaudit.reports.svg import LIMIT_COLOUR

STYLE = resources.files("recaudit.reports").joinpath("templates", "style.css").read_text(encoding="utf-8")
VERDICTS = ("fail", "error", "inconclusive", "not-run", "pass")


def palette(theme: str) -> dict[str, str]:
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    )
    return light if theme == "light" else {**light, **dark}


def contrast(first: str, second: str) -> float:
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_contrast_of_known_pairs():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text(theme):
    colours = palette(theme)
    pairs = [(text, ground) for text in ("ink", "muted", "link") for ground in ("paper", "raised")]
    pairs += [("ink", f"{verdict}-tint") for verdict in VERDICTS]
    pairs += [(verdict, ground) for verdict in VERDICTS for ground in ("paper", f"{verdict}-tint")]
    pairs += [(verdict, f"{other}-tint") for verdict in VERDICTS for other in VERDICTS]
    ratios = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines(theme):
    colours = palette(theme)
    lines = [colours[f"line-{place}"] for place in range(1, 9)] + [LIMIT_COLOUR]
    assert {
        line: contrast(line, colours["paper"]) for line in lines if contrast(line, colours["paper"]) < 3
    } == {}


def test_both_themes_define_the_same_colours():
    light, dark = (
        re.findall(r"--([\w-]+): #", block) for block in re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    )
    assert light == dark


def test_motion_and_print_are_cared_for():
    for rule in ("prefers-reduced-motion", "@media print", "table-header-group", "break-inside: avoid"):
        assert rule in STYLE
