"""`junit.xml`: every gate as a test, for the test page of a CI server."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from recaudit.audit.decide import outcome
from recaudit.reports.claims import claim_of, message_of
from recaudit.reports.language import _
from recaudit.reports.sentences import sentence_of
from recaudit.reports.visible import visible

if TYPE_CHECKING:
    from recaudit.audit.decide import Outcome
    from recaudit.audit.result import AuditResult, SystemResult
    from recaudit.records import Finding

_ELEMENTS: dict[Outcome, str] = {"failed": "failure", "error": "error", "skipped": "skipped"}
_COUNTED = ("failure", "error", "skipped")


def render_junit(result: AuditResult) -> str:
    """Write a suite per system with a case per gate.

    FAIL is a failure, ERROR an error, NOT_RUN skipped; INCONCLUSIVE a failure, skipped or passed as the policy says. A
    system that could not be audited, and an audit that decided nothing, are an error of their own, so that there is a
    failure or an error exactly where the exit code is not 0.
    """
    root = Element("testsuites", name=visible(result.name))
    for system in result.systems:
        _suite(root, result, system)
    if result.verdict == "NOT_RUN":
        suite = SubElement(root, "testsuite", name=visible(result.name))
        case = SubElement(suite, "testcase", classname="audit", name="verdict", time="0")
        told = _("nothing was decided: no gate could be tested")
        SubElement(case, "error", type="NOT_RUN", message=told)
        _count(suite)
    totals = {
        what: sum(int(suite.get(what, 0)) for suite in root)
        for what in ("tests", "failures", "errors", "skipped")
    }
    root.attrib.update({what: str(number) for what, number in totals.items()})
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, result: AuditResult, system: SystemResult) -> None:
    name = visible(system.card.name)
    seconds = f"{sum(system.seconds.values()):.3f}"
    suite = SubElement(root, "testsuite", name=name, time=seconds, timestamp=result.provenance.started)
    properties = SubElement(suite, "properties")
    facts = {"verdict": system.verdict, "config": result.provenance.config_digest, "data": result.data.digest}
    if result.compared_with is not None:
        facts["baseline"] = result.compared_with.digest
    for key, value in facts.items():
        SubElement(properties, "property", name=key, value=value)
    if system.failure:
        case = SubElement(suite, "testcase", classname=name, name="audit", time="0")
        SubElement(case, "error", type="ERROR", message=visible(system.failure))
    for finding in result.gated:
        if finding.system == system.card.name:
            _case(suite, finding, result.provenance.inconclusive)
    _count(suite)


def _case(suite: Element, finding: Finding, inconclusive: str) -> None:
    verdict = finding.verdict or "NOT_RUN"
    claim = claim_of(finding)
    case = SubElement(
        suite, "testcase", classname=visible(finding.system), name=visible(finding.hypothesis.id), time="0"
    )
    properties = SubElement(case, "properties")
    seen = finding.estimate
    facts = {
        "verdict": verdict,
        "value": None if seen is None else seen.value,
        "low": None if seen is None else seen.low,
        "high": None if seen is None else seen.high,
        "confidence": None if seen is None else seen.confidence,
        "limit_low": None if finding.limit is None else finding.limit.low,
        "limit_high": None if finding.limit is None else finding.limit.high,
        "n": claim.n,
        "reason": claim.reason,
    }
    for key, value in facts.items():
        if value not in {None, ""}:
            SubElement(properties, "property", name=key, value=visible(str(value)))
    element = _ELEMENTS.get(outcome(verdict, inconclusive))
    if element is not None:
        told = SubElement(case, element, type=verdict, message=visible(message_of(claim)))
        told.text = visible(sentence_of(finding))


def _count(suite: Element) -> None:
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    for element, attribute in zip(_COUNTED, ("failures", "errors", "skipped"), strict=True):
        suite.set(attribute, str(sum(case.find(element) is not None for case in cases)))
