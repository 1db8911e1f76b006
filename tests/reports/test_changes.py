from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from recaudit.audit.compare import RunComparison
from recaudit.audit.statuses import STATUSES
from recaudit.reports import render_changes_html, render_changes_markdown, render_changes_text
from recaudit.reports.changes import STATUS_WORDS, changes_of

HOSTILE = (
    "</script><img src=x onerror=alert(1)> \N{RIGHT-TO-LEFT OVERRIDE} | [x](http://e.example) {{ 7 * 7 }}"
)


def test_every_status_has_words_and_comes_in_order(comparison: RunComparison) -> None:
    view = changes_of(comparison)
    assert [group.status for group in view.groups] == list(STATUSES) == list(STATUS_WORDS)
    assert view.counts.startswith("1 newly failing, 1 worse, 1 fixed")
    row = view.groups[0].rows[0]
    assert (row.before, row.after, row.verdicts) == ("0.384", "0.300", "PASS → FAIL")
    assert (row.change, row.interval) == ("−0.084", "−0.117 to −0.051")


def test_text_says_who_what_and_how_sure(comparison: RunComparison) -> None:
    text = render_changes_text(comparison)
    assert text.startswith("1 newly failing")
    assert (
        "als: mean ndcg@10; 0.384 → 0.300; change −0.084 (95 % interval −0.117 to −0.051); PASS → FAIL"
        in text
    )
    assert "The verdict of the new run by its own gates: FAIL." in text
    assert "no value for each unit" in text


def test_markdown_has_a_table_for_each_status(comparison: RunComparison) -> None:
    text = render_changes_markdown(comparison)
    assert text.count("\n| --- |") == len(STATUSES)
    assert "## Newly failing" in text
    assert "ndcg&#64;10" in text


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def test_the_page_needs_nothing_else_and_has_landmarks(comparison: RunComparison) -> None:
    page = render_changes_html(comparison)
    assert page == render_changes_html(comparison)
    parsed = Tags()
    parsed.feed(page)
    tags = [tag for tag, _ in parsed.seen]
    assert "script" not in tags
    assert tags.count("h1") == tags.count("main") == 1
    assert all("src" not in attributes for _, attributes in parsed.seen)
    assert all((attributes.get("href") or "#").startswith("#") for _, attributes in parsed.seen)
    assert all("scope" in attributes for tag, attributes in parsed.seen if tag == "th")
    assert tags.count("caption") == tags.count("table") == len(STATUSES)
    assert len(page) < 60_000


def test_hostile_text_stays_text(comparison: RunComparison) -> None:
    findings = tuple(replace(one, system=HOSTILE, note=HOSTILE) for one in comparison.findings)
    hostile = replace(
        comparison, name=HOSTILE, before=HOSTILE, after=HOSTILE, notes=(HOSTILE,), findings=findings
    )
    page = render_changes_html(hostile)
    assert "<img" not in page
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in page
    assert "{{ 7 * 7 }}" in page
    text = render_changes_markdown(hostile)
    assert "<img" not in text
    assert "](http" not in text
    widths = {len(re.findall(r"(?<!\\)\|", line)) for line in text.splitlines() if line.startswith("|")}
    assert widths == {10}
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in render_changes_text(hostile)
