"""Size of the report, time to render it, and time to open it in headless Chromium.

    python benchmarks/report.py RUN       # RUN: a folder made by `recaudit demo --out RUN`

Three results: that run, the same with twenty systems, and twenty systems with five hundred findings each, made by
repeating what the run found under other names. Sizes are absolute; the time of an empty page stands beside the times to
open, as machines differ.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, cycle, islice
from pathlib import Path

from recaudit.audit.result import AuditResult
from recaudit.records import Finding
from recaudit.reports import render_html

SYSTEMS, FINDINGS = 20, 500
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")


def with_systems(result: AuditResult, systems: int) -> AuditResult:
    """The systems of a result over and over, each time under another name."""
    of_each = [
        (system, [finding for finding in result.findings if finding.system == system.card.name])
        for system in result.systems
    ]
    grown, findings = [], []
    for number, (system, found) in zip(range(systems), cycle(of_each), strict=False):
        name = f"{system.card.name} {number}"
        grown.append(replace(system, card=replace(system.card, name=name)))
        findings += [replace(finding, system=name) for finding in found]
    return replace(result, systems=tuple(grown), findings=tuple(findings), comparisons=())


def with_findings(result: AuditResult, each: int) -> AuditResult:
    """So many findings of each system: those it has, then the same about made-up attributes."""
    found = []
    for system in result.systems:
        own = [finding for finding in result.findings if finding.system == system.card.name]
        found += [*own, *islice(_others(own), each - len(own))]
    return replace(result, findings=tuple(found))


def _others(own: list[Finding]) -> Iterator[Finding]:
    """The claims about one attribute, again about others, one panel of groups for each."""
    about = [finding for finding in own if finding.hypothesis.attribute == "gender"]
    for number in count():
        for finding in about:
            claim = finding.hypothesis
            attribute = f"attribute {number}"
            changed = replace(claim, id=claim.id.replace("gender", attribute), attribute=attribute)
            yield replace(finding, hypothesis=changed, limit=None, verdict=None)


def seconds_to_open(page: str) -> tuple[float, float]:
    """Seconds to the first contentful paint, and to a page whose scripts have run and answer to a key."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as player:
        path = Path(folder) / "report.html"
        path.write_text(page, encoding="utf-8")
        browser = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        window = browser.new_page(viewport={"width": 1280, "height": 900})
        start = time.perf_counter()
        window.goto(path.as_uri())
        if "<script>" in page:
            window.locator("#gates input").press("a", timeout=60_000)
        opened = time.perf_counter() - start
        paint = window.evaluate(
            "new Promise(done => new PerformanceObserver(list => done(list.getEntries().at(-1).startTime))"
            ".observe({type: 'paint', buffered: true}))"
        )
        browser.close()
    return paint / 1000, opened


def report(name: str, result: AuditResult, *, static: bool) -> None:
    """Render, measure, print."""
    start = time.perf_counter()
    page = render_html(result, static=static)
    rendering = time.perf_counter() - start
    paint, opened = seconds_to_open(page)
    kind = "static" if static else "interactive"
    print(
        f"| {name} | {kind} | {len(page.encode()) / 1e6:.2f} | {rendering:.2f} | {paint:.2f} | {opened:.2f} |"
    )


def main() -> None:
    """Print a table."""
    run = AuditResult.load(Path(sys.argv[1]))
    many = with_systems(run, SYSTEMS)
    large = with_findings(many, FINDINGS)
    render_html(run)  # what is imported and compiled once
    print("| result | page | MB | rendering s | first paint s | opened s |")
    print("| --- | --- | --- | --- | --- | --- |")
    paint, opened = seconds_to_open("<!doctype html><title>empty</title><p>empty")
    print(f"| an empty page | | | | {paint:.2f} | {opened:.2f} |")
    for name, result in (
        (f"the run: {len(run.systems)} systems, {len(run.findings)} findings", run),
        (f"{SYSTEMS} systems, {len(many.findings):,} findings", many),
        (f"{SYSTEMS} systems, {len(large.findings):,} findings", large),
    ):
        for static in (True, False):
            report(name, result, static=static)


if __name__ == "__main__":
    main()
