"""The page in a real browser."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
import zlib
from typing import TYPE_CHECKING

import pytest

from recaudit.reports import render_html

if TYPE_CHECKING:
    from pathlib import Path

    from recaudit.audit.result import AuditResult

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--virtual-time-budget=6000",
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: none of chromium, google-chrome is in PATH"),
]


def browse(page: Path, *options: str) -> str:
    done = subprocess.run(
        [str(CHROMIUM), *OPTIONS, f"--user-data-dir={page.parent / 'profile'}", *options, page.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


def save(html: str, folder: Path) -> Path:
    page = folder / "report.html"
    page.write_text(html, encoding="utf-8")
    return page


def rows_of_png(path: Path) -> list[bytes]:
    """The filtered rows of a screenshot; rows of one colour are alike but for the filter."""
    data, place, packed, height = path.read_bytes(), 8, b"", 0
    while place < len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        if kind == b"IHDR":
            height = struct.unpack(">II", body[:8])[1]
        if kind == b"IDAT":
            packed += body
        place += 12 + length
    raw = zlib.decompress(packed)
    width = len(raw) // height
    return [raw[row * width : (row + 1) * width] for row in range(height)]


def screenshot(page: Path, *options: str, height: int = 900) -> list[bytes]:
    target = page.with_suffix(".png")
    browse(page, f"--window-size=1280,{height}", f"--screenshot={target}", *options)
    return rows_of_png(target)


def test_the_first_screen_is_full_with_scripts_blocked(mixed: AuditResult, tmp_path: Path):
    page = save(render_html(mixed).replace("script-src 'unsafe-inline'", "script-src 'none'"), tmp_path)
    rows = screenshot(page)
    assert len(rows) == 900
    assert len(set(rows)) > 300
    dom = browse(page, "--dump-dom")
    assert dom.count("This chart needs scripts") == 2
    assert "main-svg" not in dom


def test_intervals_show_where_style_sheets_are_blocked(mixed: AuditResult, tmp_path: Path):
    html = render_html(mixed, charts=False).replace("style-src 'unsafe-inline'", "style-src 'none'")
    with_plots = screenshot(save(html, tmp_path), height=2400)
    without = screenshot(save(re.sub("<(path|circle|rect)[^>]*>", "", html), tmp_path), height=2400)
    assert with_plots != without


def test_light_and_dark_differ(mixed: AuditResult, tmp_path: Path):
    page = save(render_html(mixed, charts=False), tmp_path)
    light = screenshot(page, "--blink-settings=preferredColorScheme=1")
    dark = screenshot(page, "--blink-settings=preferredColorScheme=0")
    assert light != dark


def test_charts_are_drawn_in_the_colours_of_the_theme(mixed: AuditResult, tmp_path: Path):
    page = save(render_html(mixed), tmp_path)
    colours = {}
    for theme, setting in (("light", 1), ("dark", 0)):
        dom = browse(page, "--dump-dom", f"--blink-settings=preferredColorScheme={setting}")
        body = dom[dom.index("<body") :]
        assert body.count('class="js-plotly-plot') + body.count("chart js-plotly-plot") >= 2
        assert body.count("main-svg") >= 2
        colours[theme] = re.findall(r'class="xtitle"[^>]*fill: ([^;]+);', body)
    assert colours["light"]
    assert colours["light"] != colours["dark"]


def test_without_decompression_the_chart_says_so(mixed: AuditResult, tmp_path: Path):
    html = render_html(mixed).replace(
        "(async () => {", "delete globalThis.DecompressionStream; (async () => {"
    )
    dom = browse(save(html, tmp_path), "--dump-dom")
    assert dom.count("This browser is too old for interactive charts.") >= 2


def test_hostile_names_run_nothing_in_charts(make, tmp_path: Path):
    name = "</script><img src=x onerror=\"document.title='owned'\"><a href='javascript:alert(1)'>"
    findings = [make.mean(name), make.mean(name, probe="popularity")]
    result = make.result(*findings, systems=(make.system(name),))
    dom = browse(save(render_html(result), tmp_path), "--dump-dom")
    assert "main-svg" in dom
    assert "<title>owned" not in dom
    assert "<img" not in re.sub(r"<script.*?</script>", "", dom, flags=re.DOTALL)


def test_nothing_but_tables_scrolls_sideways_on_a_small_screen(mixed: AuditResult, tmp_path: Path):
    inner = save(render_html(mixed, charts=False), tmp_path)
    probe = (
        "<!doctype html><title>-</title>"
        "<iframe style='width:320px;height:800px;border:0' id=f></iframe><script>"
        "const f = document.getElementById('f');"
        "f.onload = () => { const e = f.contentDocument.documentElement;"
        " document.title = `${e.scrollWidth} of ${e.clientWidth}`; };"
        f"f.srcdoc = {_as_script(inner.read_text(encoding='utf-8'))};</script>"
    )
    outer = tmp_path / "outer.html"
    outer.write_text(probe, encoding="utf-8")
    assert "<title>320 of 320</title>" in browse(outer, "--dump-dom")


def _as_script(text: str) -> str:
    return json.dumps(text).replace("<", "\\u003c")
