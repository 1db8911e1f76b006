from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources

import pytest

from recaudit.audit.result import AuditResult, ComparedWith, NotTested, SequentialRun
from recaudit.records import Limit, SystemCard
from recaudit.reports import render_folder, render_html

HOSTILE = "</script><img src=x onerror=alert(1)>\N{RIGHT-TO-LEFT OVERRIDE}{{7*7}}"


class Tree(HTMLParser):
    """Tags with their attributes and path, and the text outside scripts and styles."""

    VOID = {"meta", "br", "hr", "img", "input", "link"}  # noqa: RUF012 - read only
    UNENDED = {"td", "th", "tr", "thead", "tbody", "li", "dt", "dd"}  # noqa: RUF012 - read only

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.unclosed: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID | self.UNENDED:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unclosed.append(tag)

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.open):
            self.text += data

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]


@pytest.fixture(scope="module")
def hostile(make, mixed: AuditResult) -> AuditResult:
    """A result with hostile text in every place where text from outside can stand."""
    groups = make.groups(lower=HOSTILE)
    findings = (
        make.gap(HOSTILE),
        make.finding(
            HOSTILE,
            metric=HOSTILE,
            attribute=HOSTILE,
            id=HOSTILE,
            question=HOSTILE,
            probe=HOSTILE,
            reason=HOSTILE,
            estimate=make.estimate(
                versus=f"M - {HOSTILE}", groups=groups, method=HOSTILE, family=HOSTILE, reason=HOSTILE
            ),
        ),
        make.mean(HOSTILE, verdict="PASS", limit=Limit(low=0.1)),
        make.mean(HOSTILE, probe="popularity", metric=HOSTILE),
    )
    system = make.system()
    quality, popularity = system.probes
    table = replace(
        quality.tables[0], attribute=HOSTILE, groups=("M", HOSTILE, "other"), metrics=("ndcg@10", HOSTILE)
    )
    chart = replace(
        popularity.distributions[0],
        name=HOSTILE,
        question=HOSTILE,
        categories=("head", HOSTILE, "tail"),
        series={HOSTILE: (0.2, 0.3, 0.5)},
    )
    system = replace(
        system,
        card=SystemCard(name=HOSTILE, version=HOSTILE, llm=HOSTILE, description=HOSTILE),
        failure=HOSTILE,
        probes=(replace(quality, tables=(table,)), replace(popularity, distributions=(chart,))),
        funnel=replace(
            system.funnel,
            everybody=replace(system.funnel.everybody, problems={HOSTILE: 1}),
            groups=(replace(system.funnel.everybody, attribute=HOSTILE, group=HOSTILE, titles={HOSTILE: 1}),),
            measured={HOSTILE: 1},
            undefined={HOSTILE: 1},
        ),
        seconds={HOSTILE: 1.0},
    )
    result = make.result(*findings, systems=(system,), config_text=f"# {HOSTILE}\n", name=HOSTILE)
    return replace(
        result,
        not_tested=tuple(NotTested(what=HOSTILE, why=HOSTILE) for _ in range(9)),
        data=replace(
            result.data,
            name=HOSTILE,
            source=HOSTILE,
            licence=HOSTILE,
            split=HOSTILE,
            groups={HOSTILE: {HOSTILE: 3}},
            missing={HOSTILE: 2},
        ),
        provenance=replace(result.provenance, started=HOSTILE, versions={HOSTILE: HOSTILE}),
    )


FILES = {
    "result.json",
    "findings.csv",
    "summary.md",
    "junit.xml",
    "measurements.parquet",
    "groups.parquet",
    "evidence.sqlite",
}
"""Of a run, beside the page."""


@pytest.mark.parametrize("static", [False, True])
def test_structure(mixed, static):
    page = render_html(mixed, static=static)
    tree = Tree(page)
    assert not tree.unclosed
    assert not tree.open
    assert tree.all("html")[0]["lang"] == "en"
    assert (
        len(tree.all("h1")) == len(tree.all("main")) == len(tree.all("header")) == len(tree.all("nav")) == 1
    )
    assert all(attributes.get("scope") in {"col", "row", "rowgroup"} for attributes in tree.all("th"))
    assert len(tree.all("caption")) == len(tree.all("table"))
    assert all(
        (attributes.get("role") == "img" and attributes["aria-label"]) or attributes.get("role") == "none"
        for attributes in tree.all("svg")
    )
    ids = [attributes["id"] for _, attributes in tree.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = [attributes["href"] or "" for attributes in tree.all("a") if attributes["href"] not in FILES]
    assert {target.removeprefix("#") for target in targets} <= set(ids)
    labelled = [
        attributes["aria-labelledby"] for _, attributes in tree.tags if "aria-labelledby" in attributes
    ]
    assert set(labelled) <= set(ids)


@pytest.mark.parametrize("static", [False, True])
def test_nothing_is_loaded_from_anywhere(mixed, static):
    tree = Tree(render_html(mixed, static=static))
    loaded = {"src", "srcset", "data", "poster", "action", "formaction", "background", "xlink:href"}
    assert not [attributes for _, attributes in tree.tags if loaded & set(attributes)]
    assert not tree.all("link", "iframe", "object", "embed", "base", "form", "img")
    targets = {attributes["href"] or "" for attributes in tree.all("a")}
    assert {target for target in targets if not target.startswith("#")} == FILES
    style = resources.files("recaudit.reports").joinpath("templates", "style.css").read_text(encoding="utf-8")
    assert "url(" not in style
    assert "@import" not in style
    (policy,) = [a["content"] for a in tree.all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert (policy or "").startswith("default-src 'none'")


def test_without_charts_there_is_no_script(mixed):
    tree = Tree(render_html(mixed, static=True))
    assert not tree.all("script")
    assert not [name for _, attributes in tree.tags for name in attributes if name.startswith("on")]


def test_plotly_is_embedded_once_and_all_numbers_of_charts_are_in_tables(mixed):
    page = render_html(mixed)
    tree = Tree(page)
    assert [attributes.get("type") for attributes in tree.all("script")].count("text/plain") == 1
    assert len([a for a in tree.all("script") if a.get("type") == "application/json"]) == 3
    assert len(page.encode()) < 2_700_000
    without = Tree(render_html(mixed, static=True)).text
    assert all(share in without for share in ("50.0 %", "70.0 %", "3.0 %"))


def test_a_result_without_distributions_needs_no_plotly(make):
    result = make.result(make.gap(), systems=(make.system(probes=()),))
    assert "plotly" not in render_html(result)


@pytest.mark.parametrize("static", [False, True])
def test_hostile_text_stays_text(hostile, static):
    page = render_html(hostile, static=static)
    tree = Tree(page)
    assert not tree.unclosed
    assert not tree.all("img")
    assert not [name for _, attributes in tree.tags for name in attributes if name.startswith("on")]
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in page
    assert "⟨U+202E⟩" in tree.text
    assert "49" not in tree.text.replace("⟨U+202E⟩{{7*7}}", "")
    assert page.count("onerror") > 40
    assert len(tree.all("script")) == page.count("</script>")


def test_the_first_screen_says_what_matters_in_order(mixed):
    text = re.sub(r"\s+", " ", Tree(render_html(mixed, static=True)).text)
    expected = [
        "✕ FAIL",
        "Do not release",
        "als: gender F receives ndcg@10 0.084 lower than gender M (95 % interval 0.051 to 0.117; limit",
        "1 of 8 gates failed",
        "Not tested",
        "position",
        "Requests",
        "Gates, worst first",
    ]
    places = [text.index(part, text.index("Configuration")) for part in expected]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("verdict", "words"),
    [("PASS", "✓ PASS"), ("INCONCLUSIVE", "? INCONCLUSIVE"), ("FAIL", "✕ FAIL")],
)
def test_each_verdict_has_symbol_word_and_title(make, verdict, words):
    page = render_html(make.result(make.gap(verdict=verdict)), static=True)
    heading = re.search(r"<h1.*?</h1>", page, re.DOTALL)
    assert heading is not None
    assert words in Tree(heading.group()).text
    assert f"<title>{verdict}: an audit" in page


def test_an_error_says_what_could_not_be_audited(make):
    broken = make.system("svd", "ERROR", failure="it could not be built: MemoryError", probes=())
    page = render_html(
        make.result(make.finding("svd", verdict="ERROR", reason="no"), systems=(broken,)), static=True
    )
    assert "! ERROR" in re.sub(r"\s+", " ", Tree(page).text)
    assert "svd could not be audited: it could not be built: MemoryError." in page


def test_an_audit_without_findings_and_gates_is_a_page(make):
    text = Tree(
        render_html(make.result(systems=(make.system(verdict="NOT_RUN", probes=()),), not_tested=()))
    ).text
    assert "Nothing was decided" in text
    assert "No gate was set" in text
    assert "Nothing is recorded as left out." in text


def test_at_most_twelve_gates_are_visible_and_the_rest_is_folded(make):
    gates = [make.gap(f"system {place}") for place in range(15)]
    page = render_html(make.result(*gates), static=True)
    visible, folded = page.split("3 more gates")
    assert visible.count("class=limit>at most 0.05") == 12
    assert folded.split('id="systems"')[0].count("class=limit>at most 0.05") == 3


def test_none_and_nan_are_never_shown(mixed, make):
    undefined = make.finding(
        estimate=make.estimate(None, None, None, reason="nobody"), verdict="ERROR", reason="nobody"
    )
    for result in (mixed, make.result(undefined)):
        text = Tree(render_html(result, static=True)).text
        assert not re.search(r"\b(None|nan|NaN|inf)\b", text)


def test_the_same_result_gives_the_same_bytes(mixed):
    assert render_html(mixed) == render_html(mixed)


def test_metrics_are_explained(mixed):
    assert "Discounted gain of the list, as a share of the best list's." in Tree(
        render_html(mixed, static=True)
    ).text.replace("\n", " ")


def test_the_configuration_stands_verbatim(make):
    config = '[audit]\nname = "a & b"   # two  spaces\n'
    assert config in Tree(render_html(make.result(make.gap(), config_text=config), static=True)).text


def test_a_baseline_and_a_sequential_run_stand_on_the_page(make):
    run = SequentialRun(
        batch=25, looks=2, units=50, planned_units=200, requests=100, planned_requests=400, settled=True
    )
    base = ComparedWith(name="base.json", digest="b" * 64, started="2026-11-20", counts={"fixed": 2})
    result = make.result(
        make.gap(), systems=(make.system("als", "FAIL", sequential=run),), compared_with=base
    )
    text = Tree(render_html(result, static=True)).text
    assert "Against the baseline base.json of 2026-11-20 00:00: 2 fixed." in text
    assert "Compared with the baseline base.json" in text
    assert "als: asked 100 of 400 planned requests" in text
    assert "300 of 400 requests" in text


def test_links_to_the_run_leave_the_folder_of_the_page(mixed):
    page = Tree(render_folder(mixed, static=True)["report.html"])
    targets = {attributes["href"] for attributes in page.all("a")}
    assert {f"../{name}" for name in FILES} <= targets


def test_printed_sheets_have_the_digests_at_their_head(mixed):
    head = f'content: "recaudit: FAIL, audit of 2026-11-24, configuration {"c" * 12}, data {"d" * 12}"'
    assert head in render_html(mixed, static=True)
    assert head in render_folder(mixed, static=True)["report.css"]
