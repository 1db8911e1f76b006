"""Workflow commands of GitHub Actions: each gate that did not pass, at its line of the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recaudit.audit.decide import outcome
from recaudit.audit.toml_lines import gate_at
from recaudit.reports.claims import claim_of, worst_first
from recaudit.reports.visible import visible

if TYPE_CHECKING:
    from recaudit.audit.result import AuditResult

_COMMANDS = {"failed": "error", "error": "error", "skipped": "warning"}


def render_annotations(result: AuditResult) -> tuple[str, ...]:
    """One command a gate that failed, erred or was not decided, worst first; hosts show the first ten of a kind.

    Data in a command has %, line feeds and carriage returns encoded; in its properties : and , too.
    """
    provenance = result.provenance
    lines = [
        _command("error", {"title": "ERROR"}, f"{system.card.name} could not be audited: {system.failure}")
        for system in result.systems
        if system.failure
    ]
    findings = {margin.change: margin.finding for margin in result.margins}
    for finding in worst_first(result.gated):
        verdict = finding.verdict or "NOT_RUN"
        command = _COMMANDS.get(outcome(verdict, provenance.inconclusive))
        if command is not None:
            name = finding.hypothesis.id
            line = gate_at(provenance.config_text, finding.system, findings.get(name, name))
            place = {"file": provenance.config_name, "line": str(line or 1), "title": f"{verdict} {name}"}
            lines.append(_command(command, place, claim_of(finding).sentence))
    if result.verdict == "NOT_RUN":
        lines.append(_command("error", {"title": "NOT RUN"}, "nothing was decided: no gate could be tested"))
    return tuple(lines)


def _command(command: str, properties: dict[str, str], data: str) -> str:
    listed = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in properties.items())
    return f"::{command} {listed}::{_escaped(data)}"


def _escaped(text: str, more: str = "") -> str:
    """Percent-encode what ends a command or a property.

    >>> _escaped("50 %, a:b", ":,")
    '50 %25%2C a%3Ab'
    """
    return "".join(
        f"%{ord(character):02X}" if character in f"%\r\n{more}" else character for character in visible(text)
    )
