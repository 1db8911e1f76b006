"""The only place that says a verdict.

A PASS means that the whole interval lies within the limit: the value was shown to be acceptable, not merely
"not shown to be bad". Reports, exit codes and gates all read what is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from recaudit.records import Estimate, Finding, Limit, Verdict
from recaudit.statistics import units_to_settle

WORST_FIRST: tuple[Verdict, ...] = ("ERROR", "FAIL", "INCONCLUSIVE", "PASS", "NOT_RUN")

EXIT_CODES: dict[Verdict, int] = {"PASS": 0, "FAIL": 1, "ERROR": 3, "NOT_RUN": 3, "INCONCLUSIVE": 4}

Outcome: TypeAlias = Literal["passed", "failed", "error", "skipped"]
"""What a gate is in a report of tests."""

_OUTCOMES: dict[Verdict, Outcome] = {
    "PASS": "passed",
    "FAIL": "failed",
    "ERROR": "error",
    "NOT_RUN": "skipped",
    "INCONCLUSIVE": "failed",
}


def decide(estimate: Estimate, limit: Limit) -> tuple[Verdict, str]:
    """Decide one claim.

    Returns:
        PASS if the interval lies within the limit, FAIL if it lies beyond, INCONCLUSIVE if it straddles the limit
        or there are too few units for an interval, ERROR if the value is undefined or degenerate; and the reason.
    """
    if estimate.value is None:
        return "ERROR", f"no value: {estimate.reason or 'nothing was measured'}"
    if estimate.low is None or estimate.high is None:
        degenerate = estimate.standard_error == 0
        return "ERROR" if degenerate else "INCONCLUSIVE", f"no interval: {estimate.reason}"
    above_floor = limit.low is None or estimate.low >= limit.low
    below_ceiling = limit.high is None or estimate.high <= limit.high
    if above_floor and below_ceiling:
        return "PASS", "the whole interval is within the limit"
    if limit.low is not None and estimate.high < limit.low:
        return "FAIL", "the whole interval is below the limit"
    if limit.high is not None and estimate.low > limit.high:
        return "FAIL", "the whole interval is above the limit"
    return "INCONCLUSIVE", _straddle(estimate, limit)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict of a whole from the verdicts of its gated findings; NOT_RUN if nothing was decided."""
    given = set(verdicts)
    return next((verdict for verdict in WORST_FIRST if verdict in given), "NOT_RUN")


def verdict_of(findings: Iterable[Finding], failure: str) -> Verdict:
    """The verdict of a system: the worst of its gated findings, ERROR if it could not be audited.

    Args:
        findings: About the system, gated or not.
        failure: Why it could not be audited, "" if it could.
    """
    gated = (finding.verdict for finding in findings if finding.limit is not None)
    return "ERROR" if failure else worst(verdict for verdict in gated if verdict is not None)


def exit_code(verdict: Verdict, inconclusive: str) -> int:
    """The exit code of a run: 0 pass, 1 a gate failed, 3 incomplete, 4 inconclusive unless policy lets it through."""
    if verdict == "INCONCLUSIVE" and inconclusive != "fail":
        return 0
    return EXIT_CODES[verdict]


def outcome(verdict: Verdict, inconclusive: str) -> Outcome:
    """A gate as a test: the policy makes an inconclusive one a failure, a skipped test or a passed one."""
    if verdict == "INCONCLUSIVE" and inconclusive != "fail":
        return "skipped" if inconclusive == "warn" else "passed"
    return _OUTCOMES[verdict]


def _straddle(estimate: Estimate, limit: Limit) -> str:
    needed = units_to_settle(estimate, limit)
    remedy = "only more units can tell" if needed is None else f"about {needed:,} units would settle it"
    return f"the interval includes the limit; {remedy} (there are {estimate.n:,})"
