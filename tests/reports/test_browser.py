"""The page in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
from browser_pages import CHROMIUM, visited

from recaudit.records import SystemCard
from recaudit.reports import render_folder, render_html, speaking

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from recaudit.audit.result import AuditResult

pytest.importorskip("playwright", reason="needs playwright: pip install 'recaudit[test]'")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: none of chromium, google-chrome is in PATH"),
]

SERVER_POLICY = "sandbox; default-src 'none'; img-src 'self'; style-src 'self'"
HOSTILE = "</script><img src=x onerror=alert(1)><a href='javascript:alert(2)'>{{7*7}}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        started = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


def draw_charts(page: Page, count: int) -> None:
    """Charts are drawn when they come into view."""
    for place in range(count):
        page.locator(".chart").nth(place).scroll_into_view_if_needed()
        page.wait_for_selector(f".js-plotly-plot >> nth={place}", state="attached")
        page.locator(".chart").nth(place).locator(".main-svg").first.wait_for(state="attached")


def bottom(page: Page, selector: str) -> float:
    box = page.locator(selector).last.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


@pytest.fixture(scope="module")
def many(make) -> AuditResult:
    """Twenty systems with long names and two gates each."""
    findings, systems = [], []
    for place in range(20):
        name = f"system with a rather long name, number {place}"
        findings += [
            make.gap(name),
            make.gap(name, "INCONCLUSIVE", metric="hit@10"),
            make.mean(name, 0.3 + place / 100),
        ]
        card = SystemCard(
            name=name,
            version=f"1.{place}",
            llm="model" if place % 2 else None,
            llm_parameters=10**place if place % 2 else None,
            tuned=place % 4 == 1,
            crm_at_inference=place % 3 == 0,
        )
        systems.append(make.system(card=card, verdict="FAIL"))
    return make.result(*findings, systems=tuple(systems))


@pytest.fixture(scope="module")
def endless(make) -> AuditResult:
    """Names and titles of thousands of characters."""
    title = "A title without end " * 250
    return make.result(*(make.gap(f"{title} {place}", title=title) for place in range(14)), name="n" * 5000)


@pytest.mark.parametrize("audit", ["mixed", "many", "paired", "endless"])
def test_the_first_screen_needs_no_scroll_no_click_and_no_script(
    browser: Browser, audit: str, request: pytest.FixtureRequest, make
):
    result = make.paired() if audit == "paired" else request.getfixturevalue(audit)
    with visited(browser, render_html(result), java_script_enabled=False) as visit:
        for part in (".decision .lead", ".standing", ".untested", ".trust", "#gates table >> nth=0"):
            assert visit.page.locator(part).first.is_visible()
            assert bottom(visit.page, part) <= 900, part
        assert visit.page.locator("h1").inner_text() == "✕ FAIL"


@pytest.mark.parametrize("width", [320, 360])
@pytest.mark.parametrize("audit", ["mixed", "many", "paired"])
def test_nothing_but_tables_scrolls_sideways_on_a_small_screen(
    browser: Browser, audit: str, width: int, request: pytest.FixtureRequest, make
):
    result = make.paired() if audit == "paired" else request.getfixturevalue(audit)
    with visited(browser, render_html(result, static=True), width=width, height=740) as visit:
        visit.page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


def test_longer_words_of_another_language_fit_on_a_small_screen(browser: Browser, many: AuditResult):
    with speaking("de"):
        page = render_html(many, static=True)
    with visited(browser, page, width=320, height=740) as visit:
        visit.page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
        assert visit.page.locator("h1").inner_text() == "✕ DURCHGEFALLEN"
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_keyboard_reaches_links_folds_and_tables(browser: Browser, mixed: AuditResult):
    with visited(browser, render_html(mixed)) as visit:
        page = visit.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash") == "#verdict"
        fold = page.locator("details.attribute").first
        opened = fold.evaluate("fold => fold.open")
        fold.locator("summary").first.focus()
        page.keyboard.press("Enter")
        assert fold.evaluate("fold => fold.open") != opened
        order = page.evaluate(
            "[...document.querySelectorAll('a, summary, button, input, [tabindex]')].map(one => one.tabIndex)"
        )
        assert set(order) <= {0}


def test_tables_sort_and_go_back(browser: Browser, mixed: AuditResult):
    with visited(browser, render_html(mixed)) as visit:
        table = visit.page.locator("#gates table").first
        value = table.get_by_role("button", name="Value", exact=True)

        def shown() -> list[str]:
            return table.locator("tbody tr td:nth-child(4)").all_inner_texts()

        before = shown()
        value.click()
        rising = [float(text) for text in shown() if text]
        assert rising == sorted(rising)
        assert table.locator("th[aria-sort=ascending]").inner_text() == "Value"
        value.press("Enter")
        assert [float(text) for text in shown() if text] == rising[::-1]
        value.click()
        assert shown() == before
        assert table.locator("th[aria-sort]").count() == 0


def test_a_filter_shows_the_rows_with_all_words_and_opens_their_folds(browser: Browser, many: AuditResult):
    with visited(browser, render_html(many)) as visit:
        gates = visit.page.locator("#gates")
        gates.get_by_label("Show gates with").fill("hit@10 NUMBER 19")
        assert gates.locator("tbody tr:visible").count() == 1
        assert gates.get_by_role("status").inner_text() == "1 of 40 rows"
        gates.get_by_label("Show gates with").fill("")
        assert gates.locator("tbody tr:visible").count() == 40
        assert visit.errors == []


def test_light_and_dark_differ(browser: Browser, mixed: AuditResult):
    colours = set()
    for scheme in ("light", "dark"):
        with visited(browser, render_html(mixed, static=True), color_scheme=scheme) as visit:
            colours.add(visit.page.evaluate("getComputedStyle(document.body).backgroundColor"))
            ink = visit.page.evaluate("getComputedStyle(document.body).color")
            svg = visit.page.locator(".matrix svg path").last
            assert svg.evaluate("path => getComputedStyle(path).fill") == ink
    assert len(colours) == 2


def test_with_scripts_blocked_everything_but_charts_is_there(browser: Browser, mixed: AuditResult):
    with visited(browser, render_html(mixed), java_script_enabled=False) as blocked:
        assert blocked.page.locator(".chart p:has-text('needs scripts')").count() == 3
        tables = blocked.page.locator("table").all_inner_texts()
    with visited(browser, render_html(mixed)) as visit:
        draw_charts(visit.page, 2)
        assert visit.page.locator("table").all_inner_texts() == tables


def test_the_folder_is_complete_under_the_policy_of_a_build_server(
    browser: Browser, mixed: AuditResult, make
):
    for files in (render_folder(mixed), render_folder(make.paired(), static=True)):
        with visited(browser, files, policy=SERVER_POLICY) as visit:
            assert set(visit.requests) == {"report.html", "report.css"}
            assert visit.page.locator("h1").evaluate("h1 => getComputedStyle(h1).fontSize") == "32px"
            assert bottom(visit.page, "#gates table >> nth=0") <= 900
            assert visit.page.locator("[style]").count() == 0


def test_the_folder_has_charts_where_scripts_may_run(browser: Browser, mixed: AuditResult):
    files = render_folder(mixed)
    assert set(files) == {"report.html", "report.css", "report.js", "plotly.min.js"}
    with visited(browser, files) as visit:
        assert set(visit.requests) == {"report.html", "report.css", "report.js"}
        draw_charts(visit.page, 2)
        assert set(visit.requests) == set(files)
        assert visit.errors == []
    assert set(render_folder(mixed, static=True)) == {"report.html", "report.css"}


def test_intervals_show_where_style_sheets_are_blocked(browser: Browser, mixed: AuditResult):
    with visited(browser, render_html(mixed, static=True), policy="style-src 'none'") as visit:
        plot = visit.page.locator("#gates svg").first
        assert plot.bounding_box()["width"] == 150
        assert plot.locator("path").last.evaluate("path => getComputedStyle(path).fill") == "rgb(0, 0, 0)"
        assert visit.page.evaluate("getComputedStyle(document.body).fontFamily") != "var(--sans)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_charts_are_drawn_in_the_colours_of_the_theme(browser: Browser, mixed: AuditResult, scheme: str):
    with visited(browser, render_html(mixed), color_scheme=scheme) as visit:
        assert visit.page.locator(".js-plotly-plot").count() < 2
        draw_charts(visit.page, 2)
        ink = visit.page.evaluate("getComputedStyle(document.body).color")
        title = visit.page.locator(".xtitle, .ytitle").first
        assert title.evaluate("text => getComputedStyle(text).fill") == ink
        assert visit.requests == ["report.html"]
        assert visit.errors == []


def test_means_by_group_are_drawn_for_the_chosen_metric_and_systems(browser: Browser, mixed: AuditResult):
    with visited(browser, render_html(mixed)) as visit:
        explorer = visit.page.locator(".explorer")
        explorer.scroll_into_view_if_needed()
        explorer.locator(".main-svg").first.wait_for(state="attached")
        chart = explorer.locator(".chart")
        drawn = "chart => [chart.layout.yaxis.title.text, chart.data.map(one => [one.name, one.y[0]])]"
        assert chart.evaluate(drawn) == ["ndcg@10", [["als", 0.384], ["knn", 0.384]]]
        explorer.locator(".of").select_option("hit@10")
        chart.locator("text=hit@10").wait_for()
        assert chart.evaluate(drawn) == ["hit@10", [["als", 0.8], ["knn", 0.8]]]
        visit.page.locator(".chooser input").first.uncheck()
        visit.page.wait_for_function("document.querySelector('.explorer .chart').data.length === 1")
        assert chart.evaluate(drawn) == ["hit@10", [["knn", 0.8]]]


def test_without_decompression_the_chart_says_so(browser: Browser, mixed: AuditResult):
    with visited(browser, render_html(mixed), init="delete globalThis.DecompressionStream") as visit:
        assert visit.page.locator("text=This browser is too old for interactive charts.").count() == 3


def test_hostile_names_run_and_load_nothing(browser: Browser, make):
    findings = [make.mean(HOSTILE), make.mean(HOSTILE, probe="popularity")]
    charted = make.result(
        *findings, systems=(make.system(HOSTILE),), config_text=f"# {HOSTILE}\n", name=HOSTILE
    )
    paired = make.paired(HOSTILE)
    side = make.side(HOSTILE, HOSTILE, HOSTILE, "b", sent=HOSTILE, text=HOSTILE)
    paired = replace(
        paired,
        examples=(
            replace(paired.examples[0], unit=HOSTILE, first=side, second=replace(side, asked="other")),
        ),
    )
    for files in ({"report.html": render_html(charted)}, render_folder(paired)):
        with visited(browser, files) as visit:
            draw_charts(visit.page, 1)
            assert set(visit.requests) == set(files)
            assert visit.dialogs == []
            assert visit.errors == []
            assert visit.page.locator("img, a[href^='javascript']").count() == 0


def test_print_opens_folds_and_repeats_heads(browser: Browser, mixed: AuditResult):
    with visited(browser, render_html(mixed, static=True), java_script_enabled=False) as visit:
        page = visit.page
        closed = page.locator("details:not([open]) table").first
        assert not closed.is_visible()
        page.emulate_media(media="print")
        assert closed.bounding_box()["height"] > 20
        assert (
            page.locator("thead").first.evaluate("head => getComputedStyle(head).display")
            == "table-header-group"
        )
        assert not page.locator("nav").is_visible()
        assert page.pdf(format="A4").startswith(b"%PDF")


def test_heads_are_plain_and_folds_open_while_printing(browser: Browser, mixed: AuditResult):
    with visited(browser, render_html(mixed)) as visit:
        page = visit.page
        heads = page.locator("#gates thead").inner_text()
        buttons, closed = page.locator("thead button").count(), page.locator("details:not([open])").count()
        assert buttons > 0
        assert closed > 0
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert (page.locator("thead button").count(), page.locator("details:not([open])").count()) == (0, 0)
        assert page.locator("#gates thead").inner_text() == heads
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator("thead button").count() == buttons
        assert page.locator("details:not([open])").count() == closed


@pytest.mark.skipif(
    find_spec("axe_playwright_python") is None,
    reason="needs axe-playwright-python: pip install 'recaudit[test]'",
)
@pytest.mark.slow
@pytest.mark.parametrize(("audit", "scheme"), [("mixed", "dark"), ("paired", "light")])
def test_axe_finds_nothing_serious(
    browser: Browser, audit: str, scheme: str, request: pytest.FixtureRequest, make
):
    axe = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    result = make.paired() if audit == "paired" else request.getfixturevalue(audit)
    with visited(browser, render_html(result), color_scheme=scheme) as visit:
        visit.page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
        visit.page.evaluate(axe)
        found = visit.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    serious = {
        violation["id"]: [node["html"][:160] for node in violation["nodes"][:3]]
        for violation in found["violations"]
        if violation["impact"] in {"serious", "critical"}
    }
    assert serious == {}, json.dumps(serious, indent=1)


def test_systems_are_chosen_for_all_tables(browser: Browser, mixed: AuditResult):
    with visited(browser, render_html(mixed)) as visit:
        page = visit.page

        def seen(selector: str) -> int:
            return page.locator(selector).evaluate_all(
                "found => found.filter(one => getComputedStyle(one).display !== 'none').length"
            )

        head = page.locator("table.by-system").first.locator("thead th")
        assert head.all_inner_texts() == ["Claim", "als", "knn"]
        gates = seen("#gates tbody tr")
        page.get_by_role("checkbox", name="knn", exact=True).uncheck()
        assert page.locator(".chooser [role=status]").inner_text().startswith("1 of 2 shown")
        assert [head.nth(place).is_visible() for place in range(3)] == [True, True, False]
        assert seen("#gates tbody tr") == gates / 2
        assert seen("#systems .cards tbody tr") == 1
        page.get_by_role("checkbox", name="knn", exact=True).check()
        assert seen("#gates tbody tr") == gates
        assert not visit.errors
