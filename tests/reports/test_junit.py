from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from recaudit.audit.result import AuditResult
from recaudit.records import Limit, Verdict
from recaudit.reports import render_junit

CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"properties", "testcase"},
    "testcase": {"properties", "failure", "error", "skipped"},
    "properties": {"property"},
}
REQUIRED = {
    "testsuites": {"name", "tests", "failures", "errors", "skipped"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped"},
    "testcase": {"name", "classname", "time"},
    "property": {"name", "value"},
    "failure": {"type", "message"},
    "error": {"type", "message"},
    "skipped": {"type", "message"},
}


def checked(text: str) -> ET.Element:
    """Parse and hold against the shape that CI servers read."""
    root = ET.fromstring(text)  # noqa: S314 - made here
    assert root.tag == "testsuites"
    for element in root.iter():
        assert set(element.attrib) >= REQUIRED.get(element.tag, set()), element.tag
        assert {child.tag for child in element} <= CHILDREN.get(element.tag, set()), element.tag
        if element.tag == "testcase":
            assert sum(child.tag != "properties" for child in element) <= 1
        if element.tag == "testsuite":
            cases = element.findall("testcase")
            assert int(element.attrib["tests"]) == len(cases)
            for tag, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
                assert int(element.attrib[name]) == sum(case.find(tag) is not None for case in cases)
    for name in ("tests", "failures", "errors", "skipped"):
        assert int(root.attrib[name]) == sum(int(suite.attrib[name]) for suite in root)
    return root


def cases(text: str) -> dict[tuple[str, str], ET.Element]:
    return {(case.attrib["classname"], case.attrib["name"]): case for case in checked(text).iter("testcase")}


def test_every_gate_is_a_case_in_the_suite_of_its_system(mixed: AuditResult) -> None:
    found = cases(render_junit(mixed))
    assert set(found) == {(one.system, one.hypothesis.id) for one in mixed.gated}
    failed = found["als", "quality/gender/ndcg@10-gap"]
    facts = {one.attrib["name"]: one.attrib["value"] for one in failed.iter("property")}
    assert facts["value"] == "0.084"
    assert (facts["low"], facts["high"], facts["limit_high"], facts["n"]) == ("0.051", "0.117", "0.05", "943")
    failure = failed.find("failure")
    assert failure is not None
    assert failure.attrib["message"].startswith("0.084 (95 % interval 0.051 to 0.117), limit at most 0.05")
    assert failure.text is not None
    assert "receives ndcg@10 0.084 lower" in failure.text


@pytest.mark.parametrize(
    ("verdict", "policy", "tag"),
    [
        ("PASS", "fail", None),
        ("FAIL", "pass", "failure"),
        ("ERROR", "pass", "error"),
        ("NOT_RUN", "fail", "skipped"),
        ("INCONCLUSIVE", "fail", "failure"),
        ("INCONCLUSIVE", "warn", "skipped"),
        ("INCONCLUSIVE", "pass", None),
    ],
)
def test_a_verdict_becomes_what_the_policy_says(make, verdict: Verdict, policy: str, tag: str | None) -> None:
    finding = make.finding(
        verdict=verdict, estimate=make.estimate(), limit=Limit(high=0.05), reason="so it is"
    )
    result = make.result(finding, make.mean(verdict="PASS", limit=Limit(low=0.1)))
    result = replace(result, provenance=replace(result.provenance, inconclusive=policy))
    case = cases(render_junit(result))["als", finding.hypothesis.id]
    told = [child.tag for child in case if child.tag != "properties"]
    assert told == ([] if tag is None else [tag])
    assert tag is None or "so it is" in case.find(tag).attrib["message"]  # type: ignore[union-attr]


def test_a_system_that_failed_and_an_audit_without_gates_are_errors(make) -> None:
    broken = make.result(systems=(make.system("als", "ERROR", failure="it <raised> \x00"),))
    case = cases(render_junit(broken))["als", "audit"]
    assert case.find("error").attrib["message"] == "it <raised> ⟨U+0000⟩"  # type: ignore[union-attr]
    nothing = cases(render_junit(make.result(make.mean())))
    assert nothing["audit", "verdict"].find("error") is not None


def test_hostile_text_stays_text(make) -> None:
    name = '</testcase><x a="1">&\x08\N{RIGHT-TO-LEFT OVERRIDE}\ud800'
    text = render_junit(make.result(make.gap(name), name=name))
    assert "⟨U+0008⟩" in checked(text).attrib["name"]
    assert text.encode()
