"""Exit code, JSON, page, summary, terminal, JUnit, annotations and pytest say the same of any result."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from recaudit.audit import AuditResult, decide, exit_code
from recaudit.audit.decide import verdict_of, worst
from recaudit.expect import outcome_of
from recaudit.pytest_plugin.items import what_is_missing
from recaudit.records import Finding, Limit
from recaudit.reports import (
    render_annotations,
    render_html,
    render_junit,
    render_markdown,
    render_terminal,
)
from recaudit.reports.verdicts import VERDICTS

ends = st.floats(-1, 1).map(lambda number: round(number, 3))


@st.composite
def gates(draw: st.DrawFn, make: Any, system: str, place: int, failure: str) -> Finding:
    low, value, high = sorted(draw(st.tuples(ends, ends, ends)))
    seen = make.estimate(value, low, high, n=draw(st.integers(1, 5000)))
    kind = draw(
        st.sampled_from(["interval", "interval", "interval", "none", "undefined", "not run", "no gate"])
    )
    if kind in {"none", "undefined"}:
        seen = replace(seen, low=None, high=None, reason="few", standard_error=None)
        seen = replace(seen, value=None) if kind == "undefined" else seen
    floor, ceiling = sorted(draw(st.tuples(ends, ends)))
    limit = draw(
        st.sampled_from([Limit(low=floor), Limit(high=ceiling), Limit(low=floor, high=ceiling + 0.1)])
    )
    if kind == "no gate":
        limit = None
    fields = {"contrast": "mean", "attribute": None, "id": f"quality/m{place}@5", "metric": f"m{place}@5"}
    if failure:
        made = make.finding(system, verdict="ERROR", reason=failure, **fields)
    elif kind == "not run":
        made = make.finding(system, verdict="NOT_RUN", reason="not offered", **fields)
    else:
        verdict, reason = (None, "") if limit is None else decide(seen, limit)
        made = make.finding(system, verdict=verdict, reason=reason, estimate=seen, **fields)
    return replace(made, limit=limit)


@st.composite
def results(draw: st.DrawFn, make: Any) -> AuditResult:
    systems, findings = [], []
    for name in draw(st.sampled_from([("a",), ("a", "b"), ("a", "b", "c")])):
        failure = draw(st.sampled_from(["", "", "", "", "it raised KeyError"]))
        own = [draw(gates(make, name, place, failure)) for place in range(draw(st.integers(0, 4)))]
        systems.append(make.system(name, verdict_of(own, failure), failure=failure))
        findings += own
    result = make.result(
        *findings, systems=tuple(systems), verdict=worst(system.verdict for system in systems)
    )
    policy = draw(st.sampled_from(["fail", "warn", "pass"]))
    return replace(result, provenance=replace(result.provenance, inconclusive=policy))


@pytest.mark.slow
@given(data=st.data())
@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
def test_all_forms_agree(make: Any, tmp_path: Path, data: st.DataObject) -> None:
    result = data.draw(results(make))
    code = exit_code(result.verdict, result.provenance.inconclusive)
    word = VERDICTS[result.verdict].word

    result.save(tmp_path / "result.json")
    stored = json.loads((tmp_path / "result.json").read_text())
    assert stored["verdict"] == result.verdict
    assert AuditResult.load(tmp_path) == result

    page = render_html(result, static=True)
    [heading] = re.findall(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert word in re.sub(r"<[^>]+>", " ", heading)
    assert page.index(f"<title>{word}: ") > 0
    assert render_markdown(result).startswith(f"# {VERDICTS[result.verdict].symbol} {word}: ")
    console = Console(width=200, file=(tmp_path / "terminal").open("w"))
    console.print(render_terminal(result)[0])
    console.file.close()
    assert word in (tmp_path / "terminal").read_text()

    root = ET.fromstring(render_junit(result))  # noqa: S314 - made here
    bad = int(root.attrib["failures"]) + int(root.attrib["errors"])
    assert (bad > 0) == (code != 0)
    by_case = {
        (case.attrib["classname"], case.attrib["name"]): case.find("properties/property[@name='verdict']")
        for case in root.iter("testcase")
    }
    for finding in result.gated:
        told = by_case[finding.system, finding.hypothesis.id]
        assert told is not None
        assert told.attrib["value"] == finding.verdict
    errors = [line for line in render_annotations(result) if line.startswith("::error")]
    assert len(errors) == bad

    tested = [outcome_of([finding], result.provenance.inconclusive)[0] for finding in result.gated]
    bad_tests = sum(one in {"failed", "error"} for one in tested)
    assert (bad_tests > 0 or what_is_missing(result) != "") == (code != 0)
