"""Expectations about single findings of a run, for tests that people write by hand.

```python
def test_women_get_lists_as_good(audit):
    expect(audit["quality/gender/ndcg@10-gap"]).within(0.05)
    expect(audit["quality/ndcg@10"]).no_worse_than(audit.baseline, margin=0.01)
```

An expectation is decided as a gate is: it holds when the whole interval lies within the limit, so an interval that
includes the limit is no pass. Each expectation is decided by itself, with the finding's interval in the result; only
gates hold jointly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import SkipTest

from recaudit.errors import InputError, UnknownNameError, did_you_mean

if TYPE_CHECKING:
    from recaudit.audit import AuditResult
    from recaudit.audit.decide import Outcome
    from recaudit.records import Finding, Limit

__all__ = ["AuditRun", "Expectation", "GateFailedError", "ObservedFinding", "expect"]


class GateFailedError(AssertionError):
    """A finding is not within its limit; the message begins with the number and its interval."""

    __module__ = "builtins"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedFinding:
    """One finding of a run.

    Attributes:
        run: Where it is from.
        finding: What was claimed, seen and decided.
    """

    run: AuditRun
    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRun:
    """A run that is decided.

    Attributes:
        result: What was found.
        folder: Where it lies.
        baseline: What it is compared with, None for nothing.
    """

    result: AuditResult
    folder: Path
    baseline: Path | None = None

    def __getitem__(self, key: str | tuple[str, str]) -> ObservedFinding:
        """A finding by its id, or by (system, id) where there are several systems.

        Raises:
            InputError: If there is no such system or finding, or the system is not named and there are several.
        """
        system, name = ("", key) if isinstance(key, str) else key
        system = system_of(self.result, system, name)
        own = {one.hypothesis.id: one for one in self.result.findings if one.system == system}
        if name not in own:
            near = did_you_mean(name, own)
            hint = near or f"; the {len(own)} findings start with {', '.join(list(own)[:3])}"
            raise InputError(f"no finding is called '{name}'{hint}")
        return ObservedFinding(run=self, finding=own[name])


def system_of(result: AuditResult, system: str, finding: str) -> str:
    """The system that is meant: the only one where none is named.

    Raises:
        InputError: If it does not exist, or none is named and there are several.
    """
    names = [one.card.name for one in result.systems]
    if system:
        if system not in names:
            raise UnknownNameError.among("system", system, names)
        return system
    if len(names) > 1:
        raise InputError(
            f'\'{finding}\' of which system: {", ".join(names)}? Name it: audit["{names[0]}", "{finding}"]'
        )
    return names[0]


def expect(observed: ObservedFinding) -> Expectation:
    """Begin an expectation, such as `expect(audit["quality/ndcg@10"]).at_least(0.2)`."""
    return Expectation(observed)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What may be expected of a finding; each check raises if it is not shown to hold.

    The checks raise `GateFailedError` for a finding that fails or could not be decided, and `unittest.SkipTest`, which
    pytest takes for a skip, for one that could not be asked; an inconclusive one as the audit's policy says.
    """

    observed: ObservedFinding

    def within(self, low: float, high: float | None = None) -> None:
        """Expect the value between `low` and `high`, or with one number x between -x and x."""
        __tracebackhide__ = True
        from recaudit.records import Limit

        self._decide(Limit(low=-abs(low), high=abs(low)) if high is None else Limit(low=low, high=high))

    def at_least(self, low: float) -> None:
        """Expect the value at or above `low`."""
        __tracebackhide__ = True
        from recaudit.records import Limit

        self._decide(Limit(low=low))

    def at_most(self, high: float) -> None:
        """Expect the value at or below `high`."""
        __tracebackhide__ = True
        from recaudit.records import Limit

        self._decide(Limit(high=high))

    def no_worse_than(self, baseline: Path | str | None, *, margin: float) -> None:
        """Expect the value not to have got worse than in a baseline by more than `margin`.

        The test is that of a gate with a margin: paired by user and one-sided.

        Args:
            baseline: A file made by `recaudit baseline`, which must hold this finding.
            margin: In units of the finding.

        Raises:
            InputError: If there is no baseline, it cannot be compared with, or the change of the finding cannot be
                tested.
        """
        __tracebackhide__ = True
        from recaudit.audit import compared, open_baseline
        from recaudit.audit.gates import worse_side
        from recaudit.records import Margin
        from recaudit.statistics import PAIRED_CONTRASTS

        run, finding = self.observed.run, self.observed.finding
        claim = finding.hypothesis
        if baseline is None:
            raise InputError(f"there is no baseline for '{claim.id}'; give one with --audit-baseline")
        worse = worse_side(claim, finding.limit)
        if claim.contrast not in PAIRED_CONTRASTS or worse is None:
            raise InputError(f"the change of '{claim.id}' cannot be tested; expect a value of it instead")
        wanted = Margin(system=finding.system, finding=claim.id, margin=margin, worse=worse)
        made = compared(
            replace(run.result, margins=(wanted,), findings=run.result.own_findings, compared_with=None),
            run.folder,
            open_baseline(Path(baseline)),
        )
        [change] = [one for one in made.gated if one.hypothesis.id == wanted.change]
        settle([change], run.result.provenance.inconclusive)

    def _decide(self, limit: Limit) -> None:
        __tracebackhide__ = True
        from recaudit.audit import decide

        finding = self.observed.finding
        if finding.verdict in {"NOT_RUN", "ERROR"} and (finding.estimate is None or finding.limit is None):
            decided = finding
        elif finding.estimate is None:
            decided = replace(finding, verdict="ERROR", reason="nothing was measured")
        else:
            verdict, reason = decide(finding.estimate, limit)
            decided = replace(finding, limit=limit, verdict=verdict, reason=reason)
        settle([decided], self.observed.run.result.provenance.inconclusive)


def settle(findings: Iterable[Finding], inconclusive: str) -> None:
    """Raise what decided findings mean for a test: the worst of them speaks.

    Raises:
        GateFailedError: If one failed or could not be decided.
        SkipTest: If none did and one could not be asked, or is inconclusive and the policy says to warn.
    """
    __tracebackhide__ = True
    outcome, message = outcome_of(findings, inconclusive)
    raised: dict[Outcome, Callable[[str], Exception]] = {
        "failed": GateFailedError,
        "error": GateFailedError,
        "skipped": SkipTest,
    }
    if outcome in raised:
        raise raised[outcome](message)


def outcome_of(findings: Iterable[Finding], inconclusive: str) -> tuple[Outcome, str]:
    """What decided findings mean for one test, and its message, the number of the worst first."""
    from recaudit.audit import outcome
    from recaudit.reports.claims import claim_of, message_of, worst_first
    from recaudit.reports.sentences import sentence_of
    from recaudit.reports.visible import visible

    ordered = worst_first(findings)
    outcomes = [outcome(one.verdict or "NOT_RUN", inconclusive) for one in ordered]
    rank: dict[Outcome, int] = {"error": 0, "failed": 1, "skipped": 2, "passed": 3}
    worst = min(outcomes, key=rank.__getitem__)
    speaking = [one for one, found in zip(ordered, outcomes, strict=True) if found == worst]
    more = f"\nand {len(speaking) - 1} more like it" if len(speaking) > 1 else ""
    number, sentence = message_of(claim_of(speaking[0])), sentence_of(speaking[0])
    return worst, visible(f"{number}\n{sentence}{more}")
