"""Findings as the report shows them: every number already in words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recaudit.reports.numbers import show, show_p
from recaudit.reports.sentences import (
    VERDICTS,
    confidence_words,
    interval_words,
    limit_words,
    places_of,
    sentence_of,
    title_of,
)
from recaudit.reports.svg import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable

    from recaudit.records import Estimate, Finding, Limit, Verdict

_RANK = {verdict: rank for rank, verdict in enumerate(VERDICTS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One finding in words; a text is "" where there is nothing to say.

    Attributes:
        system: The system's name.
        id: The hypothesis id.
        title: The claim in a few words.
        question: The claim as a question.
        verdict: None when no gate asks about it.
        reason: Why this verdict, or why there is no number.
        sentence: The whole finding in one sentence.
        value: The point estimate.
        interval: "0.051 to 0.117".
        sure: "95 % interval 0.051 to 0.117", "" without one.
        limit: "at most 0.05".
        by_chance: What the value would be on average if arms were labels without meaning.
        versus: Which groups or arms make the value.
        n: Units measured.
        missing: Units without a value.
        p: For no difference.
        p_adjusted: The same, corrected for the number of claims.
        effect_size: Hedges' g.
        detectable: Smallest effect the design would show.
        mark: What a plot draws, None without a value.
    """

    system: str
    id: str
    title: str
    question: str
    verdict: Verdict | None
    reason: str
    sentence: str
    value: str
    interval: str
    sure: str
    limit: str
    by_chance: str
    versus: str
    n: int
    missing: int
    p: str
    p_adjusted: str
    effect_size: str
    detectable: str
    mark: Mark | None


def claim_of(finding: Finding) -> Claim:
    """Put a finding into words."""
    estimate, limit = finding.estimate, finding.limit
    reasons = dict.fromkeys(text for text in (finding.reason, estimate.reason if estimate else "") if text)
    return Claim(
        system=finding.system,
        id=finding.hypothesis.id,
        title=title_of(finding.hypothesis),
        question=finding.hypothesis.question,
        verdict=finding.verdict,
        reason="; ".join(reasons),
        sentence=sentence_of(finding),
        value=_value(estimate, limit),
        interval="" if estimate is None else interval_words(estimate, limit),
        sure="" if estimate is None else _sure(estimate, limit),
        limit=limit_words(limit),
        by_chance=_number(None if estimate is None else estimate.by_chance),
        versus="" if estimate is None else estimate.versus,
        n=0 if estimate is None else estimate.n,
        missing=0 if estimate is None else estimate.n_missing,
        p=_p(None if estimate is None else estimate.p),
        p_adjusted=_p(None if estimate is None else estimate.p_adjusted),
        effect_size=_number(None if estimate is None else estimate.effect_size),
        detectable=_number(None if estimate is None else estimate.detectable),
        mark=None if estimate is None else _mark(estimate, limit),
    )


def message_of(claim: Claim) -> str:
    """A decided finding, the number first: what lists of failed tests show is cut after some 80 characters."""
    if not claim.value:
        return claim.reason
    return f"{claim.value} ({claim.sure or 'no interval'}), limit {claim.limit}: {claim.reason}"


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings: by verdict, then by how far the value lies beyond its limit, then by name."""
    return sorted(findings, key=_severity)


def _severity(finding: Finding) -> tuple[int, float, str, str]:
    rank = len(_RANK) if finding.verdict is None else _RANK[finding.verdict]
    return rank, -excess(finding), finding.hypothesis.id, finding.system


def excess(finding: Finding) -> float:
    """How far a value lies beyond its limit, as a share of the limit; negative within it.

    A limit of 0 counts in units of the metric. Infinite when there is no value to judge.
    """
    if finding.estimate is None or finding.estimate.value is None or finding.limit is None:
        return math.inf
    value, limit = finding.estimate.value, finding.limit
    sides = [(limit.low, -1), (limit.high, 1)]
    return max(sign * (value - border) / (abs(border) or 1) for border, sign in sides if border is not None)


def _value(estimate: Estimate | None, limit: Limit | None) -> str:
    if estimate is None or estimate.value is None:
        return ""
    return show(estimate.value, places_of(estimate, limit))


def _sure(estimate: Estimate, limit: Limit | None) -> str:
    interval = interval_words(estimate, limit)
    return f"{confidence_words(estimate.confidence)} {interval}" if interval else ""


def _p(p: float | None) -> str:
    return "" if p is None else show_p(p)


def _number(number: float | None) -> str:
    return "" if number is None else show(number)


def _mark(estimate: Estimate, limit: Limit | None) -> Mark | None:
    if estimate.value is None or not math.isfinite(estimate.value):
        return None
    parts = [_value(estimate, limit), _sure(estimate, limit) or "no interval"]
    if limit is not None:
        parts.append(f"limit {limit_words(limit)}")
    return Mark(
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        floor=None if limit is None else limit.low,
        ceiling=None if limit is None else limit.high,
        label=", ".join(parts),
    )
