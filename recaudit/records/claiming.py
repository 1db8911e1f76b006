"""What is claimed, what was seen and what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from recaudit.records.asking import Capability

INFINITE_IN_JSON = {"ser_json_inf_nan": "strings"}
"""For pydantic: infinite bounds and interval ends are written as text, as JSON has no word for them."""

Verdict: TypeAlias = Literal["PASS", "FAIL", "INCONCLUSIVE", "ERROR", "NOT_RUN"]

Aspect: TypeAlias = Literal["good", "fair", "steady"]
"""The three questions of an audit: is it good, is it fair, is it steady."""

Contrast: TypeAlias = Literal[
    "mean",
    "gap",
    "ratio",
    "worst",
    "corpus",
    "part gap",
    "part ratio",
    "part size",
    "excess",
    "change",
    "arm gap",
    "arm spread",
    "trend",
]
"""What is compared: the mean over units; the largest difference, the smallest ratio or the smallest mean among
the groups of an attribute; a statistic of all lists together; the largest difference, the smallest ratio or the mean
absolute value of parts of all lists together, such as groups of items; or, within each unit, arms of an experiment:
how far the arm that loses most falls short of the baseline arm, the largest absolute change from the baseline, the
largest difference between two arms (SNSR), the standard deviation of the arms' means (SNSV), the slope over ordered
arms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """What a probe claims to test, stated before the data are seen.

    Attributes:
        id: For example "quality/gender/ndcg@10-gap".
        question: The same in plain words.
        title: The claim in a few words; "" where metric, contrast and attribute say it.
        probe: The probe's name.
        metric: The measured metric, such as "ndcg@10".
        contrast: What is compared.
        attribute: The user attribute whose groups are compared, or None.
        arms: The arms compared within each unit (contrasts "excess", "change", "arm gap", "arm spread", "trend"); for
            the other contrasts the arms whose rows count, all if empty.
        levels: For "trend" one number per arm, going up, such as a position.
        baseline: The arm that the others are compared with ("excess" and "change"), else "".
        better: Whether a higher or a lower value is better, or a value near zero.
        bounds: Smallest and largest possible value of the metric for one unit (or of the corpus statistic).
        needs: The capability without which a system cannot be tested.
    """

    __pydantic_config__ = INFINITE_IN_JSON

    id: str
    question: str
    probe: str
    metric: str
    contrast: Contrast
    attribute: str | None = None
    arms: tuple[str, ...] = ()
    levels: tuple[float, ...] = ()
    baseline: str = ""
    better: Literal["higher", "lower", "zero", "neither"]
    bounds: tuple[float, float]
    needs: Capability = "lists"
    title: str = ""

    @property
    def section(self) -> str:
        """What stands between the probe and the claim in the id, such as an attribute; "" for nothing."""
        return "/".join(self.id.split("/")[1:-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupEstimate:
    """One group's mean in a group comparison; `value` is None when the group is too small to judge."""

    __pydantic_config__ = INFINITE_IN_JSON

    group: str
    n: int
    value: float | None
    low: float | None
    high: float | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value with its uncertainty.

    Attributes:
        value: Point estimate, None when undefined.
        low: Lower end of the simultaneous interval, None when undefined.
        high: Upper end.
        confidence: Simultaneous confidence level, such as 0.95.
        family: Which claims the interval covers jointly.
        family_size: How many.
        n: Units measured.
        n_missing: Units without a defined value.
        method: How the interval was made, in words.
        standard_error: Of the value, None when undefined.
        p: For "no difference" between groups or arms, or no meaning of labels, never 0; None for the other contrasts.
        p_adjusted: Holm within the gated family; false discovery rate among the rest, by Benjamini and Hochberg, or
            Yekutieli if the configuration says so.
        effect_size: Hedges' g of the pair with the largest difference: for groups by their pooled standard deviation,
            for arms by that of the differences within units.
        rank_effect: The same by order alone, in -1..1: Cliff's delta of two groups, the rank-biserial correlation of
            two arms.
        detectable: Smallest true effect that this design would show with 80 % power.
        by_chance: What the value would be on average if the arms, or the labels that a statistic of all lists is
            about, had no meaning, by permutation ("arm gap", "arm spread" and such a "corpus" only).
        versus: Which groups or arms make the value, such as "F - M".
        groups: Group or arm means with their own simultaneous intervals.
        reason: Why the value or the interval is undefined or limited, else "".
    """

    __pydantic_config__ = INFINITE_IN_JSON

    value: float | None
    low: float | None
    high: float | None
    confidence: float
    family: str
    family_size: int
    n: int
    n_missing: int = 0
    method: str
    standard_error: float | None = None
    p: float | None = None
    p_adjusted: float | None = None
    effect_size: float | None = None
    rank_effect: float | None = None
    detectable: float | None = None
    by_chance: float | None = None
    versus: str = ""
    groups: tuple[GroupEstimate, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The range a value must lie in; an open side is None."""

    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """By how much a claim about a system may get worse than it was in a baseline.

    Attributes:
        system: The system's name.
        finding: The claim's id.
        margin: In units of the claim.
        worse: Which way it gets worse.
    """

    system: str
    finding: str
    margin: float
    worse: Literal["lower", "higher"]

    @property
    def change(self) -> str:
        """The id of the claim about the change."""
        return f"{self.finding}-change"

    @property
    def limit(self) -> Limit:
        """The range that the change must lie in."""
        return Limit(low=-self.margin) if self.worse == "lower" else Limit(high=self.margin)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One hypothesis about one system, decided.

    Attributes:
        system: The system's name.
        hypothesis: What was claimed.
        estimate: What was seen, None when nothing could be measured.
        limit: The gate's limit, None for a finding that no gate asks about.
        verdict: ERROR and NOT_RUN for any finding; the others only where there is a limit to decide against.
        reason: The verdict in one sentence.
    """

    system: str
    hypothesis: Hypothesis
    estimate: Estimate | None
    limit: Limit | None
    verdict: Verdict | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherReading:
    """What the gated claims about a system would rest on if the titles in its answers were matched otherwise.

    It decides nothing, and is in no family with the findings.

    Attributes:
        how: How they were matched, in words.
        answers: Answers of the system.
        changed: Answers that read differently.
        estimates: Claim id to what was seen, from the same resamples and without tests or groups; empty where no answer
            reads differently.
    """

    how: str
    answers: int
    changed: int
    estimates: Mapping[str, Estimate]
