from __future__ import annotations

import re
from dataclasses import replace

from recaudit.records import Limit
from recaudit.reports.summary_md import MOST_BYTES, MOST_ROWS, render_markdown


def test_verdict_first_then_worst_finding_then_gates(mixed):
    text = render_markdown(mixed)
    assert text.startswith("# ✕ FAIL: an audit\n\nDo not release")
    assert "ndcg@10".replace("@", "&#64;") in text
    places = [
        text.index(part)
        for part in ("Do not release", "receives", "1 of 8 gates", "## Gates", "## Not tested")
    ]
    assert places == sorted(places)
    gates = text.split("## Gates")[1].split("## Not tested")[0]
    assert [line.split("|")[1].strip() for line in gates.splitlines() if line.startswith("| ")][2:] == [
        "✕ FAIL",
        "? INCONCLUSIVE",
        "\N{EN DASH} NOT RUN",
        "\N{EN DASH} NOT RUN",
        *["✓ PASS"] * 4,
    ]


def test_text_cannot_become_markup_links_or_mentions(make):
    name = (
        "a|b `c` *d* [e](https://x.example) <img src=x> @team www.example #1\n# big\N{RIGHT-TO-LEFT OVERRIDE}"
    )
    text = render_markdown(make.result(make.gap(name)))
    for raw in (
        "`c`",
        "*d*",
        "](",
        "<img",
        "@team",
        "https://",
        "www.",
        "\n# big",
        "\N{RIGHT-TO-LEFT OVERRIDE}",
    ):
        assert raw not in text.replace("\\", "\0")
    rows = [line for line in text.splitlines() if line.startswith("| ") and "a\\|b" in line]
    assert len(rows) == 2
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {4, 8}


def test_many_rows_are_cut_and_counted(make):
    text = render_markdown(make.result(*[make.gap(f"s{place}") for place in range(MOST_ROWS + 7)]))
    assert text.count("and 7 more in report.html") == 2
    assert text.split("## Gates")[1].count("✕ FAIL") == MOST_ROWS


def test_an_audit_without_gates(make):
    text = render_markdown(make.result(make.mean(), not_tested=()))
    assert text.startswith("# \N{EN DASH} NOT RUN")
    assert "## Gates" not in text
    assert "Nothing is recorded as left out." in text


def test_a_long_summary_fits_and_keeps_its_verdict(make):
    long = "x" * 50_000
    findings = [make.gap(f"s{place}{long}", reason=long) for place in range(150)]
    result = make.result(*findings, name=long)
    text = render_markdown(result)
    assert len(text.encode()) <= MOST_BYTES
    assert text.startswith("# ✕ FAIL: xxx")
    assert "150 of 150 gates failed" in text
    for room in (30_000, 5_000, -1):
        small = render_markdown(result, most_bytes=room)
        assert small.startswith("# ✕ FAIL: xxx")
        assert "150 of 150 gates failed" in small
        assert len(small.encode()) <= max(room, 5_000)


def test_an_interval_of_another_level_says_so(make):
    changed = make.mean(verdict="PASS", limit=Limit(low=0.1))
    other = replace(changed, estimate=replace(changed.estimate, confidence=0.9))
    text = render_markdown(make.result(make.gap(), other))
    assert "0.280 to 0.320 \\(90 % interval\\)" in text
    assert "0.051 to 0.117 |" in text
