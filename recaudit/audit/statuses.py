"""What became of a finding between two runs, in one word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from recaudit.audit.decide import worst
from recaudit.audit.gates import worse_side
from recaudit.records import Estimate, Finding, Margin, Verdict

Status: TypeAlias = Literal[
    "new", "fixed", "worse", "better", "changed", "unchanged", "untested", "added", "gone"
]
"""What became of a finding: its gate fails now and did not; failed and passes now; its value is shown to be worse,
better, or different where neither side is better; no change is shown; the change has no test; only the new run has it;
only the earlier one."""

STATUSES: tuple[Status, ...] = (
    "new", "worse", "fixed", "better", "changed", "untested", "added", "gone", "unchanged",
)  # fmt: skip
"""In the order in which a reader needs them."""

_BAD: frozenset[Verdict | None] = frozenset({"FAIL", "ERROR"})


def status_of(
    finding: Finding | None,
    change: Estimate | None,
    *,
    before: Verdict | None,
    after: Verdict | None,
    kept: bool,
) -> Status:
    """Say what became of a finding.

    Args:
        finding: In the new run, None if only the earlier run has it.
        change: New less earlier value, None where it was not estimated.
        before: Verdict in the earlier run.
        after: Verdict in the new run.
        kept: Whether the earlier run has it.
    """
    if finding is None:
        return "gone"
    if after in _BAD and before not in _BAD:
        return "new"
    if not kept:
        return "added"
    if before in _BAD and after == "PASS":
        return "fixed"
    return _shown(finding, change)


def _shown(finding: Finding, change: Estimate | None) -> Status:
    """What the interval of a change shows."""
    if change is None or change.low is None or change.high is None:
        return "untested"
    if change.low <= 0 <= change.high:
        return "unchanged"
    worse = worse_side(finding.hypothesis, finding.limit)
    if worse is None:
        return "changed"
    return "worse" if (change.low > 0) == (worse == "higher") else "better"


def counts_since(
    before: Mapping[tuple[str, str], Verdict | None],
    now: Iterable[Finding],
    changes: Iterable[Finding],
    margins: Iterable[Margin],
) -> dict[Status, int]:
    """Count what became of the gates of a baseline.

    A gate with a limit and a margin fails when it fails by either.

    Args:
        before: (system, claim) to its verdict in the baseline.
        now: The findings of the run that a limit or a margin asks about.
        changes: The findings about changes since the baseline.
        margins: What tells which change belongs to which claim.

    Returns:
        Status to number of gates, without zeros, in the order in which a reader needs them.
    """
    ids = {(one.system, one.change): (one.system, one.finding) for one in margins}
    changed = {ids[one.system, one.hypothesis.id]: one for one in changes}
    own = {(one.system, one.hypothesis.id): one for one in now}
    counts = Counter[Status]()
    for key in {**own, **before}:
        finding, change = own.get(key), changed.get(key)
        verdicts = [one.verdict for one in (finding, change) if one is not None and one.verdict is not None]
        counts[
            status_of(
                finding,
                None if change is None else change.estimate,
                before=before.get(key),
                after=worst(verdicts) if verdicts else None,
                kept=key in before,
            )
        ] += 1
    return {status: counts[status] for status in STATUSES if counts[status]}
