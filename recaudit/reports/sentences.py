"""The words of the report: what a verdict means, what a limit asks, what a finding says.

Tables hold English marked for the catalogue; the functions beside them say it in the language in use.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from recaudit.reports.language import N_, _, ngettext
from recaudit.reports.numbers import MINUS, decimal_places, show, show_limit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

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
        word=N_("FAIL"),
        advice=N_("Do not release: a limit is broken beyond the uncertainty of the data."),
        meaning=N_("The whole interval lies beyond the limit."),
    ),
    "ERROR": VerdictWords(
        symbol="!",
        word=N_("ERROR"),
        advice=N_("Audit incomplete: do not release on this evidence."),
        meaning=N_("It should have been tested and could not be, or the value is degenerate."),
    ),
    "INCONCLUSIVE": VerdictWords(
        symbol="?",
        word=N_("INCONCLUSIVE"),
        advice=N_("Not shown to be within the limits: get more data before deciding."),
        meaning=N_("The interval includes the limit, so the data cannot tell on which side the value lies."),
    ),
    "NOT_RUN": VerdictWords(
        symbol="\N{EN DASH}",
        word=N_("NOT RUN"),
        advice=N_("Nothing was decided: this page holds estimates without a verdict."),
        meaning=N_("The system does not offer what the question needs, or nothing was asked."),
    ),
    "PASS": VerdictWords(
        symbol="✓",
        word=N_("PASS"),
        advice=N_("Every limit that was set holds. Nothing is shown about what was not asked."),
        meaning=N_(
            "The whole interval lies within the limit: shown to hold, not merely “no difference found”."
        ),
    ),
}
"""In the order in which a reader needs them."""


def verdict_words(verdict: Verdict) -> VerdictWords:
    """How a verdict is shown in the language in use."""
    words = VERDICTS[verdict]
    return replace(words, word=_(words.word), advice=_(words.advice), meaning=_(words.meaning))


_TALLIES: dict[Verdict, Callable[[int], str]] = {
    "FAIL": lambda n: ngettext("{number} failed", "{number} failed", n),
    "ERROR": lambda n: ngettext("{number} could not be decided", "{number} could not be decided", n),
    "INCONCLUSIVE": lambda n: ngettext("{number} inconclusive", "{number} inconclusive", n),
    "NOT_RUN": lambda n: ngettext("{number} not run", "{number} not run", n),
    "PASS": lambda n: ngettext("{number} passed", "{number} passed", n),
}

_TALLIES_OF_ALL: dict[Verdict, Callable[[int], str]] = {
    "FAIL": lambda n: ngettext("{number} of {total} gate failed", "{number} of {total} gates failed", n),
    "ERROR": lambda n: ngettext(
        "{number} of {total} gate could not be decided", "{number} of {total} gates could not be decided", n
    ),
    "INCONCLUSIVE": lambda n: ngettext(
        "{number} of {total} gate inconclusive", "{number} of {total} gates inconclusive", n
    ),
    "NOT_RUN": lambda n: ngettext("{number} of {total} gate not run", "{number} of {total} gates not run", n),
    "PASS": lambda n: ngettext("{number} of {total} gate passed", "{number} of {total} gates passed", n),
}

STATUS_WORDS: dict[Status, tuple[str, str]] = {
    "new": (N_("newly failing"), N_("The gate fails or errs now, and did not before.")),
    "worse": (N_("worse"), N_("The whole interval of the change lies on the worse side.")),
    "fixed": (N_("fixed"), N_("The gate failed or erred before, and passes now.")),
    "better": (N_("better"), N_("The whole interval of the change lies on the better side.")),
    "changed": (N_("changed"), N_("The change is shown, and no side is better.")),
    "untested": (N_("without a test"), N_("The change has no interval.")),
    "added": (N_("only now"), N_("The earlier run does not have it.")),
    "gone": (N_("only before"), N_("The new run does not have it.")),
    "unchanged": (
        N_("no change shown"),
        N_("The interval of the change holds 0, which does not show that nothing changed."),
    ),
}

_SEPARATORS = {"-", MINUS, "\N{EN DASH}", "/"}

BETTER = {
    "higher": N_("higher is better"),
    "lower": N_("lower is better"),
    "zero": N_("best near 0"),
    "neither": N_("no better side"),
}

_CONTRASTS: dict[Contrast, str] = {
    "mean": N_("mean {metric}"),
    "corpus": N_("{metric} of all lists together"),
    "gap": N_("{metric}: largest gap by {attribute}"),
    "ratio": N_("{metric}: smallest ratio by {attribute}"),
    "worst": N_("{metric}: worst-served {attribute}"),
    "part gap": N_("{metric}: largest difference between parts"),
    "part ratio": N_("{metric}: smallest ratio between parts"),
    "part size": N_("{metric}: mean absolute value of parts"),
    "excess": N_("{metric}: largest loss beyond {baseline}"),
    "change": N_("{metric}: largest change from {baseline}"),
    "arm gap": N_("{metric}: largest difference between arms"),
    "arm spread": N_("{metric}: spread over arms"),
    "trend": N_("{metric}: slope over arms"),
}


def title_of(claim: Hypothesis) -> str:
    """Name a claim in a few words."""
    if claim.title:
        return claim.title
    attribute = attribute_words(claim.attribute)
    return _(_CONTRASTS[claim.contrast]).format(
        metric=claim.metric, attribute=attribute, baseline=claim.baseline
    )


def better_words(better: str) -> str:
    """Say which side of a metric is better."""
    return _(BETTER[better])


def capitalised(text: str) -> str:
    """Begin a text with a capital, and leave the rest as it is.

    >>> capitalised("2 of 3 gates"), capitalised("no gate of PASS")
    ('2 of 3 gates', 'No gate of PASS')
    """
    return f"{text[:1].upper()}{text[1:]}"


def attribute_words(attribute: str | None) -> str:
    """Write a product of attributes, such as "gender*age_band", with a multiplication sign."""
    return " \N{MULTIPLICATION SIGN} ".join((attribute or "").split("*"))


def group_words(group: str) -> str:
    """Name a group, also one whose name is empty.

    >>> group_words("F"), group_words(" ")
    ('F', '(empty name)')
    """
    return group if group.strip() else _("(empty name)")


def limit_words(limit: Limit | None) -> str:
    """Say what a limit asks, "" without one.

    >>> from recaudit.records import Limit
    >>> limit_words(Limit(high=0.05)), limit_words(Limit(low=0.8, high=1.25))
    ('at most 0.05', '0.8 to 1.25')
    """
    if limit is None:
        return ""
    if limit.low is not None and limit.high is not None:
        return range_words(show_limit(limit.low), show_limit(limit.high))
    if limit.low is not None:
        return _("at least {limit}").format(limit=show_limit(limit.low))
    return "" if limit.high is None else _("at most {limit}").format(limit=show_limit(limit.high))


def range_words(low: str, high: str) -> str:
    """Name two ends.

    >>> range_words("0.051", "0.117")
    '0.051 to 0.117'
    """
    return _("{low} to {high}").format(low=low, high=high)


def percent_words(share: float) -> str:
    """Write a level of confidence in percent.

    >>> percent_words(0.95), percent_words(0.999)
    ('95 %', '99.9 %')
    """
    return f"{100 * share:.6g} %"


def confidence_words(confidence: float) -> str:
    """Name an interval by its confidence.

    >>> confidence_words(0.95)
    '95 % interval'
    """
    return _("{percent} interval").format(percent=percent_words(confidence))


def sure_words(confidence: float, ends: str) -> str:
    """Name an interval by its confidence, with its ends.

    >>> sure_words(0.95, "0.051 to 0.117")
    '95 % interval 0.051 to 0.117'
    """
    return _("{percent} interval {ends}").format(percent=percent_words(confidence), ends=ends)


def count_words(verdicts: Iterable[Verdict]) -> str:
    """Count gates by verdict in one phrase.

    >>> count_words(["PASS", "FAIL", "PASS", "ERROR"])
    '1 of 4 gates failed, 1 could not be decided, 2 passed'
    """
    counts = Counter(verdicts)
    total = counts.total()
    if total == 0:
        return _("no gates were set")
    first = next(verdict for verdict in VERDICTS if counts[verdict])
    of_all = _TALLIES_OF_ALL[first](total).format(number=counts.pop(first), total=total)
    return ", ".join([of_all, *_tallies(counts)])


def tally_words(verdicts: Iterable[Verdict]) -> str:
    """Count gates by verdict in few words, worst first.

    >>> tally_words(["PASS", "FAIL", "PASS"])
    '1 failed, 2 passed'
    """
    return ", ".join(_tallies(Counter(verdicts))) or _("no gate")


def _tallies(counts: Counter[Verdict]) -> list[str]:
    return [
        _TALLIES[verdict](counts[verdict]).format(number=counts[verdict])
        for verdict in VERDICTS
        if counts[verdict]
    ]


def status_words(counts: Mapping[Status, int]) -> str:
    """Count findings by what became of them.

    >>> status_words({"new": 1, "unchanged": 3})
    '1 newly failing, 3 no change shown'
    """
    counted = _("{number} {status}")
    return ", ".join(
        counted.format(number=number, status=_(STATUS_WORDS[status][0]))
        for status, number in counts.items()
        if number
    )


def places_of(estimate: Estimate, limit: Limit | None) -> int:
    """Decimals for the numbers of an estimate, the same for the value and both ends."""
    borders = () if limit is None else (limit.low, limit.high)
    return decimal_places([estimate.value, estimate.low, estimate.high], against=borders)


def interval_words(estimate: Estimate, places: int) -> str:
    """Write an interval as "0.051 to 0.117", "" where there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    return range_words(show(estimate.low, places), show(estimate.high, places))


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
        return _("{system}: {claim} could not be measured ({reason}).").format(
            system=finding.system,
            claim=title_of(finding.hypothesis),
            reason=finding.reason or _("no reason is recorded"),
        )
    places = places_of(estimate, finding.limit)
    ends = interval_words(estimate, places)
    parts = [
        sure_words(estimate.confidence, ends)
        if ends
        else _("no interval: {reason}").format(reason=estimate.reason)
    ]
    if finding.limit is not None:
        parts.append(_("limit: {limit}").format(limit=limit_words(finding.limit)))
    return _("{system}: {statement} ({details}).").format(
        system=finding.system,
        statement=_statement(finding, show(estimate.value, places), estimate),
        details="; ".join(parts),
    )


def _statement(finding: Finding, value: str, estimate: Estimate) -> str:
    claim = finding.hypothesis
    pair = pair_of(estimate)
    if claim.contrast == "gap" and pair:
        message = _("{attribute} {lower} receives {metric} {value} lower than {attribute} {higher}")
    elif claim.contrast == "ratio" and pair:
        message = _("{attribute} {lower} receives {value} times the {metric} of {attribute} {higher}")
    elif claim.contrast == "worst" and estimate.versus:
        message = _("the worst-served {attribute}, {versus}, receives a mean {metric} of {value}")
    elif claim.contrast == "mean" and not claim.title:
        message = _("the mean {metric} of all users is {value}")
    elif claim.arms and " - " in estimate.versus:
        return _statement_on_arms(claim, estimate.versus, value)
    else:
        message = _("{claim}, {versus}, is {value}") if estimate.versus else _("{claim} is {value}")
    lower, higher = pair or ("", "")
    return message.format(
        claim=title_of(claim),
        metric=claim.metric,
        attribute=attribute_words(claim.attribute),
        versus=estimate.versus,
        lower=lower,
        higher=higher,
        value=value,
    )


def _statement_on_arms(claim: Hypothesis, versus: str, value: str) -> str:
    first, second = versus.split(" - ", 1)
    if claim.contrast == "excess":
        return _("{arm} loses {value} of {metric} beyond {baseline}").format(
            arm=second if first == claim.baseline else first,
            value=value,
            metric=claim.metric,
            baseline=claim.baseline,
        )
    return _("mean {metric} is {value} higher in {first} than in {second}").format(
        metric=claim.metric, value=value, first=first, second=second
    )
