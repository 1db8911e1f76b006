"""Reports in a language in which every text of ours stands in brackets: what has none is not in the catalogue."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from report_inputs import make_system_comparison
from rich.console import Console

from recaudit.audit.calibration import Calibration
from recaudit.audit.compare import RunComparison
from recaudit.audit.forecast import AskingForecast, Forecast, GateForecast
from recaudit.audit.result import AuditResult, ComparedWith, SequentialRun, SystemResult
from recaudit.audit.statuses import STATUSES
from recaudit.audit.usage import Usage
from recaudit.records import AnswerProblem, Limit, OtherReading, Resolved, Slot, SystemCard
from recaudit.reports import (
    language,
    render_annotations,
    render_changes_html,
    render_changes_markdown,
    render_changes_text,
    render_html,
    render_junit,
    render_markdown,
    render_terminal,
    speaking,
)
from recaudit.reports.calibration import render_calibration
from recaudit.reports.columns import ABREAST
from recaudit.reports.forecast import render_forecast
from recaudit.reports.html import TWINS
from recaudit.reports.language import LOCALE
from recaudit.reports.methods import ESTIMANDS
from recaudit.reports.view import PARTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SIGNS = ("n", "g", "p", "s", "min", "h", "UTC", "recaudit", "NOT_RUN")
"""Units and signs that every language writes alike, the name of the program, and a code that people look up."""

DIGEST = 64
"""Characters of a digest, of which a page may show twelve."""

KEPT = re.compile(r"(%\(\w+\)s|\{\w+\}|<[^>]+>)")
"""Placeholders and markup in a message."""

OURS = re.compile("⟦[^⟧]*⟧")


def bracketed(message: str) -> str:
    """Brackets around every word, so that lines may break; placeholders and markup stay outside."""
    return "".join(
        part if KEPT.fullmatch(part) else re.sub(r"\w+", r"⟦\g<0>⟧", part) for part in KEPT.split(message)
    )


@pytest.fixture(autouse=True)
def pseudo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The language, made from the catalogue's template, in use."""
    with (LOCALE / "recaudit.pot").open("rb") as file:
        template = read_po(file)
    catalogue = Catalog(locale="eo")
    for message in template:
        if message.id:
            several = isinstance(message.id, tuple)
            said = tuple(map(bracketed, message.id)) if several else bracketed(str(message.id))
            catalogue.add(message.id, said)
    path = tmp_path / "eo" / "LC_MESSAGES" / "recaudit.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setattr(language, "LOCALE", tmp_path)
    with speaking("eo"):
        yield


class Visible(HTMLParser):
    """Every text that a person sees or hears, but for letters of footnotes; marked words belong to their text."""

    READ = ("aria-label", "title", "alt", "placeholder", "data-filter")
    VOID = ("meta", "br", "hr", "img", "input", "link")
    UNENDED = ("td", "th", "tr", "thead", "tbody", "li", "dt", "dd")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.texts: list[str] = []
        self.goes_on = False
        self.feed(page)
        self.close()

    @property
    def hidden(self) -> bool:
        return any(hidden for _, hidden in self.open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.goes_on = tag == "mark"
        given = {name: value or "" for name, value in attrs}
        hidden = tag in {"style", "script", "code", "pre", "sup"}
        if not hidden and not self.hidden:
            self.texts += [value for name, value in given.items() if name in self.READ]
            if tag == "main":
                self.texts += [
                    KEPT.sub("", value) for name, value in given.items() if name.startswith("data-")
                ]
        if tag not in self.VOID and tag not in self.UNENDED:
            self.open.append((tag, hidden))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        self.goes_on = tag == "mark"
        if tag not in self.UNENDED:
            assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        if self.goes_on:
            self.texts[-1] += data
        else:
            self.texts.append(data)


CODES = {
    "contrast", "better", "quadrant", "verdict", "kind", "how", "status", "aspects", "counts", "problem", "problems",
    "titles", "seconds",
}  # fmt: skip
"""Fields whose values are codes of the program, for which readers see words."""


def texts_in(content: Any) -> Iterator[str]:
    """Every text in a result, with the keys of its mappings; neither names of fields nor codes."""
    if isinstance(content, str):
        yield content
    elif is_dataclass(content):
        for one in fields(content):
            if one.name not in CODES or isinstance(content, OtherReading):
                yield from texts_in(getattr(content, one.name))
    elif isinstance(content, Mapping):
        yield from texts_in([*content, *content.values()])
    elif isinstance(content, tuple | list):
        for value in content:
            yield from texts_in(value)


def strange(texts: Iterable[str], *results: Any) -> list[str]:
    """Texts with a letter that stands neither in brackets, nor in a text of a result, a number or a sign."""
    data = {text for result in results for text in texts_in(result)}
    data |= {part for text in data for part in text.split("*")}
    data |= {text[:12] for text in data if len(text) == DIGEST}
    data |= {text[:1].upper() + text[1:] for text in data}
    longest_first = sorted(filter(str.strip, {*data, *SIGNS}), key=len, reverse=True)
    known = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
    left = (known.sub(" ", OURS.sub(" ", text)) for text in texts)
    return sorted({" ".join(text.split()) for text in left if re.search(r"[^\W\d_]", text)})


@pytest.fixture
def everything(make, mixed: AuditResult) -> AuditResult:
    """More gates than are seen at once, a sequential run, a baseline, a system that failed, costs, settings."""
    card = SystemCard(
        name="gpt", version="2", llm="small", llm_parameters=135_000_000, crm_at_inference=False,
        settings={"temperature": "0"},
    )  # fmt: skip
    run = SequentialRun(
        batch=25, looks=2, units=50, planned_units=200, requests=100, planned_requests=400, settled=True
    )
    usage = Usage(
        calls=1200, retries=3, tokens_in=10_000, tokens_out=20_000, cost=1.25, currency="EUR", seconds=(),
        request_seconds=(0.4, 1.2, 2.1), throughput=3.5,
    )  # fmt: skip
    gpt = make.system(card=card, verdict="FAIL", sequential=run, usage=usage)
    priced = make.system("priced", "PASS", usage=replace(usage, cost=0.02))
    broken = make.system("svd", "ERROR", failure="MemoryError", probes=())
    gates = [make.gap("gpt", metric=f"gain{place}") for place in range(13)]
    means = [make.mean(system, 0.2, verdict="PASS", limit=Limit(low=0.1)) for system in ("gpt", "priced")]
    undefined = make.finding("svd", verdict="ERROR", reason="the system could not be built")
    return make.result(
        *mixed.findings, *gates, *means, undefined,
        systems=(*mixed.systems, gpt, priced, broken),
        compared_with=ComparedWith(
            name="base.json", digest="b" * 64, started="2026-11-20", counts=dict.fromkeys(STATUSES, 1)
        ),
    )  # fmt: skip


@pytest.fixture
def crowded(make) -> AuditResult:
    """More systems than fit on a sheet, against each other, with every kind of claim, shrunk means, lost answers."""
    names = [f"system {place}" for place in range(2 * ABREAST)]
    systems = [crowded_system(make, name) for name in names]
    findings = []
    for name in names:
        findings += [
            make.mean(name, verdict="PASS", limit=Limit(low=0.1)),
            make.mean(name, metric="ndcg@5"),
            make.gap(name, metric="gain"),
            make.finding(name, metric="hit@10", verdict=None, estimate=make.estimate(None, None, None, reason="few")),
            *(
                make.finding(
                    name, contrast=contrast, attribute=None, probe="counterfactual", verdict=verdict,
                    metric=metric, estimate=make.estimate(p=0.2, groups=make.groups(), detectable=0.1),
                    arms=("gender=F",), baseline="placebo", id=f"counterfactual/{metric}-{contrast}",
                )
                for contrast, metric, verdict in (
                    *((contrast, "ndcg@6", None) for contrast in ESTIMANDS),
                    ("excess", "rbo@6", "FAIL"), ("excess", "jaccard@6", None),
                )
            ),
            make.finding(
                name, contrast="mean", attribute=None, probe="counterfactual", verdict=None, metric="rbo@6",
                estimate=make.estimate(), arms=("placebo",), id="counterfactual/rbo@6-placebo",
            ),
            make.finding(
                name, contrast="mean", attribute=None, probe="counterfactual", verdict=None, metric="rbo@6",
                estimate=make.estimate(), arms=("repeat",), id="counterfactual/rbo@6-repeat",
            ),
        ]  # fmt: skip
    pairs = make_system_comparison(systems=tuple(names[:3]), claim="quality/ndcg@10")
    renamed = dict(zip(("knn", "als", "gpt"), names, strict=False))
    differences = tuple(
        replace(one, first=renamed[one.first], second=renamed[one.second]) for one in pairs.differences
    )
    alike = tuple(replace(one, value=0.0, low=-0.1, high=0.1) for one in differences)
    return make.result(
        *findings,
        systems=tuple(systems),
        aspects={"quality": "good", "counterfactual": "fair", "popularity": "fair"},
        comparisons=(
            replace(pairs, differences=differences),
            replace(pairs, claim="quality/ndcg@5", metric="ndcg@5", better="neither", differences=alike),
        ),
        examples=tuple(
            make.example(
                findings[-1],
                kind=kind,
                second=make.side("gender=F", "I am Eve.", "Casino", "Blade", problem=problem, slots=slots, sent=sent),
            )
            for (kind, problem, sent), slots in zip(
                (("largest", "timeout", ""), ("middle", "unparsed", "{}"), ("one list only", "error", "")),
                batched_slots(),
                strict=True,
            )
        ),
    )  # fmt: skip


def batched_slots() -> list[tuple[Slot, ...]]:
    slots = [
        Slot(title="Blade", item=None if how == "not asked" else 7, how=how, similarity=88.0)
        for how in get_args(Resolved)
    ]
    return [tuple(slots[:3]), tuple(slots[3:5]), tuple(slots[5:])]


def crowded_system(make, name: str) -> SystemResult:
    system: SystemResult = make.system(name)
    whole = replace(system.funnel.groups[0], planned=7, answered=7, problems={}, empty=0, short=0, measured=7)
    [quality, popularity] = system.probes
    shrunk = replace(quality.tables[0], shrunk=((0.38, 0.8), (0.31, 0.7), (0.3, 0.7)))
    spread = replace(quality.spreads[0], arms="placebo", quartiles=(0.5,) * 5)
    readings = tuple(
        OtherReading(
            how="titles matched exactly" if changed else "titles matched by likeness",
            answers=900,
            changed=changed,
            estimates={"quality/ndcg@10": make.estimate()} if changed else {},
        )
        for changed in (0, 1 if name.endswith("0") else 2)
    )
    return replace(
        system,
        funnel=replace(
            system.funnel,
            everybody=replace(
                system.funnel.everybody,
                problems=dict.fromkeys(get_args(AnswerProblem), 1),
                titles=dict.fromkeys(get_args(Resolved), 1),
            ),
            groups=(whole, replace(whole, group="F")),
            undefined={},
        ),
        probes=(
            replace(quality, tables=(shrunk,), spreads=(*quality.spreads, spread)),
            popularity,
        ),
        seconds=dict.fromkeys(PARTS, 1.0),
        otherwise=readings,
    )


@pytest.fixture
def results(make, mixed: AuditResult, everything: AuditResult, crowded: AuditResult) -> list[AuditResult]:
    return [
        mixed,
        everything,
        crowded,
        make.paired(),
        make.result(systems=(make.system(verdict="NOT_RUN", probes=()),), not_tested=()),
    ]


def test_every_text_on_the_page_is_in_the_catalogue(
    results: list[AuditResult], calibration: Calibration
) -> None:
    for result in results:
        page = render_html(result, calibration=calibration)
        seen = Visible(page)
        assert '<html lang="eo">' in page
        assert sum("⟦" in text for text in seen.texts) > 50
        files = [name for name, _ in TWINS]
        assert not strange(seen.texts, result, calibration, files)


def test_every_text_of_the_summaries_is_in_the_catalogue(results: list[AuditResult]) -> None:
    for result in results:
        summary = html.unescape(re.sub(r"\\(.)", r"\1", render_markdown(result)))
        assert not strange(summary.splitlines(), result)
        assert not strange(printed(render_terminal(result)), result)
        annotations = [line.rpartition("::")[2] for line in render_annotations(result)]
        assert not strange(map(unquote, annotations), result)
        suites = ET.fromstring(render_junit(result)).iter()  # noqa: S314 - our own text
        told = [text for one in suites for text in (one.get("message", ""), one.text or "")]
        assert not strange(told, result)


def test_every_text_of_a_comparison_is_in_the_catalogue(comparison: RunComparison) -> None:
    assert not strange(Visible(render_changes_html(comparison)).texts, comparison)
    assert not strange(render_changes_text(comparison).splitlines(), comparison)
    summary = html.unescape(re.sub(r"\\(.)", r"\1", render_changes_markdown(comparison)))
    assert not strange(summary.splitlines(), comparison)


def test_every_text_of_a_calibration_and_a_forecast_is_in_the_catalogue(calibration: Calibration) -> None:
    assert not strange(printed(render_calibration(calibration)), calibration)
    asking = AskingForecast(
        system="gpt", probe="quality", requests=50, not_offered=48, claims=3, not_run={"no ratings": 2}, calls=50,
        tokens_in=100, tokens_out=200, cost=0.5, currency="EUR",
    )  # fmt: skip
    gate = GateForecast(
        system="gpt", finding="quality/rmse", not_run="no ratings", units=50, limit=Limit(high=1.0), margin=0.1,
        detectable=0.2,
    )  # fmt: skip
    for forecast in (
        Forecast(name="a", asking=(asking,), gates=(gate,), failures={"svd": "MemoryError"}),
        Forecast(name="a", asking=(), gates=(), failures={}),
    ):
        assert not strange(printed(render_forecast(forecast)), forecast)


def test_a_text_that_is_not_in_the_catalogue_is_found() -> None:
    page = "<main><p>⟦Gates⟧ als of <b>12 %</b></p><p title='Not ours'></p></main>"
    assert strange(Visible(page).texts, ("als",)) == ["Not ours", "of"]


def printed(parts: Iterable[Any]) -> list[str]:
    text = StringIO()
    console = Console(file=text, width=2000)
    for part in parts:
        console.print(part)
    return text.getvalue().splitlines()
