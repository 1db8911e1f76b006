"""The gates of a configuration as pytest's items."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from recaudit.expect import outcome_of
from recaudit.pytest_plugin.session import PluginSession

if TYPE_CHECKING:
    from recaudit.audit import AuditResult
    from recaudit.records import Finding


class AuditFile(pytest.File):
    """A configuration; its items are found by reading the file alone, so that collecting is quick."""

    def __init__(self, *, audit: PluginSession, **others: Any) -> None:
        super().__init__(**others)
        self.audit = audit

    def collect(self) -> Iterator[pytest.Item]:
        """A test for each gate and system, one more for a margin, and one for the audit as a whole."""
        yield WholeItem.from_parent(self, name="verdict")
        try:
            content = tomllib.loads(self.path.read_text(encoding="utf-8"))
        except ValueError:
            return  # the test of the whole says what is wrong
        systems = [str(table.get("name", "")) for table in _tables(content.get("systems"))]
        for gate in _tables(content.get("gates")):
            finding, wanted = str(gate.get("finding", "")), gate.get("systems")
            chosen = [str(name) for name in wanted] if isinstance(wanted, list) else systems
            for system in chosen:
                of = f"[{system}]" if len(systems) > 1 else ""
                if {"min", "max"} & gate.keys() or "margin" not in gate:
                    yield self._item(f"{finding}{of}", system, finding, is_change=False)
                if "margin" in gate:
                    yield self._item(f"{finding}-change{of}", system, finding, is_change=True)

    def _item(self, name: str, system: str, finding: str, *, is_change: bool) -> GateItem:
        item: GateItem = GateItem.from_parent(
            self, name=name, system=system, finding=finding, is_change=is_change
        )
        return item


def _tables(value: object) -> list[Mapping[str, Any]]:
    return [table for table in value if isinstance(table, dict)] if isinstance(value, list) else []


class AuditItem(pytest.Item):
    """A test that reads the result of an audit."""

    parent: AuditFile

    def __init__(self, **others: Any) -> None:
        super().__init__(**others)
        self.add_marker("audit")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *others: Any) -> Any:
        """The message alone, so that a line of the short summary begins with the number."""
        if isinstance(excinfo.value, pytest.fail.Exception) and not excinfo.value.pytrace:
            return str(excinfo.value)
        return super().repr_failure(excinfo, *others)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the gate is written, and its name."""
        return self.path, None, self.name


class GateItem(AuditItem):
    """One gate about one system.

    Args:
        system: Its name.
        finding: The gate's finding or pattern.
        is_change: Whether the gate is about the change since a baseline.
    """

    def __init__(self, *, system: str, finding: str, is_change: bool, **others: Any) -> None:
        super().__init__(**others)
        self._system, self._finding, self._is_change = system, finding, is_change
        self._failure = ""

    def setup(self) -> None:
        """Obtain the run; a gate that cannot be decided is an error and one that was not asked is skipped."""
        result = self.parent.audit.run_or_fail().result
        if self._is_change and self.parent.audit.updates:
            return
        if self._is_change and result.compared_with is None:
            pytest.skip("there is no baseline; give one with --audit-baseline")
        found = list(self._matching(result))
        if not found:
            pytest.fail(f"the run decided nothing about '{self._finding}' of '{self._system}'", pytrace=False)
        self.user_properties += properties_of(found)
        outcome, message = outcome_of(found, result.provenance.inconclusive)
        if outcome == "error":
            pytest.fail(message, pytrace=False)
        if outcome == "skipped":
            pytest.skip(message.partition("\n")[0])
        self._failure = message if outcome == "failed" else ""

    def runtest(self) -> None:
        """Fail if the gate failed, or its baseline was made anew."""
        if self._is_change:
            self.parent.audit.fail_if_updated()
        if self._failure:
            pytest.fail(self._failure, pytrace=False)

    def _matching(self, result: AuditResult) -> Iterator[Finding]:
        changes = {(one.system, one.change): one.finding for one in result.margins}
        own = {id(one) for one in result.own_findings}
        for finding in result.gated:
            name = finding.hypothesis.id
            if finding.system != self._system or (id(finding) not in own) != self._is_change:
                continue
            claim = changes[finding.system, name] if self._is_change else name
            if fnmatchcase(claim, self._finding):
                yield finding


class WholeItem(AuditItem):
    """That there is an audit, that it reached every system and that it decided something."""

    def setup(self) -> None:
        """Obtain the run; it is an error if a system could not be audited or nothing was decided."""
        result = self.parent.audit.run_or_fail().result
        self.user_properties += [
            ("audit_verdict", result.verdict),
            ("audit_config", result.provenance.config_digest),
        ]
        problem = what_is_missing(result)
        if problem:
            pytest.fail(problem, pytrace=False)

    def runtest(self) -> None:
        """Fail if the baseline was made anew."""
        self.parent.audit.fail_if_updated()


def what_is_missing(result: AuditResult) -> str:
    """Which systems could not be audited, or that nothing was decided; "" for a whole audit."""
    from recaudit.reports.visible import visible

    if result.verdict == "NOT_RUN":
        return "nothing was decided: no gate could be tested"
    failed = [one for one in result.systems if one.failure]
    return "\n".join(visible(f"{one.card.name} could not be audited: {one.failure}") for one in failed)


def properties_of(findings: Iterable[Finding]) -> list[tuple[str, object]]:
    """What JUnit keeps of a gate: of the worst finding, where a pattern asks about several."""
    from recaudit.reports.claims import worst_first

    worst = worst_first(findings)[0]
    seen, limit = worst.estimate, worst.limit
    facts = {
        "system": worst.system,
        "finding": worst.hypothesis.id,
        "verdict": worst.verdict,
        "value": seen and seen.value,
        "low": seen and seen.low,
        "high": seen and seen.high,
        "confidence": seen and seen.confidence,
        "limit_low": limit and limit.low,
        "limit_high": limit and limit.high,
        "n": seen and seen.n,
    }
    return [(f"audit_{name}", value) for name, value in facts.items() if value is not None]
