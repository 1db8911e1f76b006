"""What a claim is called, and what a finding says.

Tables hold English marked for the catalogue; the functions beside them say it in the language in use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from recaudit.reports.intervals import interval_words, limit_words, places_of, sure_words
from recaudit.reports.language import N_, _
from recaudit.reports.numbers import MINUS, show

if TYPE_CHECKING:
    from recaudit.records import Contrast, Estimate, Finding, Hypothesis


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
