"""What the terminal shows of an audit at the end: at most 15 lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recaudit.expect import AuditRun

if TYPE_CHECKING:
    from recaudit.pytest_plugin.session import PluginSession

MOST_GATES = 10


def summary_lines(session: PluginSession) -> list[str]:
    """The verdict, the worst gates and where the run lies; nothing if no test needed the audit."""
    made = session.outcome()
    if made is None:
        return ["the baseline was not updated: no test asked for the audit"] if session.updates else []
    if not isinstance(made, AuditRun):
        first, *more = str(made).splitlines()
        return [f"there is no audit: {first}", *more[:MOST_GATES]]
    from recaudit.audit import exit_code
    from recaudit.reports.claims import claim_of, message_of, worst_first
    from recaudit.reports.verdicts import count_words, verdict_words
    from recaudit.reports.visible import visible

    result = made.result
    words = verdict_words(result.verdict)
    counts = count_words(one.verdict or "NOT_RUN" for one in result.gated)
    lines = [f"{words.symbol} {words.word}  {visible(result.name)}: {counts}"]
    ordered = worst_first(result.gated)
    for finding in ordered[:MOST_GATES]:
        claim = claim_of(finding)
        symbol = verdict_words(finding.verdict or "NOT_RUN").symbol
        lines.append(visible(f"{symbol} {message_of(claim)} [{claim.system}, {claim.id}]"))
    if len(ordered) > MOST_GATES:
        lines.append(f"and {len(ordered) - MOST_GATES} more gates in the report")
    lines.append(
        f"run: {made.folder} (recaudit gate exits {exit_code(result.verdict, result.provenance.inconclusive)})"
    )
    if session.updates:
        lines.append(f"baseline made anew, so this session fails: {made.baseline}")
    return lines
