"""The words of the report: what a verdict means, what a limit asks, what a finding says."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recaudit.reports.numbers import MINUS, decimal_places, show, show_limit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from recaudit.audit.statuses import Status
    from recaudit.records import Contrast, Estimate, Finding, Hypothesis, Limit, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictWords:
    """How a verdict is shown; symbol and word together, so that colour is never alone."""

    symbol: str
    word: str
    advice: str
    meaning: str


VERDICTS: dict[Verdict, VerdictWords] = {
    "FAIL": VerdictWords(
        symbol="✕",
        word="FAIL",
        advice="Do not release: a limit is broken beyond the uncertainty of the data.",
        meaning="The whole interval lies beyond the limit.",
    ),
    "ERROR": VerdictWords(
        symbol="!",
        word="ERROR",
        advice="Audit incomplete: do not release on this evidence.",
        meaning="It should have been tested and could not be, or the value is degenerate.",
    ),
    "INCONCLUSIVE": VerdictWords(
        symbol="?",
        word="INCONCLUSIVE",
        advice="Not shown to be within the limits: get more data before deciding.",
        meaning="The interval includes the limit, so the data cannot tell on which side the value lies.",
    ),
    "NOT_RUN": VerdictWords(
        symbol="\N{EN DASH}",
        word="NOT RUN",
        advice="Nothing was decided: this page holds estimates without a verdict.",
        meaning="The system does not offer what the question needs, or nothing was asked.",
    ),
    "PASS": VerdictWords(
        symbol="✓",
        word="PASS",
        advice="Every limit that was set holds. Nothing is shown about what was not asked.",
        meaning="The whole interval lies within the limit: shown to hold, not merely “no difference found”.",
    ),
}
"""In the order in which a reader needs them."""

_COUNTED: dict[Verdict, str] = {
    "FAIL": "failed",
    "ERROR": "could not be decided",
    "INCONCLUSIVE": "inconclusive",
    "NOT_RUN": "not run",
    "PASS": "passed",
}

STATUS_WORDS: dict[Status, tuple[str, str]] = {
    "new": ("newly failing", "The gate fails or errs now, and did not before."),
    "worse": ("worse", "The whole interval of the change lies on the worse side."),
    "fixed": ("fixed", "The gate failed or erred before, and passes now."),
    "better": ("better", "The whole interval of the change lies on the better side."),
    "changed": ("changed", "The change is shown, and no side is better."),
    "untested": ("without a test", "The change has no interval."),
    "added": ("only now", "The earlier run does not have it."),
    "gone": ("only before", "The new run does not have it."),
    "unchanged": (
        "no change shown",
        "The interval of the change holds 0, which does not show that nothing changed.",
    ),
}

_SEPARATORS = {"-", MINUS, "\N{EN DASH}", "/"}

BETTER = {
    "higher": "higher is better",
    "lower": "lower is better",
    "zero": "best near 0",
    "neither": "no better side",
}

_CONTRASTS: dict[Contrast, str] = {
    "mean": "mean {metric}",
    "corpus": "{metric} of all lists together",
    "gap": "{metric}: largest gap by {attribute}",
    "ratio": "{metric}: smallest ratio by {attribute}",
    "worst": "{metric}: worst-served {attribute}",
    "part gap": "{metric}: largest difference between parts",
    "part ratio": "{metric}: smallest ratio between parts",
    "part size": "{metric}: mean absolute value of parts",
    "excess": "{metric}: largest loss beyond {baseline}",
    "change": "{metric}: largest change from {baseline}",
    "arm gap": "{metric}: largest difference between arms",
    "arm spread": "{metric}: spread over arms",
    "trend": "{metric}: slope over arms",
}


def title_of(claim: Hypothesis) -> str:
    """Name a claim in a few words."""
    if claim.title:
        return claim.title
    attribute = attribute_words(claim.attribute)
    return _CONTRASTS[claim.contrast].format(
        metric=claim.metric, attribute=attribute, baseline=claim.baseline
    )


def attribute_words(attribute: str | None) -> str:
    """Write a product of attributes, such as "gender*age_band", with a multiplication sign."""
    return " \N{MULTIPLICATION SIGN} ".join((attribute or "").split("*"))


def group_words(group: str) -> str:
    """Name a group, also one whose name is empty.

    >>> group_words("F"), group_words(" ")
    ('F', '(empty name)')
    """
    return group if group.strip() else "(empty name)"


def limit_words(limit: Limit | None) -> str:
    """Say what a limit asks, "" without one.

    >>> from recaudit.records import Limit
    >>> limit_words(Limit(high=0.05)), limit_words(Limit(low=0.8, high=1.25))
    ('at most 0.05', '0.8 to 1.25')
    """
    if limit is None:
        return ""
    if limit.low is not None and limit.high is not None:
        return f"{show_limit(limit.low)} to {show_limit(limit.high)}"
    if limit.low is not None:
        return f"at least {show_limit(limit.low)}"
    return "" if limit.high is None else f"at most {show_limit(limit.high)}"


def confidence_words(confidence: float) -> str:
    """Name an interval by its confidence.

    >>> confidence_words(0.95)
    '95 % interval'
    """
    return f"{100 * confidence:.6g} % interval"


def count_words(verdicts: Iterable[Verdict]) -> str:
    """Count gates by verdict in one phrase.

    >>> count_words(["PASS", "FAIL", "PASS", "ERROR"])
    '1 of 4 gates failed, 1 could not be decided, 2 passed'
    """
    counts = Counter(verdicts)
    total = counts.total()
    if total == 0:
        return "no gates were set"
    gates = "gate" if total == 1 else "gates"
    first, *rest = _tallies(counts)
    number, _, what = first.partition(" ")
    return ", ".join([f"{number} of {total} {gates} {what}", *rest])


def tally_words(verdicts: Iterable[Verdict]) -> str:
    """Count gates by verdict in few words, worst first.

    >>> tally_words(["PASS", "FAIL", "PASS"])
    '1 failed, 2 passed'
    """
    return ", ".join(_tallies(Counter(verdicts))) or "no gate"


def _tallies(counts: Counter[Verdict]) -> list[str]:
    return [f"{counts[verdict]} {_COUNTED[verdict]}" for verdict in VERDICTS if counts[verdict]]


def status_words(counts: Mapping[Status, int]) -> str:
    """Count findings by what became of them.

    >>> status_words({"new": 1, "unchanged": 3})
    '1 newly failing, 3 no change shown'
    """
    return ", ".join(f"{number} {STATUS_WORDS[status][0]}" for status, number in counts.items() if number)


def places_of(estimate: Estimate, limit: Limit | None) -> int:
    """Decimals for the numbers of an estimate, the same for the value and both ends."""
    borders = () if limit is None else (limit.low, limit.high)
    return decimal_places([estimate.value, estimate.low, estimate.high], against=borders)


def interval_words(estimate: Estimate, places: int) -> str:
    """Write an interval as "0.051 to 0.117", "" where there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    return f"{show(estimate.low, places)} to {show(estimate.high, places)}"


def pair_of(estimate: Estimate) -> tuple[str, str] | None:
    """The two groups that make a gap or ratio, lower mean first; None if `versus` names no pair."""
    means = {group.group: group.value for group in estimate.groups}
    versus = estimate.versus
    for first in (name for name in means if versus.startswith(name)):
        for second in (name for name in means if versus.endswith(name)):
            between = versus[len(first) : len(versus) - len(second)].strip()
            if first != second and len(first) + len(second) < len(versus) and between in _SEPARATORS:
                lower, higher = means[first], means[second]
                in_order = lower is not None and higher is not None and lower <= higher
                return (first, second) if in_order else (second, first)
    return None


def sentence_of(finding: Finding) -> str:
    """Say in one sentence what a finding says: who, what, how much, how sure, and the limit."""
    estimate = finding.estimate
    if estimate is None or estimate.value is None:
        asked = title_of(finding.hypothesis)
        return (
            f"{finding.system}: {asked} could not be measured ({finding.reason or 'no reason is recorded'})."
        )
    places = places_of(estimate, finding.limit)
    sure = interval_words(estimate, places)
    parts = [f"{confidence_words(estimate.confidence)} {sure}" if sure else f"no interval: {estimate.reason}"]
    if finding.limit is not None:
        parts.append(f"limit: {limit_words(finding.limit)}")
    return f"{finding.system}: {_statement(finding, show(estimate.value, places), estimate)} ({'; '.join(parts)})."


def _statement(finding: Finding, value: str, estimate: Estimate) -> str:
    claim = finding.hypothesis
    metric, attribute = claim.metric, attribute_words(claim.attribute)
    pair = pair_of(estimate)
    if claim.contrast == "gap" and pair:
        return f"{attribute} {pair[0]} receives {metric} {value} lower than {attribute} {pair[1]}"
    if claim.contrast == "ratio" and pair:
        return f"{attribute} {pair[0]} receives {value} times the {metric} of {attribute} {pair[1]}"
    if claim.contrast == "worst" and estimate.versus:
        return f"the worst-served {attribute}, {estimate.versus}, receives a mean {metric} of {value}"
    if claim.contrast == "mean" and not claim.title:
        return f"the mean {metric} of all users is {value}"
    if claim.arms and " - " in estimate.versus:
        return _statement_on_arms(claim, estimate.versus, value)
    which = f", {estimate.versus}," if estimate.versus else ""
    return f"{title_of(claim)}{which} is {value}"


def _statement_on_arms(claim: Hypothesis, versus: str, value: str) -> str:
    first, _, second = versus.partition(" - ")
    if claim.contrast == "excess":
        arm = second if first == claim.baseline else first
        return f"{arm} loses {value} of {claim.metric} beyond {claim.baseline}"
    return f"mean {claim.metric} is {value} higher in {first} than in {second}"
