"""Workflow commands of GitHub Actions: each gate that did not pass, at its line of the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recaudit.audit.decide import outcome
from recaudit.audit.toml_lines import gate_at
from recaudit.reports.claims import worst_first
from recaudit.reports.language import _
from recaudit.reports.sentences import sentence_of
from recaudit.reports.verdicts import verdict_words
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
        _command(
            "error",
            {"title": verdict_words("ERROR").word},
            _("{system} could not be audited: {reason}").format(
                system=system.card.name, reason=system.failure
            ),
        )
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
            lines.append(_command(command, place, sentence_of(finding)))
    if result.verdict == "NOT_RUN":
        title = {"title": verdict_words("NOT_RUN").word}
        lines.append(_command("error", title, _("nothing was decided: no gate could be tested")))
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
