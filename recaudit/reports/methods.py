"""How the numbers of a probe were made: what each kind of claim estimates, on what units, and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recaudit.reports.intervals import confidence_words, range_words
from recaudit.reports.language import N_, _
from recaudit.reports.numbers import show, show_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recaudit.records import Contrast, Estimate, Finding

ESTIMANDS: dict[Contrast, str] = {
    "mean": N_("mean over units"),
    "corpus": N_("one statistic of all lists together"),
    "gap": N_("largest difference between the means of two groups of users"),
    "ratio": N_("smallest ratio of the means of two groups of users"),
    "worst": N_("mean of the worst-served group of users"),
    "part gap": N_("largest difference between parts of all lists, such as groups of items"),
    "part ratio": N_("smallest ratio between parts of all lists"),
    "part size": N_("mean absolute value of parts of all lists"),
    "excess": N_("within units: how far the arm that loses most falls short of the baseline arm"),
    "change": N_("within units: largest absolute change from the baseline arm"),
    "arm gap": N_("within units: largest difference between two arms"),
    "arm spread": N_("standard deviation of the arms' means"),
    "trend": N_("within units: slope over ordered arms"),
}

TESTS: dict[Contrast, str] = {
    "corpus": N_("labels permuted"),
    **dict.fromkeys(("excess", "change", "arm gap", "arm spread", "trend"), N_("arms permuted within units")),
}

NO_DIFFERENCE = N_("no difference between groups")


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodRow:
    """One kind of claim in one probe, or in the whole audit.

    Attributes:
        claims: How many findings.
        estimand: What is estimated.
        n: Units, "60" or "60 to 943".
        method: How the interval was made.
        family: What the interval holds jointly with.
        confidence: "95 % interval".
        test: The test of no difference, "" without one.
        detectable: Smallest effect seen with 80 % power, as a range, "" where it is not known.
    """

    claims: str
    estimand: str
    n: str
    method: str
    family: str
    confidence: str
    test: str
    detectable: str


def method_rows(findings: Sequence[Finding]) -> tuple[MethodRow, ...]:
    """Put findings that were made alike in one row, in the order in which they first appear."""
    alike: dict[tuple[str, ...], list[Estimate]] = {}
    for finding in findings:
        estimate = finding.estimate
        if estimate is not None:
            key = (
                _(ESTIMANDS[finding.hypothesis.contrast]),
                estimate.method,
                f"{estimate.family} ({show_count(estimate.family_size)})",
                confidence_words(estimate.confidence),
                _test(finding, estimate),
            )
            alike.setdefault(key, []).append(estimate)
    return tuple(
        MethodRow(
            claims=show_count(len(made)),
            estimand=estimand,
            n=_span([estimate.n for estimate in made]),
            method=method,
            family=family,
            confidence=confidence,
            test=test,
            detectable=_effects([estimate.detectable for estimate in made]),
        )
        for (estimand, method, family, confidence, test), made in alike.items()
    )


def _test(finding: Finding, estimate: Estimate) -> str:
    if estimate.p is None:
        return ""
    test = _(TESTS.get(finding.hypothesis.contrast, NO_DIFFERENCE))
    how = _("{test}; Holm") if finding.limit is not None else _("{test}; false discovery rate")
    return how.format(test=test)


def _span(counts: Sequence[int]) -> str:
    low, high = min(counts), max(counts)
    return show_count(low) if low == high else range_words(show_count(low), show_count(high))


def _effects(effects: Sequence[float | None]) -> str:
    known = [effect for effect in effects if effect is not None]
    if not known:
        return ""
    low, high = show(min(known)), show(max(known))
    return low if low == high else range_words(low, high)
