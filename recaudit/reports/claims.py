"""Findings as the report shows them: every number already in words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recaudit.reports.intervals import interval_words, limit_words, places_of, sure_words
from recaudit.reports.language import _, ngettext
from recaudit.reports.numbers import show, show_count, show_p
from recaudit.reports.sentences import title_of
from recaudit.reports.svg import Mark
from recaudit.reports.verdicts import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from recaudit.records import Estimate, Finding, Limit, Verdict

_RANK = {verdict: rank for rank, verdict in enumerate(VERDICTS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One finding in words; a text is "" where there is nothing to say.

    Attributes:
        system: The system's name.
        id: The hypothesis id.
        probe: Whose claim it is.
        section: What it is about within the probe, such as an attribute, "" for all units.
        title: The claim in a few words.
        question: The claim as a question.
        verdict: None when no gate asks about it.
        reason: Why this verdict, or why there is no number.
        value: The point estimate.
        interval: "0.051 to 0.117".
        sure: "95 % interval 0.051 to 0.117", "" without one.
        limit: "at most 0.05".
        versus: Which groups or arms make the value.
        n: Units measured.
        missing: Units without a value.
        notes: Groups, by chance, p and units without a value in one line.
        strength: Size and detectable effect in one line.
        mark: What a plot draws, None without a value.
    """

    system: str
    id: str
    probe: str
    section: str
    title: str
    question: str
    verdict: Verdict | None
    reason: str
    value: str
    interval: str
    sure: str
    limit: str
    versus: str
    n: int
    missing: int
    notes: str
    strength: str
    mark: Mark | None


def claim_of(finding: Finding) -> Claim:
    """Put a finding into words."""
    claim, estimate, limit = finding.hypothesis, finding.estimate, finding.limit
    why = estimate.reason if estimate and estimate.reason not in finding.reason else ""
    value = interval = sure = ""
    if estimate is not None:
        places = places_of(estimate, limit)
        value = "" if estimate.value is None else show(estimate.value, places)
        interval = interval_words(estimate, places)
        sure = sure_words(estimate.confidence, interval) if interval else ""
    return Claim(
        system=finding.system,
        id=claim.id,
        probe=claim.probe,
        section=claim.section,
        title=title_of(claim),
        question=claim.question,
        verdict=finding.verdict,
        reason="; ".join(filter(None, (finding.reason, why))),
        value=value,
        interval=interval,
        sure=sure,
        limit=limit_words(limit),
        versus="" if estimate is None else estimate.versus,
        n=0 if estimate is None else estimate.n,
        missing=0 if estimate is None else estimate.n_missing,
        notes="" if estimate is None else "; ".join(_notes(estimate)),
        strength="" if estimate is None else "; ".join(_strength(estimate)),
        mark=None if estimate is None else _mark(estimate, limit),
    )


def message_of(claim: Claim) -> str:
    """A decided finding, the number first: what lists of failed tests show is cut after some 80 characters."""
    if not claim.value:
        return claim.reason
    return _("{value} ({interval}), limit {limit}: {reason}").format(
        value=claim.value,
        interval=claim.sure or _("no interval"),
        limit=claim.limit,
        reason=claim.reason,
    )


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


def _notes(estimate: Estimate) -> Iterator[str]:
    if estimate.versus:
        yield estimate.versus
    if estimate.by_chance is not None:
        yield _("{value} by chance alone").format(value=show(estimate.by_chance))
    if estimate.p is not None:
        adjusted = (
            ""
            if estimate.p_adjusted is None
            else f" ({show_p(estimate.p_adjusted).removeprefix('p ').removeprefix('= ')})"
        )
        yield f"{show_p(estimate.p)}{adjusted}"
    if estimate.n_missing:
        yield ngettext("{number} without a value", "{number} without a value", estimate.n_missing).format(
            number=show_count(estimate.n_missing)
        )


def _strength(estimate: Estimate) -> Iterator[str]:
    if estimate.effect_size is not None:
        yield _("g {value}").format(value=show(estimate.effect_size))
    if estimate.rank_effect is not None:
        yield _("rank effect {value}").format(value=show(estimate.rank_effect))
    if estimate.detectable is not None:
        yield _("{value} detected").format(value=show(estimate.detectable))


def _mark(estimate: Estimate, limit: Limit | None) -> Mark | None:
    if estimate.value is None or not math.isfinite(estimate.value):
        return None
    return Mark(
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        floor=None if limit is None else limit.low,
        ceiling=None if limit is None else limit.high,
    )
